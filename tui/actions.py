"""The one table of actions: dispatch, footer, help, palette, `:` words and rebinding read it."""

from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """Where keys mean something; the keyboard looks from the innermost scope outwards."""

    DANGER = "danger"
    CONFIRM = "confirm"
    PAGE = "page"
    LINE = "line"
    TICKET = "ticket"
    DEPTH = "depth"
    ORDERS = "orders"
    TAPE = "tape"
    SYMBOL = "symbol"
    LIST = "list"
    DESK = "desk"
    EVERYWHERE = "everywhere"


class Action(msgspec.Struct, frozen=True, gc=False):
    """One thing a person can do.

    `keys` are Textual's names, the first is the one shown; `plain` is the way that every terminal
    lets through: another key, or the `:` word. `increases_risk` marks what transmits an order.
    """

    id: str
    scope: Scope
    keys: tuple[str, ...]
    words: str
    help: str
    word: str = ""
    footer: int = 0
    """Place in the footer, from 1; 0 stays out of it."""
    increases_risk: bool = False
    reduces_risk: bool = False
    later: str = ""
    """Named as not available yet."""
    same_as: str = ""
    """The action that does it, where a scope has a key of its own for it."""

    @property
    def acts_on_orders(self) -> bool:
        return self.increases_risk or self.reduces_risk


def _do(
    id: str,
    scope: Scope,
    keys: str,
    words: str,
    help: str,
    *,
    word: str = "",
    footer: int = 0,
    increases_risk: bool = False,
    reduces_risk: bool = False,
    later: str = "",
    same_as: str = "",
) -> Action:
    return Action(
        id,
        scope,
        tuple(keys.split()),
        words,
        help,
        word=word,
        footer=footer,
        increases_risk=increases_risk,
        reduces_risk=reduces_risk,
        later=later,
        same_as=same_as,
    )


S = Scope
ACTIONS: tuple[Action, ...] = (
    # ---- everywhere: chords only, they work inside fields as well
    _do(
        "desk.send",
        S.EVERYWHERE,
        "ctrl+t f10",
        "send",
        "transmits what Enter has reviewed, once",
        increases_risk=True,
    ),
    _do(
        "desk.danger",
        S.EVERYWHERE,
        "ctrl+x",
        "danger",
        "opens the danger strip for two seconds",
        word="danger",
    ),
    _do("desk.palette", S.EVERYWHERE, "ctrl+p", "all", "every action by name", word="palette"),
    _do(
        "desk.next_pane", S.EVERYWHERE, "ctrl+o", "next pane", "next pane, also from inside a field"
    ),
    _do("desk.redraw", S.EVERYWHERE, "ctrl+l", "redraw", "paints everything again", word="redraw"),
    _do(
        "desk.quit",
        S.EVERYWHERE,
        "ctrl+q",
        "quit",
        "names what stays working and asks",
        word="quit",
    ),
    _do(
        "desk.interrupt",
        S.EVERYWHERE,
        "ctrl+c",
        "",
        "copies nothing, quits nothing: says how to leave",
    ),
    _do("desk.help", S.EVERYWHERE, "f1", "help", "all keys", word="help"),
    _do("desk.back", S.EVERYWHERE, "escape", "back", "backs out, never with a side effect"),
    # ---- the desk: no field has the keys
    _do(
        "desk.help_mark",
        S.DESK,
        "question_mark",
        "help",
        "all keys",
        footer=90,
        same_as="desk.help",
    ),
    _do(
        "desk.command", S.DESK, "colon", "command", "the order language and every action", footer=80
    ),
    _do("desk.symbol", S.DESK, "slash", "symbol", "finds a symbol", word="symbol", footer=70),
    _do("desk.pane_1", S.DESK, "1", "watchlist", "the watchlist", word="watchlist"),
    _do("desk.pane_2", S.DESK, "2", "depth", "the ladder", word="depth"),
    _do("desk.pane_3", S.DESK, "3", "ticket", "the ticket", word="ticket"),
    _do("desk.pane_4", S.DESK, "4", "chart", "", later="chart"),
    _do("desk.pane_5", S.DESK, "5", "tape", "the tape", word="tape"),
    _do("desk.pane_6", S.DESK, "6", "orders", "orders, fills and positions", word="orders"),
    _do("desk.pane_7", S.DESK, "7", "P&L", "profit and loss", word="pnl"),
    _do("desk.next", S.DESK, "tab", "next pane", "next pane"),
    _do("desk.previous", S.DESK, "shift+tab", "previous pane", "previous pane (Tab goes round)"),
    _do("desk.zoom", S.DESK, "z", "zoom", "the pane alone, and back", word="zoom"),
    _do("desk.notices", S.DESK, "full_stop", "notices", "what the desk has said", word="notices"),
    _do(
        "desk.faster", S.DESK, "right_parenthesis", "faster", "market twice as fast", word="faster"
    ),
    _do("desk.slower", S.DESK, "left_parenthesis", "slower", "market half as fast", word="slower"),
    _do("desk.theme", S.DESK, "", "theme", "dark, light, terminal", word="theme"),
    _do(
        "desk.settings",
        S.DESK,
        "comma",
        "settings",
        "",
        later="settings (`config set` and :theme do)",
    ),
    _do("desk.workspace", S.DESK, "g", "workspace", "", later="workspaces"),
    # ---- a list under the cursor
    _do("list.up", S.LIST, "up", "up", "one row up (k)"),
    _do("list.down", S.LIST, "down", "down", "one row down"),
    _do("list.page_up", S.LIST, "pageup", "page up", "a page up"),
    _do("list.page_down", S.LIST, "pagedown", "page down", "a page down"),
    _do("list.first", S.LIST, "home", "first", "first row"),
    _do("list.last", S.LIST, "end", "last", "last row"),
    # ---- on a symbol
    _do(
        "symbol.buy",
        S.SYMBOL,
        "b",
        "buy",
        "a buy ticket; sends nothing",
        word="ticket-buy",
        footer=10,
    ),
    _do(
        "symbol.sell",
        S.SYMBOL,
        "s",
        "sell",
        "a sell ticket; sends nothing",
        word="ticket-sell",
        footer=11,
    ),
    _do("symbol.ladder", S.SYMBOL, "d", "ladder", "the ladder of this symbol", footer=30),
    _do("symbol.copy", S.SYMBOL, "y", "copy", "copies the row", word="copy"),
    _do("symbol.alert", S.SYMBOL, "a", "alert", "", later="alerts"),
    _do("symbol.watch", S.SYMBOL, "w", "watch", "", later="editing the watchlist"),
    _do("symbol.detail", S.SYMBOL, "i", "detail", "the symbol in full", word="detail"),
    # ---- the ladder
    _do("depth.up", S.DEPTH, "up", "up", "one level up"),
    _do("depth.down", S.DEPTH, "down", "down", "one level down"),
    _do("depth.page_up", S.DEPTH, "pageup", "ten up", "ten levels up"),
    _do("depth.page_down", S.DEPTH, "pagedown", "ten down", "ten levels down"),
    _do(
        "depth.ticket",
        S.DEPTH,
        "enter",
        "ticket here",
        "a ticket at this level; sends nothing",
        footer=10,
    ),
    _do("depth.buy", S.DEPTH, "b", "buy", "a buy ticket at this level; sends nothing", footer=11),
    _do(
        "depth.sell", S.DEPTH, "s", "sell", "a sell ticket at this level; sends nothing", footer=12
    ),
    _do("depth.recentre", S.DEPTH, "space", "recentre", "back to the spread", footer=20),
    _do("depth.follow", S.DEPTH, "t", "follow", "", later="a ladder that stands still"),
    _do(
        "depth.coarser",
        S.DEPTH,
        "right_square_bracket plus",
        "coarser",
        "more ticks in a level",
        footer=30,
    ),
    _do(
        "depth.finer",
        S.DEPTH,
        "left_square_bracket minus",
        "finer",
        "fewer ticks in a level",
        footer=31,
    ),
    _do("depth.arm", S.DEPTH, "A", "arm", "", later="the armed ladder"),
    _do(
        "depth.command",
        S.DEPTH,
        "colon",
        "command",
        "the order language and every action",
        footer=80,
        same_as="desk.command",
    ),
    _do(
        "depth.symbol",
        S.DEPTH,
        "slash",
        "symbol",
        "finds a symbol",
        footer=70,
        same_as="desk.symbol",
    ),
    _do("depth.help", S.DEPTH, "question_mark", "help", "all keys", footer=90, same_as="desk.help"),
    _do(
        "depth.back", S.DEPTH, "escape", "back", "back to the list", footer=85, same_as="desk.back"
    ),
    _do("depth.next", S.DEPTH, "tab", "next pane", "next pane", same_as="desk.next"),
    _do(
        "depth.previous",
        S.DEPTH,
        "shift+tab",
        "previous pane",
        "previous pane",
        same_as="desk.previous",
    ),
    # ---- orders
    _do(
        "orders.cancel",
        S.ORDERS,
        "c",
        "cancel",
        "cancels this order at once",
        footer=10,
        reduces_risk=True,
    ),
    _do(
        "orders.replace", S.ORDERS, "m", "replace", "a new price or size, on the : line", footer=11
    ),
    _do("orders.why", S.ORDERS, "e", "why", "the life of this order", word="why", footer=12),
    _do(
        "orders.close",
        S.ORDERS,
        "x",
        "close ticket",
        "a ticket that closes the position",
        footer=20,
    ),
    _do(
        "orders.reverse",
        S.ORDERS,
        "r",
        "reverse ticket",
        "a line that reverses the position",
        footer=21,
    ),
    _do("orders.copy", S.ORDERS, "y", "copy", "copies the row", footer=40),
    _do("orders.note", S.ORDERS, "n", "note", "", later="notes on orders"),
    _do(
        "orders.next_tab",
        S.ORDERS,
        "right right_square_bracket",
        "next list",
        "working, all, fills, positions, denied",
        footer=30,
    ),
    _do(
        "orders.previous_tab",
        S.ORDERS,
        "left left_square_bracket",
        "previous list",
        "the list before",
    ),
    # ---- the tape
    _do("tape.pause", S.TAPE, "space", "pause", "holds the tape still; nothing is lost", footer=10),
    # ---- the ticket
    _do(
        "ticket.review", S.TICKET, "enter", "review", "shows in words what would be sent", footer=10
    ),
    _do("ticket.next", S.TICKET, "tab", "next field", "next field", footer=30),
    _do("ticket.previous", S.TICKET, "shift+tab", "previous field", "previous field"),
    _do("ticket.up", S.TICKET, "up", "+1", "one tick, or one lot, up (+)", footer=40),
    _do("ticket.down", S.TICKET, "down", "−1", "one tick, or one lot, down (-)"),
    _do("ticket.page_up", S.TICKET, "pageup", "+10", "ten up"),
    _do("ticket.page_down", S.TICKET, "pagedown", "−10", "ten down"),
    _do(
        "ticket.resize",
        S.TICKET,
        "ctrl+r",
        "resize",
        "the largest size that every rule allows",
        footer=20,
    ),
    _do("ticket.left", S.TICKET, "left", "left", "moves the caret"),
    _do("ticket.right", S.TICKET, "right", "right", "moves the caret"),
    _do("ticket.home", S.TICKET, "home ctrl+a", "start", "start of the field"),
    _do("ticket.end", S.TICKET, "end ctrl+e", "end", "end of the field"),
    _do("ticket.rub_out", S.TICKET, "backspace", "delete", "deletes to the left"),
    _do("ticket.delete", S.TICKET, "delete ctrl+d", "delete right", "deletes to the right"),
    _do("ticket.clear", S.TICKET, "ctrl+u", "clear", "empties the field"),
    _do("ticket.rub_out_word", S.TICKET, "ctrl+w", "delete word", "deletes a word to the left"),
    # ---- the : line
    _do(
        "line.review",
        S.LINE,
        "enter",
        "review",
        "an order is reviewed, a cancel or a halt is done",
        footer=10,
    ),
    _do("line.complete", S.LINE, "tab", "complete", "the next word that fits", footer=30),
    _do("line.older", S.LINE, "up", "history", "an earlier line", footer=40),
    _do("line.newer", S.LINE, "down", "newer", "a later line"),
    _do(
        "line.resize",
        S.LINE,
        "ctrl+r",
        "resize",
        "the largest size that every rule allows",
        footer=20,
    ),
    _do("line.left", S.LINE, "left", "left", "moves the caret"),
    _do("line.right", S.LINE, "right", "right", "moves the caret"),
    _do("line.home", S.LINE, "home ctrl+a", "start", "start of the line"),
    _do("line.end", S.LINE, "end ctrl+e", "end", "end of the line"),
    _do("line.rub_out", S.LINE, "backspace", "delete", "deletes to the left"),
    _do("line.delete", S.LINE, "delete ctrl+d", "delete right", "deletes to the right"),
    _do("line.clear", S.LINE, "ctrl+u", "clear", "empties the line"),
    _do("line.rub_out_word", S.LINE, "ctrl+w", "delete word", "deletes a word to the left"),
    # ---- a page over the desk
    _do("page.choose", S.PAGE, "enter", "choose", "takes the row", footer=10),
    _do("page.up", S.PAGE, "up", "up", "one row up", footer=20),
    _do("page.down", S.PAGE, "down", "down", "one row down", footer=21),
    _do("page.page_up", S.PAGE, "pageup", "page up", "a page up"),
    _do("page.page_down", S.PAGE, "pagedown", "page down", "a page down"),
    _do("page.first", S.PAGE, "home", "first", "first row"),
    _do("page.last", S.PAGE, "end", "last", "last row"),
    _do("page.rub_out", S.PAGE, "backspace", "delete", "deletes to the left"),
    _do("page.clear", S.PAGE, "ctrl+u", "clear", "empties the search"),
    # ---- the danger strip
    _do(
        "danger.halt",
        S.DANGER,
        "h ctrl+h",
        "halt",
        "nothing new leaves, at once",
        footer=1,
        reduces_risk=True,
    ),
    _do(
        "danger.cancel_entries",
        S.DANGER,
        "c ctrl+c",
        "cancel entries",
        "cancels what opens positions, at once",
        footer=2,
        reduces_risk=True,
    ),
    _do(
        "danger.cancel_everything",
        S.DANGER,
        "a ctrl+a",
        "all",
        "cancels every working order, asks once",
        footer=3,
        reduces_risk=True,
    ),
    _do(
        "danger.flatten_symbol",
        S.DANGER,
        "f ctrl+f",
        "flatten",
        "ends the position in this symbol, asks once",
        footer=4,
        reduces_risk=True,
    ),
    _do(
        "danger.flatten_account",
        S.DANGER,
        "o ctrl+o",
        "account",
        "flattens every position, asks once",
        footer=5,
        reduces_risk=True,
    ),
    _do(
        "danger.kill",
        S.DANGER,
        "k ctrl+k",
        "KILL",
        "the kill switch, asks once",
        footer=6,
        reduces_risk=True,
    ),
    _do("danger.lock", S.DANGER, "l ctrl+l", "lock", "", footer=7, later="the lock screen"),
    _do("danger.close", S.DANGER, "escape", "leave", "closes the strip"),
    # ---- one question
    _do("confirm.yes", S.CONFIRM, "y", "yes", "does it", footer=1, reduces_risk=True),
    _do("confirm.no", S.CONFIRM, "escape n", "no", "does nothing", footer=2),
)

BY_ID = {action.id: action for action in ACTIONS}
BY_WORD = {action.word: action for action in ACTIONS if action.word}
SCOPES_WITH_FIELDS = (Scope.TICKET, Scope.LINE, Scope.PAGE)
"""There a letter is text."""
