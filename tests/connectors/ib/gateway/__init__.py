"""A TWS / IB Gateway for tests, which the real ib_insync and ib_async connect to.

    with Gateway(accounts=("DU1", "DU2"), server_version=176) as gateway:
        ...  # connect to 127.0.0.1, gateway.port
        gateway.fill("REF1", 40, "190.1")
        assert gateway.broker.order("REF1").filled == 40
        assert not gateway.bad

It speaks the text protocol of versions 157 to 178 over a loopback socket, in a thread and loop of
its own. Every control below may be called from any thread: it is carried out in the gateway's loop
and returns what came of it. Orders are named by their orderRef, contracts by symbol.

Ways (keywords of Gateway, changed later with `set`; all of them: house.py)
    accounts, server_version, read_only (321), silent (accepted, never answered), first_id, clock,
    time_style; acknowledges, echoes, first_without_perm_id, tif_preset (10349), held_is_said,
    confirms_cancels, inactive_on_reject, active_orders_max, matches, margins, what_if_twice,
    commission, commission_delay, previews_use_ids; messages_max (100); lines_max (101),
    depth_max (309), sample_seconds, depth_style, paces_history (162), has_delayed (10168),
    competing_session (10197)

Orders (order_controls.py)
    fill(ref, quantity, price, says=("execution", "status", "commission"), unset=True …)
    correct(exec_id, quantity, price)  .01 becomes .02     bust(exec_id)     charge(exec_id, …)
    reject(ref, code, text, json)      warn(ref, code, text, json)     expire(ref)     trigger(ref)
    acknowledge(ref)  restate(ref)     cancel(ref)  confirm_cancel(ref)   park(ref) Inactive, alive
    place_elsewhere(symbol, action, quantity, price, client_id=, order_id=, ref=)   others, TWS
    set_position(symbol, quantity, average)  set_account(tag, value)  set_pnl(daily, unrealized, …)

Market (market_controls.py)
    quote(symbol, bid=, bid_size=, ask=, last=, halted=, shortable= …)    lines()
    trade(symbol, price, size, unreported=)          show_type(2 frozen | 4)
    book(symbol, bids=[(price, size, maker)], asks=)  depth_row(…)  reset_depth (317)  no_depth
    bars(symbol, "1 min", [Bar(…)])  bar(…)  five_seconds(symbol, Bar(…))
    flood(rate).stop()   ticks made beforehand, counted
    line_error(symbol, code, text, ends=)   compete() (10197 on every line)   market_of(symbol)
    change_listing(symbol, con_id= …)  delist(symbol)
    entitle(symbol, Right.LIVE | DELAYED | NONE | PARTIAL)   (354, 10089, 10167, 10168, 10090)

Link (link_controls.py)
    script(lose | delay | duplicate | hold_for | swallow | close_before | close_after | refuse
        (kind, nth=, times=, ref=))   any answer or request by its API name; waiting_faults
    when(kind, act, nth=)   do something just before a message, such as a fill during a recovery
    system(1100 | 1101 | 1102 | 2103 …)   say_error(id, code, text)   forget_market_data()
    drop()  half_open(hears=)  stop_listening()  listen()
    down(), come_back(roll_ids_back=, new_day=), restart(…)

The truth
    broker.orders, open_orders, of(ref), order(ref), executions, positions — copies
    wait(condition)   for synchronous tests
    received, count(kind), orders_sent, peak (messages in any second: what is certain), lag_max,
    violations
    clients, bad (nonsense that clients spoke, and faults of this gateway: a test wants it empty)
"""

from tests.connectors.ib.gateway.faults import (
    close_after,
    close_before,
    delay,
    duplicate,
    hold_for,
    lose,
    refuse,
    swallow,
)
from tests.connectors.ib.gateway.gateway import Gateway
from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.market import Bar, Right
from tests.connectors.ib.gateway.order_writing import Margins
from tests.connectors.ib.gateway.orders import Status
from tests.connectors.ib.gateway.wire import UNSET

__all__ = [
    "UNSET",
    "Bar",
    "Gateway",
    "House",
    "Margins",
    "Right",
    "Status",
    "close_after",
    "close_before",
    "delay",
    "duplicate",
    "hold_for",
    "lose",
    "refuse",
    "swallow",
]
