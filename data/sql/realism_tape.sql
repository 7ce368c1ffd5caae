-- one row per epoch, source and symbol: what printed while sessions ran, and the trader's part of it
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
select
    chosen.epoch,
    chosen.source,
    instruments.currency,
    tape.symbol,
    sum(tape.volume) as volume,
    sum(tape.trades)::bigint as trades,
    sum(tape.own_volume) as own_volume
from tape
join chosen on chosen.first_sequence = tape.session
join instruments on instruments.symbol = tape.symbol
group by chosen.epoch, chosen.source, instruments.currency, tape.symbol
order by chosen.epoch, chosen.source, instruments.currency, tape.symbol
