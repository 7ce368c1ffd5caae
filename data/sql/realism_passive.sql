-- one row per epoch, source and currency: orders that came to rest, and what they got while resting
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
, rested as (
    select order_events.order_id, sessions.first_sequence
    from order_events
    asof join sessions on order_events.sequence >= sessions.first_sequence
    where order_events.event = 'working' and order_events.queue_ahead is not null
),
asked as (
    select order_id, symbol, quantity from order_events where event = 'released'
),
got as (
    select fills.order_id, sum(fills.quantity) as quantity
    from fills
    join chosen on chosen.first_sequence = fills.session
    where fills.liquidity = 'maker'
    group by fills.order_id
)
select
    chosen.epoch,
    chosen.source,
    instruments.currency,
    count(*) as orders,
    count(got.order_id) as orders_filled,
    sum(asked.quantity) as shares,
    coalesce(sum(got.quantity), 0) as shares_filled
from rested
join chosen using (first_sequence)
join asked using (order_id)
join instruments using (symbol)
left join got using (order_id)
group by chosen.epoch, chosen.source, instruments.currency
order by chosen.epoch, chosen.source, instruments.currency
