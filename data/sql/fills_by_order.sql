-- one row per filled order and source of market data: average price and fees, in its currency
with charged as (
    select order_id, epoch, source, sum(change) as change
    from charges
    group by order_id, epoch, source
)
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
    sum(fills.fee) + coalesce(any_value(charged.change), 0) as fees,
    count(*) as fills,
    min(fills."at") as first_at,
    max(fills."at") as last_at
from orders
join fills using (order_id)
left join charged
    on charged.order_id = fills.order_id
    and charged.epoch is not distinct from fills.epoch
    and charged.source = fills.source
where ($first is null or fills.trade_date >= $first)
and ($last is null or fills.trade_date <= $last)
group by all
order by orders.order_id
