"""Runs every rule over a proposal and reports every failure, with the room that is left."""

from collections.abc import Callable, Iterable

import msgspec

from engine.domain.commands import SubmitOrder
from engine.domain.modes import is_live
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.reference_facts import Reference
from engine.domain.risk import kinds
from engine.domain.risk.calm import is_calm
from engine.domain.risk.findings import NO_ROOM, OFF, RuleName, bit_of
from engine.domain.risk.kinds import Kind
from engine.domain.risk.limits import Limits
from engine.domain.risk.off import OffFinding, rules_off
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.rules import (
    arming,
    borrow,
    breakers,
    calls,
    children,
    conduct,
    currencies,
    day,
    doubts,
    exits,
    expiries,
    exposures,
    flow,
    holdings,
    hours,
    margin,
    prices,
    quantities,
    repeats,
    restrictions,
    sessions,
    settlement,
    venues,
    volumes,
)
from engine.domain.second_factor import has_passed
from engine.domain.state import State
from engine.values import Nanos

Check = Callable[[Proposal, State, Market, Nanos], Finding | None]
"""None: the rule passes."""
OffBy = Callable[[State], Finding | None]
"""Why the rule asks nothing of any order at a desk that is set up like this; None: it asks."""
Passes = Callable[[State, Kind], bool]
"""Whether the rule passes every order of a kind at a desk that is set up like this."""
Room = Callable[[Proposal, State], int]
"""Largest total quantity that the rule lets pass, in whole lots."""


class Rule(msgspec.Struct, frozen=True):
    """One check; `room` where the rule can only fail because of the quantity."""

    name: RuleName
    check: Check
    in_exit_lane: bool = False
    room: Room | None = None
    off: OffBy | None = None
    """Where it answers, `check` is never called."""
    passes: Passes | None = None
    """Where it says yes, `check` would pass and is not called either."""
    calm: bool = False
    """At a desk that `is_calm` it passes every order, and is not called."""


class Assessment(msgspec.Struct, frozen=True, gc=False):
    """What the rules say of one order."""

    findings: tuple[Finding, ...]
    """Everything but PASS and OFF, in the order of the rules."""
    is_allowed: bool
    room_quantity: int
    """Largest total quantity that every rule would pass; −1 while the order itself passes."""
    room_rule: str
    passed_bits: int = 0
    """Which rules passed, by `bit_of`: one of several checks is there once."""
    off_bits: int = 0
    off_because: int = 0
    """Why, as a set by the numbers of `risk.off.OffReason`; 0 where all of it was switched off."""

    @property
    def passed(self) -> int:
        """How many rules passed."""
        return self.passed_bits.bit_count()

    @property
    def off(self) -> int:
        """How many are off."""
        return self.off_bits.bit_count()


# R39 and D02 come first: without an instrument and an account nothing else can be said.
KNOWN = (
    Rule(sessions.R39, sessions.reference_data, in_exit_lane=True),
    Rule(sessions.D02, sessions.known_account, in_exit_lane=True),
)
RULES: tuple[Rule, ...] = (
    *KNOWN,
    Rule(sessions.D01, sessions.trading_state, calm=True),
    Rule(sessions.D03, sessions.flatten_running, in_exit_lane=True, calm=True),
    # Over a line that is down a quote is old and an outcome unknown because of it.
    Rule(sessions.R41, sessions.not_ready, in_exit_lane=True, calm=True),
    Rule(doubts.D04, doubts.outcome_unknown, calm=True),
    Rule(currencies.R38, currencies.stale_rate),
    Rule(quantities.R01, quantities.order_quantity, room=quantities.order_quantity_room),
    Rule(quantities.R02, quantities.order_notional, room=quantities.order_notional_room),
    Rule(quantities.R03, quantities.tick_or_lot, in_exit_lane=True),
    Rule(prices.R04, prices.price_collar),
    Rule(
        prices.R05,
        prices.market_protection,
        off=prices.no_protection,
        passes=kinds.is_no_market_order,
    ),
    Rule(prices.R06, prices.stop_sanity, off=prices.no_stop_sanity, passes=kinds.is_no_stop),
    Rule(volumes.R07, volumes.volume_share, room=volumes.volume_room),
    Rule(volumes.R07, volumes.displayed_size, room=volumes.displayed_room),
    Rule(exits.D04, exits.exits),
    Rule(quantities.R08, quantities.position, room=quantities.position_room),
    Rule(exposures.R09, exposures.exposure, room=exposures.exposure_room),
    Rule(margin.R10, margin.leverage, room=margin.leverage_room),
    Rule(exposures.R11, exposures.concentration, room=exposures.concentration_room),
    Rule(
        exposures.R11,
        exposures.sector_concentration,
        room=exposures.sector_room,
        off=exposures.no_sectors,
    ),
    Rule(flow.R12, flow.order_rate, passes=flow.is_unthrottled),
    Rule(flow.R13, flow.message_rate),
    Rule(repeats.R14, repeats.repeated_execution),
    Rule(flow.R15, flow.duplicate_order, passes=flow.may_repeat),
    Rule(flow.R16, flow.ticket_replay, in_exit_lane=True),
    Rule(flow.R17, flow.open_orders),
    Rule(day.R18, day.cancel_ratio),
    Rule(day.R19, day.daily_notional, room=day.daily_notional_room),
    Rule(day.R20, day.daily_orders),
    Rule(breakers.R24, breakers.price_band),
    Rule(sessions.R25, sessions.market_state, in_exit_lane=True),
    Rule(sessions.R25, breakers.market_wide, off=breakers.no_market_wide, calm=True),
    Rule(breakers.D08, breakers.slow_mode, calm=True),
    Rule(arming.R42, arming.not_armed, off=arming.on_paper),
    Rule(holdings.R26, holdings.short_sale, room=holdings.short_sale_room),
    Rule(holdings.R26, borrow.locate, room=borrow.locate_room, passes=kinds.is_no_short),
    Rule(
        breakers.R27,
        breakers.short_sale_restriction,
        off=breakers.no_restriction,
        passes=kinds.is_no_short,
    ),
    Rule(restrictions.R28, restrictions.restricted, off=restrictions.no_list),
    Rule(restrictions.R28, restrictions.hard_to_borrow, passes=kinds.is_no_short),
    Rule(restrictions.R28, restrictions.penny),
    Rule(settlement.R29, margin.buying_power, room=margin.buying_power_room),
    Rule(calls.R30, calls.intraday_margin, room=calls.intraday_margin_room),
    Rule(calls.R31, calls.pattern_day_trader),
    Rule(calls.R32, calls.maintenance_margin),
    Rule(children.R33, children.option_risk),
    Rule(conduct.R34, conduct.self_match, off=conduct.self_match_allowed),
    Rule(conduct.R35, conduct.wash_intent, passes=conduct.no_wash_window),
    Rule(holdings.R36, holdings.reduce_only, in_exit_lane=True, passes=kinds.may_open),
    Rule(expiries.R37, expiries.over_earnings, off=expiries.no_earnings),
    Rule(expiries.R37, expiries.over_ex_date, off=expiries.no_dividends),
    Rule(children.R40, children.algo_parent),
    Rule(sessions.R41, venues.unaccepted_inputs, passes=venues.is_on_paper),
    Rule(hours.R43, hours.time_lock, off=hours.no_windows),
    Rule(venues.R44, venues.venue_not_allowed, in_exit_lane=True),
)
EXIT_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.in_exit_lane)

# `evaluate` has looked at what KNOWN asks before it comes to these.
_ENTRY_CHECKS = tuple(rule.check for rule in RULES if rule not in KNOWN)
_EXIT_CHECKS = tuple(rule.check for rule in EXIT_RULES if rule not in KNOWN)
_CALM = frozenset(rule.check for rule in RULES if rule.calm)
_CALM_EXIT_CHECKS = tuple(check for check in _EXIT_CHECKS if check not in _CALM)
_OFF_BY = {rule.check: rule.off for rule in RULES if rule.off is not None}
_PASSES = {rule.check: rule.passes for rule in RULES if rule.passes is not None}
_OFF_BIT = {rule.check: bit_of(rule.name.id) for rule in RULES}
_ENTRY_BITS = sum({bit_of(rule.name.id) for rule in RULES})
_EXIT_BITS = sum({bit_of(rule.name.id) for rule in EXIT_RULES})
_WARN = Verdict.WARN
_ANSWERABLE = (Verdict.ASK, Verdict.ASK_SECOND_FACTOR)


class _Asked(msgspec.Struct, frozen=True, gc=False):
    """What is left of the checks of entries at a desk that is set up like this."""

    checks: tuple[Check, ...]
    off_bits: int
    because: int
    """Of those that are off for every order."""
    of_all: tuple[Check, ...] = ()
    by_kind: dict[tuple[int, ...], tuple[Check, ...]] = {}
    """Of `checks`, those that do not pass every order of a kind, at a desk that is calm or not."""
    limits: Limits | None = None
    reference: Reference | None = None
    mode: str = ""
    index: str = ""
    has_dividends: bool = False


_newest = [_Asked((), 0, 0)]
"""A desk is set up anew a few times a day, and asks of every order: the newest answer is kept."""


def _asked_of_entries(state: State) -> _Asked:
    asked = _newest[0]
    if (
        asked.limits is state.limits
        and asked.reference is state.reference
        and asked.mode == state.mode
        and asked.index == state.index
        and asked.has_dividends == bool(state.dividends)
        and asked.of_all is _ENTRY_CHECKS
    ):
        return asked
    checks, off_bits, because = list[Check](), 0, 0
    for check in _ENTRY_CHECKS:
        off_by = _OFF_BY.get(check)
        found = None if off_by is None else off_by(state)
        if found is None:
            checks.append(check)
        elif type(found) is OffFinding:
            because |= found.reason_bit
        else:
            off_bits |= _OFF_BIT[check]
    asked = _newest[0] = _Asked(
        tuple(checks),
        off_bits,
        because,
        _ENTRY_CHECKS,
        {},
        state.limits,
        state.reference,
        state.mode,
        state.index,
        bool(state.dividends),
    )
    return asked


def _checks_of(asked: _Asked, state: State, order: SubmitOrder, calm: bool) -> tuple[Check, ...]:
    """What an entry of this kind can fail at all."""
    kind = order.type, order.time_in_force, order.instruction, order.origin, order.reduce_only, calm
    checks = asked.by_kind.get(kind)
    if checks is None:
        known = Kind(*kind[:-1])
        checks = asked.by_kind[kind] = tuple(
            check
            for check in asked.checks
            if ((passes := _PASSES.get(check)) is None or not passes(state, known))
            and not (calm and check in _CALM)
        )
    return checks


def evaluate(proposal: Proposal, state: State, market: Market, now: Nanos) -> Assessment:
    """Every rule, in a fixed order; pure: the same inputs give the same assessment."""
    is_in_exit_lane = proposal.is_exit or (proposal.replaces is not None and proposal.only_shrinks)
    bits = _EXIT_BITS if is_in_exit_lane else _ENTRY_BITS
    account = proposal.account
    if proposal.instrument is None or account is None:
        return _unknown(proposal, state, market, now, bits)
    calm = is_calm(state, account)
    if is_in_exit_lane:
        checks, off_bits, because = _CALM_EXIT_CHECKS if calm else _EXIT_CHECKS, 0, 0
    else:
        asked = _asked_of_entries(state)
        checks = _checks_of(asked, state, proposal.order, calm)
        off_bits, because = asked.off_bits, asked.because
    findings: list[Finding] = []
    for check in checks:
        found = check(proposal, state, market, now)
        if found is not None:
            if type(found) is OffFinding:
                because |= found.reason_bit
            elif found is OFF:
                off_bits |= _OFF_BIT[check]
            else:
                findings.append(found)
    if because:
        off_bits |= rules_off(because)
    bits &= ~off_bits
    if not findings:
        return Assessment((), True, NO_ROOM, "", bits, off_bits, because)
    return _with_findings(proposal, state, tuple(findings), bits, off_bits, because)


def _with_findings(
    proposal: Proposal,
    state: State,
    findings: tuple[Finding, ...],
    bits: int,
    off_bits: int,
    because: int,
) -> Assessment:
    """What the rules say that found something; `bits` of those that were asked."""
    found_bits = _bits_of(findings)
    # Two checks can share a rule's id: what one of them finds is the rule's verdict.
    bits, off_bits = bits & ~found_bits, off_bits & ~found_bits
    room_quantity, room_rule = NO_ROOM, ""
    if any(found.verdict is not _WARN for found in findings):
        room_quantity, room_rule = room_of(proposal, state, findings)
    is_allowed = all(_is_answered(found, proposal, state) for found in findings)
    return Assessment(findings, is_allowed, room_quantity, room_rule, bits, off_bits, because)


def _bits_of(findings: Iterable[Finding]) -> int:
    found = 0
    for finding in findings:
        found |= bit_of(finding.rule)
    return found


def _unknown(proposal: Proposal, state: State, market: Market, now: Nanos, bits: int) -> Assessment:
    """Without instrument or account all others are off."""
    checked = [rule.check(proposal, state, market, now) for rule in KNOWN]
    findings = tuple(found for found in checked if found is not None)
    known = sum(bit_of(rule.name.id) for rule in KNOWN)
    passed_bits = known & ~_bits_of(findings)
    off_bits = bits & ~known
    return Assessment(findings, False, 0, findings[0].rule, passed_bits, off_bits)


def _is_answered(found: Finding, proposal: Proposal, state: State) -> bool:
    """Whether a finding lets the order go on: it only tells, or its question has an answer.

    Until a second factor is enrolled, paper treats its question as one that a reason answers.
    """
    if found.verdict is Verdict.WARN:
        return True
    if found.verdict is Verdict.ASK_SECOND_FACTOR:
        is_asked = bool(state.factor.enrolment) or is_live(state.mode)
        if is_asked and not has_passed(state):
            return False
    return found.verdict in _ANSWERABLE and proposal.override != ""


def room_of(
    proposal: Proposal, state: State, findings: tuple[Finding, ...] = ()
) -> tuple[int, str]:
    """(largest total quantity that would pass without a question, the rule that stops it first).

    `findings` are those of the order as it is: one that no quantity can mend leaves no room. An
    exit's room is what is left to close, whatever else fails, because exits do not answer to it.
    """
    if proposal.instrument is None or proposal.account is None:
        return 0, sessions.R39.id
    can_exit = proposal.exit_room > 0
    rules = EXIT_RULES if can_exit else RULES
    ids = {rule.name.id for rule in rules if rule.room is None and rule.name != quantities.R03}
    ids.discard(holdings.R36.id)
    for found in findings:
        if found.verdict is Verdict.WARN:
            continue
        if found.rule in ids or (found.rule == quantities.R03.id and found.room_quantity < 0):
            return 0, found.rule
    if can_exit:
        lot = proposal.instrument.lot_size
        return proposal.filled + proposal.exit_room // lot * lot, holdings.R26.id
    rooms = [(rule.room(proposal, state), rule.name.id) for rule in RULES if rule.room is not None]
    if proposal.order.reduce_only:
        rooms.append((0, holdings.R36.id))
    return min(rooms, key=lambda room: room[0])
