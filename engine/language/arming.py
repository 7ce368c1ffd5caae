"""Lines that let orders of a live account leave, or no longer: arm, disarm."""

from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import ArmLine, DisarmLine


def read_arm(reader: Reader) -> ArmLine | SyntaxProblem:
    """`U1234567 "reason"`."""
    account = reader.name("an account")
    if isinstance(account, SyntaxProblem):
        return account
    reason = reader.quoted("the reason", f'arm {account} "the open"')
    if isinstance(reason, SyntaxProblem):
        return reason
    return reader.done(ArmLine(account, reason))


def read_disarm(reader: Reader) -> DisarmLine | SyntaxProblem:
    """`U1234567 ["reason"]`."""
    account = reader.name("an account")
    if isinstance(account, SyntaxProblem):
        return account
    if reader.peek() is None:
        return reader.done(DisarmLine(account))
    reason = reader.quoted("a reason", f'disarm {account} "…"')
    return reason if isinstance(reason, SyntaxProblem) else reader.done(DisarmLine(account, reason))
