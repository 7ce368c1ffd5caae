"""The part of the action table that moves the market's time."""

from tui.action_kinds import Action, Scope, do

REPLAY_ACTIONS: tuple[Action, ...] = (
    do("replay.pause", Scope.DESK, "p", "pause/play", "holds the market still, and lets it go on",
       word="pause"),
    do("replay.step", Scope.DESK, "greater_than_sign", "step",
       "one event of the market, then it stands still (`replay step 10s`)", word="step"),
    do("replay.step_trade", Scope.DESK, "right_curly_bracket", "step a trade",
       "up to the next trade, then it stands still", word="step-trade"),
    do("replay.fill", Scope.DESK, "f", "next fill",
       "jumps to the next fill of yours, of today or of the recorded session", word="next-fill"),
    do("replay.jump", Scope.DESK, "j", "jump",
       "jumps to a time, with everything in between played; never backwards", word="jump"),
    do("replay.restart", Scope.DESK, "", "begin anew", "the recorded day from its start, asks once",
       word="restart"),
)  # fmt: skip
"""Each reachable as a `replay …` line too; these are for the hand."""
