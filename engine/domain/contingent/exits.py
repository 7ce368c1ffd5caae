"""Keeps the exits of a group at what they protect: released, sized, swapped and withdrawn.

A pure function of the state: whatever happened since the last look, and in whatever order, the
next step follows from what is true now. A group is looked at after every event about one of its
orders, so a burst of fills is one step, and at most one change of an order is on its way.
"""

from msgspec import structs

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.commands import ExitsOnKill
from engine.domain.contingent.groups import (
    counts_too_much,
    covered_by,
    filled_by,
    has_successor,
    is_entry_over,
    legs_of,
    let_go_in_a_row,
    may_close,
    newest,
    no_more_needed,
    shares_at_venue,
)
from engine.domain.contingent.terms import KINDS, STOP, exit_price, released_order
from engine.domain.identity import client_order_id, leg_id, leg_of
from engine.domain.orders import Order
from engine.domain.quotes import Market, Phase
from engine.domain.reasons import Finding, Refusal
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.proposal import propose
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import Bracket, State, bracket_timer, flatten_key
from engine.domain.submission import is_asleep, quote_seen, replace
from engine.values import NANOS_PER_SECOND, Nanos, OrderId, OrderType, Price, Quantity

RETRY = NANOS_PER_SECOND
"""How long an exit waits that only the link kept from leaving."""
DOUBLINGS_MAX = 5
"""Of that time, while a venue does not keep the same change: 32 s at most."""
KEPT_UNTIL_RARER = 50
"""Exits of a kind that never left or fell, after which the next are tried half as often."""
_PASSING = frozenset({"R25", "R41"})
"""Rules about the moment and not about the order: the exit waits here instead of being denied."""
_EXITS_STAY = (ev.FlattenStep.ASKING, ev.FlattenStep.WAITING)
NEVER_NEEDED = "its entry ended unfilled"
ALL_DONE = "nothing is left for it to protect"


def advance_exits(state: State, group: int, market: Market, now: Nanos) -> list[ev.Event]:
    """The next step of one group."""
    bracket = state.brackets.get(group)
    if bracket is None or state.is_read_only or is_flattening(state, bracket):
        return []
    legs = [leg for leg in legs_of(state, group) if leg.market == state.market]
    covered = covered_by(state, group, bracket)
    left = covered - filled_by(state, group)
    if left <= 0:
        return _nothing_left(state, group, legs, covered, now)
    if is_killed(state, bracket):
        return []
    step = _Step(state, group, bracket, legs, covered, Quantity(left), market, now)
    return step.together() if shares_at_venue(state, legs) else step.in_turn()


def is_flattening(state: State, bracket: Bracket) -> bool:
    """The protocol closes whatever the entry still brings, exits out of its way.

    While it asks, or waits for a market to close in, they do what they are for.
    """
    run = state.flattening.get(flatten_key(bracket.account, bracket.symbol))
    return run is not None and run.step not in _EXITS_STAY


def is_killed(state: State, bracket: Bracket) -> bool:
    """Killed with exits cancelled or closed: what an entry fills late is left to a person."""
    account = state.accounts[bracket.account]
    is_killed = account.trading.state is ev.TradingState.KILLED
    return is_killed and account.kill_exits is not ExitsOnKill.KEEP


def _nothing_left(
    state: State, group: int, legs: list[Order], covered: int, now: Nanos
) -> list[ev.Event]:
    """Exits that wait go once their entry can bring no more; those at the venue are out of work."""
    happened: list[ev.Event] = []
    for leg in legs:
        if leg.is_live and leg.leaves > 0 and leg.pending_new is None:
            happened += _ended(leg, group, now)
    if is_entry_over(state, group):
        entry = state.orders.get(group)
        text = ALL_DONE if covered or (entry and entry.cumulative) else NEVER_NEEDED
        happened += [no_more_needed(leg, now, text) for leg in legs if leg.is_held]
    return happened


def _ended(leg: Order, group: int, now: Nanos) -> list[ev.Event]:
    """Asks for the end of an exit, once; after the venue's no, again a little later.

    One that is over there and owes fills has nothing left to take back: asking again and again
    would only keep it from ever being settled.
    """
    if leg.pending_cancel is not None or leg.has_ended:
        return []
    return _not_yet(leg, group, now) or [
        ev.CancelRequested(now, leg.order_id, leg.client_order_id, cmd.Origin.DESK)
    ]


def _not_yet(leg: Order, group: int, now: Nanos) -> list[ev.Event]:
    """The venue has just refused to change this exit: when to ask again; empty when now."""
    due = Nanos(leg.refused_at + RETRY)
    if not leg.refused_at or due <= now:
        return []
    return [ev.TimerSet(now, bracket_timer(group), due)]


class _Step:
    """What one look at a group knows; it decides and changes nothing."""

    __slots__ = ("bracket", "covered", "group", "left", "legs", "market", "now", "state")

    def __init__(
        self,
        state: State,
        group: int,
        bracket: Bracket,
        legs: list[Order],
        covered: Quantity,
        left: Quantity,
        market: Market,
        now: Nanos,
    ) -> None:
        self.state, self.market, self.now = state, market, now
        self.group, self.bracket, self.legs = group, bracket, legs
        self.covered, self.left = covered, left

    # --- both exits at the venue, which takes what one fills off the other

    def together(self) -> list[ev.Event]:
        miscounted = self._miscounted()
        if miscounted:
            return self._end_one(miscounted)
        happened: list[ev.Event] = []
        for kind in KINDS:
            leg = newest(self.legs, kind)
            if leg is None:
                continue
            if leg.is_held or has_successor(self.bracket, leg):
                happened += self._release(leg)
            elif leg.is_live:
                happened += self._resize(leg)
        return happened

    def _miscounted(self) -> list[Order]:
        """Exits in a group of which a trade was taken back: no venue gives the others that back."""
        groups = {leg.oca_group for leg in self.legs if leg.is_live and leg.oca_group}
        wrong = {name for name in groups if counts_too_much(self.legs, name)}
        return [leg for leg in self.legs if leg.is_live and leg.oca_group in wrong]

    def _end_one(self, legs: list[Order]) -> list[ev.Event]:
        """They stand anew, for all that is left, in a group of their own: once each of them is
        proved to be gone, for two groups would close more than is held. The stop goes last."""
        leg = min(legs, key=lambda leg: leg.order.type is STOP)
        if leg.pending_new or leg.pending_replace:
            return []
        return _ended(leg, self.group, self.now)

    # --- one exit at a time, because nobody at the venue could take the other back

    def in_turn(self) -> list[ev.Event]:
        live = [leg for leg in self.legs if leg.is_live]
        turn = turn_of(self.bracket, self.legs)
        if turn is None:
            return []
        standing = [leg for leg in live if leg.order.type is turn]
        if len(standing) < len(live):
            # The other kind is on its way out; what it fills until then is not for this one.
            going = [leg for leg in live if leg not in standing]
            return [event for leg in going for event in _ended(leg, self.group, self.now)]
        if standing:
            return self._resize(standing[-1])
        leg = newest(self.legs, turn)
        assert leg is not None, "a kind whose turn it is has an exit"
        return self._release(leg)

    # --- one exit

    def _release(self, leg: Order) -> list[ev.Event]:
        """The exit leaves for what is left, judged by the rules of the exit lane."""
        state, now = self.state, self.now
        instrument = state.instruments[self.bracket.symbol]
        number = leg.order_id
        if later := self._way_is_shut(leg):
            return later
        if leg.is_done:
            newest_leg = max(leg_of(i) for i in self.bracket.legs)
            number = leg_id(self.group, newest_leg + 1 + self._made_before(leg))
        entry = state.orders.get(self.group)
        order = released_order(leg, number, self.left, entry, instrument)
        oca_group, base = self._shared()
        proposal = propose(order, state, self.market, oca_group)
        assessment = evaluate(proposal, state, self.market, now)
        if not assessment.is_allowed:
            if _will_pass(assessment.findings):
                return self._wait(assessment.findings)
            if self._others_give_way():
                return [ev.TimerSet(now, bracket_timer(self.group), Nanos(now + RETRY))]
            return [self._denied(leg, number, order, assessment)]
        happened: list[ev.Event] = [
            ev.OrderReleased(
                now,
                number,
                leg.trade_date,
                leg.number,
                client_order_id(
                    instance=state.instance, epoch=state.epoch, order_id=number, revision=0
                ),
                # Of a group its venue wants the total, whatever a sibling has filled of it.
                structs.replace(order, quantity=Quantity(self.covered - base)),
                reserve_for(proposal),
                Price(0),
                quote_seen(self.market.quote(order.symbol)),
                assessment.findings,
                state.limits_digest,
                assessment.passed_bits,
                assessment.off_bits,
                oca_group,
                base,
                assessment.off_because,
            )
        ]
        before = Quantity(self.covered - base - self.left)
        if before:
            # A sibling has filled so much of their group while this one waited here.
            happened.append(ev.ExitReduced(now, number, before, self._sibling_of(oca_group)))
        return happened

    def _way_is_shut(self, leg: Order) -> list[ev.Event]:
        """What kept the last one here, or ended it at the venue, may be there still: it is tried
        ever more rarely, and at once when a line has come back since; empty when now."""
        if leg.never_left and self.state.link_up_at > leg.changed_at:
            return []
        kind = leg.order.type
        kept = let_go_in_a_row(self.legs, kind)
        if leg.never_left:
            kept = sum(each.never_left for each in self.legs if each.order.type is kind)
        if not kept:
            return []
        # The legs of a group are numbered, and must not run out while the way is shut all day.
        most = DOUBLINGS_MAX + kept // KEPT_UNTIL_RARER
        due = Nanos(leg.changed_at + (RETRY << min(kept - 1, most)))
        return [ev.TimerSet(self.now, bracket_timer(self.group), due)] if due > self.now else []

    def _denied(
        self, leg: Order, number: OrderId, order: cmd.SubmitOrder, assessment: Assessment
    ) -> ev.OrderDenied:
        return ev.OrderDenied(
            self.now,
            number,
            leg.trade_date,
            leg.number,
            order,
            quote_seen(self.market.quote(order.symbol)),
            assessment.findings,
            self.state.limits_digest,
            assessment.passed_bits,
            assessment.off_bits,
            assessment.off_because,
        )

    def _others_give_way(self) -> bool:
        """Exits of other groups are being changed or taken back: what they leave may be enough."""
        state, bracket = self.state, self.bracket
        of_symbol = (state.orders[i] for i in state.live_by_symbol.get(bracket.symbol, ()))
        return any(
            order.pending_cancel is not None or order.pending_replace is not None
            for order in of_symbol
            if order.leg and order.group != self.group and order.order.account == bracket.account
        )

    def _sibling_of(self, oca_group: str) -> OrderId:
        return next(leg.order_id for leg in self.legs if leg.oca_group == oca_group)

    def _made_before(self, leg: Order) -> int:
        """Successors of both kinds can be made in one look: the stop's comes after the target's."""
        target = newest(self.legs, OrderType.LIMIT)
        both = target is not None and target is not leg and has_successor(self.bracket, target)
        return int(self._shares() and leg.order.type is STOP and both)

    def _shared(self) -> tuple[str, Quantity]:
        """(the group at the venue that the exit joins, what was filled before that group began).

        With a sibling that stands already it is the sibling's. Else a group begins; its name counts
        the exits that left before, so that the venue never counts the fills of one before.
        """
        filled = Quantity(self.covered - self.left)
        if not self._shares():
            return "", filled
        for leg in self.legs:
            if leg.is_live and leg.oca_group:
                return leg.oca_group, self._filled_elsewhere(leg)
        state, group = self.state, OrderId(self.group)
        left_before = len(self.bracket.legs) - sum(leg.is_held for leg in self.legs)
        name = client_order_id(
            instance=state.instance, epoch=state.epoch, order_id=group, revision=left_before
        )
        return name, filled

    def _shares(self) -> bool:
        return shares_at_venue(self.state, self.legs)

    def _filled_elsewhere(self, leg: Order) -> Quantity:
        """What exits outside its group at the venue have filled; without groups, all others.

        Counted anew at every look: a trade of then can be told late, or taken back.
        """
        others = (
            other
            for other in self.legs
            if other is not leg and not (leg.oca_group and other.oca_group == leg.oca_group)
        )
        return Quantity(sum(other.cumulative for other in others))

    def _resize(self, leg: Order) -> list[ev.Event]:
        """The exit follows what it protects; a change that is on its way is waited for."""
        in_flight = leg.pending_new or leg.pending_replace or leg.pending_cancel
        if in_flight is not None or leg.has_ended or is_asleep(leg, self.state):
            return []
        total = Quantity(self.covered - self._filled_elsewhere(leg))
        price, stop = self._price_now(leg)
        if total < leg.quantity:
            # Less comes first: it leaves whatever the desk's state, and a price can follow.
            price, stop = leg.price, leg.stop
        if (total, price, stop) == (leg.quantity, leg.price, leg.stop):
            return []
        if later := _not_yet(leg, self.group, self.now):
            return later
        if total <= leg.cumulative + leg.taken:
            return _ended(leg, self.group, self.now)
        if later := self._not_kept(leg, price, total, stop):
            return later
        change = cmd.ReplaceOrder(leg.order_id, price, total, cmd.Origin.DESK, "", stop)
        decided = replace(self.state, change, self.market, self.now)
        denied = decided[0]
        if isinstance(denied, ev.ReplaceDenied) and _will_pass(denied.findings):
            return self._wait(denied.findings)
        return decided

    def _not_kept(self, leg: Order, price: Price, total: Quantity, stop: Price) -> list[ev.Event]:
        """Just this was asked for, and it does not stand there, whatever the answer was: it is
        asked for ever more rarely, and a person is told; empty when now."""
        wish = leg.wish
        if wish is None or not wish.is_for(price, total, stop):
            return []
        due = Nanos(wish.at + (RETRY << min(wish.again, DOUBLINGS_MAX)))
        if due <= self.now:
            return []
        later = ev.TimerSet(self.now, bracket_timer(self.group), due)
        if wish.is_told:
            return [later]
        return [ev.ReplaceDenied(self.now, leg.order_id, Refusal.NOT_KEPT, ()), later]

    def _price_now(self, leg: Order) -> tuple[Price, Price]:
        """(limit, stop): a distance follows the entry's average, until a hand has set a price."""
        entry = self.state.orders.get(self.group)
        if entry is None or leg.is_set_by_hand:
            return leg.price, leg.stop
        price = exit_price(leg.order, entry, self.state.instruments[self.bracket.symbol])
        if not price:
            return leg.price, leg.stop
        return (leg.price, price) if leg.order.type is STOP else (price, leg.stop)

    def _wait(self, findings: tuple[Finding, ...]) -> list[ev.Event]:
        """A session that does not trade, or a link that is down, wakes the group itself; while
        books are compared it is asked again."""
        if self.state.links_down:
            return []
        phase = self.state.phases.get(self.bracket.symbol)
        if phase is not Phase.OPEN and all(found.rule == "R25" for found in findings):
            return []
        return [ev.TimerSet(self.now, bracket_timer(self.group), Nanos(self.now + RETRY))]


def turn_of(bracket: Bracket, legs: list[Order]) -> OrderType | None:
    """The kind that may stand: the stop, unless the market called the target, or it is gone."""
    asked = bracket.turn or STOP
    for kind in (asked, *(kind for kind in KINDS if kind is not asked)):
        leg = newest(legs, kind)
        if leg is not None and may_close(bracket, leg):
            return kind
    return None


def _will_pass(findings: tuple[Finding, ...]) -> bool:
    return bool(findings) and all(found.rule in _PASSING for found in findings)
