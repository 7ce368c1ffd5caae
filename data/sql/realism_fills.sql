-- one row per epoch, source, currency and liquidity: fills, and their cost against the arrival mid
with chosen as (
    select * from sessions
    where ($session is null or first_sequence = $session)
    and ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
)
, arrivals as (
    select orders.order_id, (quotes.bid + quotes.ask) as twice_mid
    from orders
    join decision_quotes as quotes on quotes.sequence = orders.first_sequence
    where quotes.bid > 0 and quotes.ask > 0
)
, charged as (
    select execution_id, sum(change) as change
    from charges
    group by execution_id
)
, firsts as (
    select execution_id, min(sequence) as sequence
    from fills
    group by execution_id
)
select
    fills.epoch,
    fills.source,
    instruments.currency,
    fills.liquidity,
    count(*) as fills,
    sum(fills.quantity) as shares,
    (sum(fills.notional) * 1000000)::hugeint as notional,
    ((sum(fills.fee) + coalesce(sum(charged.change), 0)) * 1000000)::hugeint as fees,
    count(arrivals.twice_mid) as judged,
    (coalesce(sum(
        case fills.side when 'buy' then 1 else -1 end
        * (2 * fills.price - arrivals.twice_mid) * fills.quantity * instruments.multiplier
    ), 0) * 1000000)::hugeint as cost,
    (coalesce(sum(
        arrivals.twice_mid * fills.quantity * instruments.multiplier
    ), 0) * 1000000)::hugeint as base
from fills
join chosen on chosen.first_sequence = fills.session
join instruments on instruments.symbol = fills.symbol
left join firsts on firsts.sequence = fills.sequence
left join charged on charged.execution_id = firsts.execution_id
left join arrivals on arrivals.order_id = fills.order_id
group by fills.epoch, fills.source, instruments.currency, fills.liquidity
order by fills.epoch, fills.source, instruments.currency, fills.liquidity
