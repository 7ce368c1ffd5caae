-- one row per epoch, source, currency, liquidity and seconds after the fill: gain against the mid then
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
select
    fills.epoch,
    fills.source,
    instruments.currency,
    fills.liquidity,
    markouts.seconds,
    count(*) as fills,
    (sum(
        case fills.side when 'buy' then 1 else -1 end
        * (markouts.mid - fills.price) * 2 * fills.quantity * instruments.multiplier
    ) * 1000000)::hugeint as gain,
    (sum(2 * fills.notional) * 1000000)::hugeint as base
from fills
join chosen on chosen.first_sequence = fills.session
join markouts using (execution_id, session)
join instruments on instruments.symbol = fills.symbol
group by fills.epoch, fills.source, instruments.currency, fills.liquidity, markouts.seconds
order by fills.epoch, fills.source, instruments.currency, fills.liquidity, markouts.seconds
