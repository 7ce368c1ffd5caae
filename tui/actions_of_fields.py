"""The actions of ticket, `:` line and pages, where a letter is text: a part of the one table."""

from tui.action_kinds import Action, Scope, do

S = Scope
FIELD_ACTIONS: tuple[Action, ...] = (
    # ---- the ticket
    do(
        "ticket.review", S.TICKET, "enter", "review", "shows in words what would be sent", footer=10
    ),
    do("ticket.next", S.TICKET, "tab", "next field", "next field", footer=30),
    do("ticket.previous", S.TICKET, "shift+tab", "previous field", "previous field"),
    do("ticket.up", S.TICKET, "up", "+1", "one tick, or one lot, up (+)", footer=40),
    do("ticket.down", S.TICKET, "down", "−1", "one tick, or one lot, down (-)"),
    do("ticket.page_up", S.TICKET, "pageup", "+10", "ten up"),
    do("ticket.page_down", S.TICKET, "pagedown", "−10", "ten down"),
    do(
        "ticket.resize",
        S.TICKET,
        "ctrl+r",
        "resize",
        "the largest size that every rule allows",
        footer=20,
        word="resize",
    ),
    do("ticket.left", S.TICKET, "left", "left", "moves the caret"),
    do("ticket.right", S.TICKET, "right", "right", "moves the caret"),
    do("ticket.home", S.TICKET, "home ctrl+a", "start", "start of the field"),
    do("ticket.end", S.TICKET, "end ctrl+e", "end", "end of the field"),
    do("ticket.rub_out", S.TICKET, "backspace", "delete", "deletes to the left"),
    do("ticket.delete", S.TICKET, "delete ctrl+d", "delete right", "deletes to the right"),
    do("ticket.clear", S.TICKET, "ctrl+u", "clear", "empties the field"),
    do("ticket.rub_out_word", S.TICKET, "ctrl+w", "delete word", "deletes a word to the left"),
    # ---- the : line
    do(
        "line.review",
        S.LINE,
        "enter",
        "review",
        "an order is reviewed, a cancel or a halt is done",
        footer=10,
    ),
    do("line.complete", S.LINE, "tab", "complete", "the next word that fits", footer=30),
    do("line.older", S.LINE, "up", "history", "an earlier line", footer=40),
    do("line.newer", S.LINE, "down", "newer", "a later line"),
    do(
        "line.resize",
        S.LINE,
        "ctrl+r",
        "resize",
        "the largest size that every rule allows",
        footer=20,
    ),
    do("line.left", S.LINE, "left", "left", "moves the caret"),
    do("line.right", S.LINE, "right", "right", "moves the caret"),
    do("line.home", S.LINE, "home ctrl+a", "start", "start of the line"),
    do("line.end", S.LINE, "end ctrl+e", "end", "end of the line"),
    do("line.rub_out", S.LINE, "backspace", "delete", "deletes to the left"),
    do("line.delete", S.LINE, "delete ctrl+d", "delete right", "deletes to the right"),
    do("line.clear", S.LINE, "ctrl+u", "clear", "empties the line"),
    do("line.rub_out_word", S.LINE, "ctrl+w", "delete word", "deletes a word to the left"),
    # ---- a page over the desk
    do("page.choose", S.PAGE, "enter", "choose", "takes the row", footer=10),
    do("page.up", S.PAGE, "up", "up", "one row up", footer=20),
    do("page.down", S.PAGE, "down", "down", "one row down", footer=21),
    do("page.page_up", S.PAGE, "pageup", "page up", "a page up"),
    do("page.page_down", S.PAGE, "pagedown", "page down", "a page down"),
    do("page.first", S.PAGE, "home", "first", "first row"),
    do("page.last", S.PAGE, "end", "last", "last row"),
    do("page.rub_out", S.PAGE, "backspace", "delete", "deletes to the left"),
    do("page.clear", S.PAGE, "ctrl+u", "clear", "empties the search"),
)
