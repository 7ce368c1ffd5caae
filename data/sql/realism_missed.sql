-- one row per epoch, source and currency: what was never filled, and how far the mid went meanwhile
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
, left_over as (
    select order_events.order_id, order_events.quantity, order_events.mid, sessions.first_sequence
    from order_events
    asof join sessions on order_events.sequence >= sessions.first_sequence
    where order_events.event in ('cancelled', 'expired') and order_events.quantity > 0
)
, asked as (
    select order_id, symbol, side from orders
    where order_id in (select order_id from order_events where event = 'released')
)
, arrivals as (
    select orders.order_id, (quotes.bid + quotes.ask) as twice_mid
    from orders
    join decision_quotes as quotes on quotes.sequence = orders.first_sequence
    where quotes.bid > 0 and quotes.ask > 0
)
select
    chosen.epoch,
    chosen.source,
    instruments.currency,
    count(*) as remainders,
    count(*) filter (where arrivals.twice_mid is not null and left_over.mid is not null) as judged,
    (coalesce(sum(
        case asked.side when 'buy' then 1 else -1 end
        * (2 * left_over.mid - arrivals.twice_mid) * left_over.quantity * instruments.multiplier
    ), 0) * 1000000)::hugeint as cost,
    (coalesce(sum(
        arrivals.twice_mid * left_over.quantity * instruments.multiplier
    ) filter (where left_over.mid is not null), 0) * 1000000)::hugeint as base
from left_over
join chosen using (first_sequence)
join asked using (order_id)
join instruments using (symbol)
left join arrivals using (order_id)
group by chosen.epoch, chosen.source, instruments.currency
order by chosen.epoch, chosen.source, instruments.currency
