-- one row per symbol and account with what trading it has made and cost so far
select
    fills.account,
    fills.symbol,
    sum(fills.quantity) as traded,
    arg_max(fills.position_after, fills.sequence) as position,
    sum(fills.realised) as realised,
    sum(fills.fee) as fees,
    sum(fills.realised) - sum(fills.fee) as net
from fills
group by all
order by net desc, fills.symbol
