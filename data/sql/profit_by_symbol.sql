-- one row per symbol, account, epoch and source of market data: what trading made and cost, in its currency
select
    fills.epoch,
    fills.source,
    fills.account,
    fills.symbol,
    fills.currency,
    sum(fills.quantity) as traded,
    arg_max(fills.position_after, fills.sequence) as position,
    sum(fills.realised) as realised,
    sum(fills.fee) as fees,
    sum(fills.realised) - sum(fills.fee) as net
from fills
where ($first is null or fills.trade_date >= $first)
and ($last is null or fills.trade_date <= $last)
group by all
order by fills.epoch, fills.source, fills.currency, net desc, fills.symbol
