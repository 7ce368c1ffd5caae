-- one row per epoch and source of market data: sessions, and recorded executions that went elsewhere
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
, printed as (
    select session, sum(trades) as trades from tape group by session
)
select
    epoch,
    source,
    count(*) as sessions,
    sum(executions_displaced)::bigint as executions_displaced,
    sum(shares_displaced)::bigint as shares_displaced,
    sum(shares_unfilled)::bigint as shares_unfilled,
    coalesce(
        sum(printed.trades) filter (where executions_displaced is not null), 0
    )::bigint as recorded
from chosen
left join printed on printed.session = chosen.first_sequence
group by epoch, source
order by epoch, source
