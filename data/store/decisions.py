"""The view `decisions`: one row for each rule and order, out of what an event keeps as sets."""

from engine.domain.risk.findings import bit_of
from engine.domain.risk.frame import RULES

_COLUMNS = 'sequence, "at", order_id, account, strategy, symbol'
_CODES = {rule.name.id: rule.name.code for rule in RULES}
_NAMES = ", ".join(
    f"({bit_of(rule_id)}, '{rule_id}', '{code}')" for rule_id, code in _CODES.items()
)

DECISIONS_VIEW = f"""
create view decisions as
select {_COLUMNS}, rule, code, verdict, sentence, actual, limit_value, room, rules
from decision_rows
union all
select {_COLUMNS}, named.rule, named.code, 'pass', '', '', '', '', rules
from decision_rows
join (values {_NAMES}) as named(mask, rule, code) on passed & named.mask <> 0
union all
select {_COLUMNS}, named.rule, named.code, 'off', '', '', '', '', rules
from decision_rows
join (values {_NAMES}) as named(mask, rule, code) on "off" & named.mask <> 0
"""
"""What warned, asked or denied has its numbers; what passed or is off has its name. Orders that
were decided before events kept these sets have only the former, and the row of all together."""
