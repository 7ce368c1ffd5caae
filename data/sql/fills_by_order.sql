-- one row per order that was filled, with its average price and what it cost in fees
select
    orders.order_id,
    orders.symbol,
    orders.side,
    sum(fills.quantity) as filled,
    sum(fills.notional) as notional,
    orders.average_price,
    sum(fills.fee) as fees,
    count(*) as fills,
    min(fills."at") as first_at,
    max(fills."at") as last_at
from orders
join fills using (order_id)
group by all
order by orders.order_id
