-- one row per UTC date, account, currency and kind of movement: what it did to cash
select
    at::date as day,
    account,
    currency,
    kind,
    count(*) as movements,
    sum(amount) as amount,
    sum(sum(amount)) over (partition by account, currency order by at::date, kind) as balance
from cash_movements
group by day, account, currency, kind
qualify ($first is null or day >= $first)
and ($last is null or day <= $last)
order by day, account, currency, kind;
