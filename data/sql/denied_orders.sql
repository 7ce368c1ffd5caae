-- one row per rule that denied an order, with the value that was asked for and the limit it met
select
    orders."number",
    orders.created_at,
    orders.symbol,
    orders.instruction,
    orders.quantity,
    decisions.rule,
    decisions.code,
    decisions.actual,
    decisions.limit_value,
    decisions.room,
    decisions.sentence
from orders
join decisions using (order_id)
where orders.state = 'denied'
  and decisions.rule <> 'ALL'
  and decisions.verdict not in ('pass', 'off')
  and ($first is null or orders.trade_date >= $first)
  and ($last is null or orders.trade_date <= $last)
order by orders.order_id, decisions.rule
