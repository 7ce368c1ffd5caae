-- one row per filled order and source of market data: average price and fees, in its currency
select
    orders.order_id,
    fills.epoch,
    fills.source,
    orders.symbol,
    orders.side,
    fills.currency,
    sum(fills.quantity) as filled,
    sum(fills.notional) as notional,
    orders.average_price,
    sum(fills.fee) as fees,
    count(*) as fills,
    min(fills."at") as first_at,
    max(fills."at") as last_at
from orders
join fills using (order_id)
where ($first is null or fills.trade_date >= $first)
and ($last is null or fills.trade_date <= $last)
group by all
order by orders.order_id
