"""The one table of actions: dispatch, footer, help, palette, `:` words and rebinding read it."""

from tui.action_kinds import Action, Scope, do
from tui.actions_of_fields import FIELD_ACTIONS
from tui.actions_of_panes import PANE_ACTIONS
from tui.lock_acts import LOCK_ACTIONS
from tui.replay_actions import REPLAY_ACTIONS

S = Scope
ACTIONS: tuple[Action, ...] = (
    # ---- everywhere: chords only, they work inside fields as well
    do(
        "desk.send",
        S.EVERYWHERE,
        "ctrl+t f10",
        "send",
        "transmits what Enter has reviewed, once",
        increases_risk=True,
    ),
    do(
        "desk.danger",
        S.EVERYWHERE,
        "ctrl+x",
        "danger",
        "opens the danger strip for two seconds",
        word="danger",
    ),
    do(
        "desk.palette",
        S.EVERYWHERE,
        "ctrl+p",
        "all",
        "every action by name",
        word="palette",
    ),
    do(
        "desk.next_pane",
        S.EVERYWHERE,
        "ctrl+o",
        "next pane",
        "next pane, also from inside a field",
        word="next-pane",
    ),
    do(
        "desk.redraw",
        S.EVERYWHERE,
        "ctrl+l",
        "redraw",
        "paints everything again",
        word="redraw",
    ),
    do(
        "desk.quit",
        S.EVERYWHERE,
        "ctrl+q",
        "quit",
        "names what stays working and asks",
        word="quit",
    ),
    do(
        "desk.take_control",
        S.EVERYWHERE,
        "ctrl+g",
        "take control",
        "the keys of this terminal send, another one watches",
        word="take-control",
    ),
    do(
        "desk.interrupt",
        S.EVERYWHERE,
        "ctrl+c",
        "",
        "copies nothing, quits nothing: says how to leave",
    ),
    do(
        "desk.help",
        S.EVERYWHERE,
        "f1",
        "help",
        "all keys",
        word="help",
    ),
    do("desk.back", S.EVERYWHERE, "escape", "back", "backs out, never with a side effect"),
    # ---- the desk: no field has the keys
    do(
        "desk.help_mark",
        S.DESK,
        "question_mark",
        "help",
        "all keys",
        footer=90,
        same_as="desk.help",
    ),
    do(
        "desk.command", S.DESK, "colon", "command", "the order language and every action", footer=80
    ),
    do("desk.symbol", S.DESK, "slash", "symbol", "finds a symbol", word="symbol", footer=70),
    do(
        "desk.search",
        S.DESK,
        "",
        "search",
        "finds a symbol: `:search apple`",
        word="search",
        same_as="desk.symbol",
    ),
    do(
        "desk.pane_1",
        S.DESK,
        "1",
        "watchlist",
        "the watchlist",
        word="watchlist",
    ),
    do(
        "desk.pane_2",
        S.DESK,
        "2",
        "depth",
        "the ladder",
        word="depth",
    ),
    do(
        "desk.pane_3",
        S.DESK,
        "3",
        "ticket",
        "the ticket",
        word="ticket",
    ),
    do(
        "chart.show",
        S.DESK,
        "4",
        "chart",
        "the chart: `:chart`, `:chart GOOG 5 min`",
        word="chart",
    ),
    do(
        "desk.pane_5",
        S.DESK,
        "5",
        "tape",
        "the tape",
        word="tape",
    ),
    do(
        "desk.pane_6",
        S.DESK,
        "6",
        "orders",
        "orders, fills and positions",
        word="orders",
    ),
    do(
        "desk.pane_7",
        S.DESK,
        "7",
        "P&L",
        "profit and loss",
        word="pnl",
    ),
    do(
        "desk.next",
        S.DESK,
        "tab",
        "next pane",
        "next pane",
        same_as="desk.next_pane",
    ),
    do(
        "desk.previous",
        S.DESK,
        "shift+tab",
        "previous pane",
        "previous pane (Tab goes round)",
        word="previous-pane",
    ),
    do(
        "desk.zoom",
        S.DESK,
        "z",
        "zoom",
        "the pane alone, and back",
        word="zoom",
    ),
    do(
        "desk.report",
        S.DESK,
        "",
        "report",
        "paper against tape: how far to believe it",
        word="report",
    ),
    do(
        "desk.books",
        S.DESK,
        "",
        "books",
        "our books against the venue's: every difference",
        word="books",
    ),
    do(
        "desk.messages",
        S.DESK,
        "",
        "messages",
        "what crossed the line to the venue, message by message",
        word="messages",
    ),
    do(
        "desk.limits",
        S.DESK,
        "l",
        "limits",
        "every limit: used, room, source; tightens one, or loosens with reason and code",
        word="limits",
    ),
    do(
        "desk.notices",
        S.DESK,
        "full_stop",
        "notices",
        "what the desk has said",
        word="notices",
    ),
    do(
        "desk.faster",
        S.DESK,
        "right_parenthesis",
        "faster",
        "market twice as fast",
        word="faster",
    ),
    do(
        "desk.slower",
        S.DESK,
        "left_parenthesis",
        "slower",
        "market half as fast",
        word="slower",
    ),
    *REPLAY_ACTIONS,
    do(
        "desk.theme",
        S.DESK,
        "",
        "theme",
        "dark, light, terminal",
        word="theme",
    ),
    do(
        "desk.privacy",
        S.DESK,
        "",
        "privacy",
        "hides money and account numbers, and shows them again",
        word="privacy",
    ),
    do(
        "desk.settings",
        S.DESK,
        "comma",
        "settings",
        "",
        later="settings (`config set` and :theme do)",
    ),
    do("desk.workspace", S.DESK, "g", "workspace", "", later="workspaces"),
    *PANE_ACTIONS,
    *FIELD_ACTIONS,
    # ---- the danger strip
    do(
        "danger.halt",
        S.DANGER,
        "h ctrl+h",
        "halt",
        "nothing new leaves, at once",
        footer=1,
        reduces_risk=True,
        word="halt",
    ),
    do(
        "danger.cancel_entries",
        S.DANGER,
        "c ctrl+c",
        "cancel entries",
        "cancels what opens positions, at once",
        footer=2,
        reduces_risk=True,
        word="cancel-entries",
    ),
    do(
        "danger.cancel_everything",
        S.DANGER,
        "a ctrl+a",
        "cancel all",
        "cancels every working order, asks once",
        footer=3,
        reduces_risk=True,
        word="cancel-everything",
    ),
    do(
        "danger.flatten_symbol",
        S.DANGER,
        "f ctrl+f",
        "flatten",
        "ends the position in this symbol, asks once",
        footer=4,
        reduces_risk=True,
        word="flatten-symbol",
    ),
    do(
        "danger.flatten_account",
        S.DANGER,
        "o ctrl+o",
        "flatten all",
        "flattens every position, asks once",
        footer=5,
        reduces_risk=True,
        word="flatten-account",
    ),
    do(
        "danger.kill",
        S.DANGER,
        "k ctrl+k",
        "KILL",
        "the kill switch, asks once",
        footer=6,
        reduces_risk=True,
        word="kill",
    ),
    do(
        "danger.lock",
        S.DANGER,
        "l ctrl+l",
        "lock",
        "blanks the screen until it is unlocked",
        footer=7,
        word="lock",
    ),
    do("danger.close", S.DANGER, "escape", "leave", "closes the strip"),
    *LOCK_ACTIONS,
    # ---- one question
    do("confirm.yes", S.CONFIRM, "y", "yes", "does it", footer=1, reduces_risk=True),
    do("confirm.no", S.CONFIRM, "escape n", "no", "does nothing", footer=2),
)

BY_ID = {action.id: action for action in ACTIONS}
BY_WORD = {action.word: action for action in ACTIONS if action.word}
SCOPES_WITH_FIELDS = (Scope.TICKET, Scope.LINE, Scope.PAGE, Scope.LOCK)
"""There a letter is text."""

_PARTS_OF_ANOTHER = (
    *(Scope.LIST, Scope.LINE, Scope.TICKET, Scope.PAGE, Scope.CONFIRM, Scope.LOCK),
)
BY_KEY_ALONE = frozenset(
    action.id
    for action in ACTIONS
    if not action.word
    and (
        action.scope in _PARTS_OF_ANOTHER
        or action.same_as
        or action.id
        in (
            *("depth.up", "depth.down", "depth.page_up", "depth.page_down"),
            *("desk.send", "desk.command", "desk.back", "desk.interrupt", "danger.close"),
        )
    )
)
"""They move a cursor, edit a text, answer, leave, or are the key that sends: nothing of that could
be meant by a name. Everything else that is there has a `:` word and a row in the palette."""

__all__ = ["ACTIONS", "BY_ID", "BY_KEY_ALONE", "BY_WORD", "SCOPES_WITH_FIELDS", "Action", "Scope"]
