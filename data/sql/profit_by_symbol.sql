-- one row per symbol, account, epoch and source of market data: what trading made and cost, in its currency
with charged as (
    select epoch, source, account, symbol, currency, sum(change) as change
    from charges
    where ($first is null or trade_date >= $first)
    and ($last is null or trade_date <= $last)
    group by all
)
select
    fills.epoch,
    fills.source,
    fills.account,
    fills.symbol,
    fills.currency,
    sum(fills.quantity) as traded,
    arg_max(fills.position_after, fills.sequence) as position,
    sum(fills.realised) as realised,
    sum(fills.fee) + coalesce(any_value(charged.change), 0) as fees,
    sum(fills.realised) - sum(fills.fee) - coalesce(any_value(charged.change), 0) as net
from fills
left join charged
    on charged.epoch is not distinct from fills.epoch
    and charged.source = fills.source
    and charged.account = fills.account
    and charged.symbol = fills.symbol
    and charged.currency = fills.currency
where ($first is null or fills.trade_date >= $first)
and ($last is null or fills.trade_date <= $last)
group by all
order by fills.epoch, fills.source, fills.currency, net desc, fills.symbol
