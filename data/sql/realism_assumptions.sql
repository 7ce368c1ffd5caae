-- one row per epoch, source, currency and assumption: what orders that are done got
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
, outcomes as (
    select
        assumed_fills.*,
        sessions.first_sequence,
        max(filled) filter (where booked) over (partition by sequence) as filled_booked,
        max(average_price) filter (where booked) over (partition by sequence) as price_booked,
        min(filled) over (partition by sequence) as least,
        max(filled) over (partition by sequence) as most,
        min(average_price) over (partition by sequence) as cheapest,
        max(average_price) over (partition by sequence) as dearest
    from assumed_fills
    asof join sessions on assumed_fills.sequence >= sessions.first_sequence
)
select
    chosen.epoch,
    chosen.source,
    instruments.currency,
    outcomes.assumption,
    bool_or(outcomes.booked) as booked,
    count(*) as orders,
    count(*) filter (
        where least <> filled_booked or most <> filled_booked
        or cheapest <> price_booked or dearest <> price_booked
    ) as differ,
    sum(outcomes.filled) as shares
from outcomes
join chosen using (first_sequence)
join instruments using (symbol)
group by chosen.epoch, chosen.source, instruments.currency, outcomes.assumption
order by chosen.epoch, chosen.source, instruments.currency, outcomes.assumption
