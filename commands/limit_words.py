"""Every limit in words: a line each for a shell, and the page LIMITS.md, from the one table."""

from collections.abc import Iterator, Mapping

from engine.domain.risk.controls import (
    CONTROLS,
    LIMIT_SPECS,
    NO_KEY,
    PROFILE_DEFAULT,
    PROFILES,
    LimitKind,
    LimitSpec,
    Tighter,
)
from engine.domain.risk.frame import EXIT_RULES
from engine.domain.risk.gauges import NOT_COUNTED
from engine.domain.risk.limits import default_pairs

REGENERATE = "python3 trader.py config limits --markdown > LIMITS.md"
_EXITS = ", ".join(sorted({rule.name.id for rule in EXIT_RULES if rule.name.id.startswith("R")}))
INTRODUCTION = f"""# Limits

Every control that looks at an order or at the desk before anything leaves it: what it compares,
its settings with unit and default, how it answers, and where the rule comes from. Written by

    {REGENERATE}

from the table that the rules themselves read, and checked by a test. The values here are those of
a new home: `trader config limits` tells those in effect, `--json` tells them to programs, and the
key `l` on the screen shows each with what is used of it.

- **HARD** has no override. **SOFT** asks for a reason: `override "why"` in the line. **SOFT2** asks
  for the second factor as well (on paper once one is enrolled). **WARN** tells and lets the order
  leave. A script has nobody to ask: what asks denies, unless the line has its `override`.
- Every failure is told with the value, the limit and the room that is left; a denied order has a
  number and a row.
- An order that provably reduces a position answers only to {_EXITS}:
  limits that stop opening never stop closing. Cancels always leave.
- `set NAME VALUE` tightens at once. Looser takes a reason, the second factor and a minute:
  `set NAME VALUE "why"`; `set NAME` with the value in force takes it back before then.
- A control whose input has no source on this desk is off and says so; once there is a source,
  missing or stale means no.
"""


def shell_lines(values: Mapping[str, str], sources: Mapping[str, str]) -> Iterator[str]:
    """One line a setting: id, key, value in effect, answer, formula, and the value's source."""
    for spec in LIMIT_SPECS:
        name = spec.code if spec.key == NO_KEY else spec.key
        limit = _with_unit(spec, values.get(spec.key, ""))
        source = sources.get(spec.key, "") if spec.field else ""
        told = f"{spec.id}  {name:<34}  {limit:<26}  {spec.mode:<24}  {spec.formula}"
        yield f"{told}  ({source})" if source else told


def markdown() -> str:
    """The page: a table of all controls, then one of what the profiles change."""
    defaults = dict(default_pairs(PROFILE_DEFAULT))
    rows = [
        "| Control | Setting | Stops an order when | Default | Tighter is | Answer | Source |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [_row(spec, defaults) for spec in LIMIT_SPECS]
    return "\n".join((INTRODUCTION, *_counted(), *rows, "", *_profiles(defaults))) + "\n"


def _counted() -> tuple[str, ...]:
    built = sum(control.is_built for control in CONTROLS)
    settings = sum(bool(spec.field) for spec in LIMIT_SPECS)
    words = f"{len(CONTROLS)} controls, {built} of them built, with {settings} settings."
    return ("## Controls", "", words, "")


def _row(spec: LimitSpec, defaults: Mapping[str, str]) -> str:
    control = f"**{spec.id}** {spec.code}" if spec.is_control else ""
    key = "" if spec.key == NO_KEY else f"`{spec.key}`"
    default = _with_unit(spec, defaults.get(spec.key, ""))
    cells = (control, key, spec.formula, default, _tighter(spec), spec.mode, spec.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _tighter(spec: LimitSpec) -> str:
    if not spec.field:
        return ""
    if spec.kind is LimitKind.SWITCH:
        return "on" if spec.tighter is Tighter.HIGHER else "off"
    if spec.kind in (LimitKind.NAMES, LimitKind.WINDOWS):
        return "shorter" if spec.tighter is Tighter.LOWER else "longer"
    if spec.tighter is Tighter.NEITHER:
        return "none"
    if spec.kind is LimitKind.CHOICE:
        listed = spec.choices if spec.tighter is Tighter.HIGHER else spec.choices[::-1]
        return " < ".join(listed)
    return "lower" if spec.tighter is Tighter.LOWER else "higher"


def _profiles(defaults: Mapping[str, str]) -> Iterator[str]:
    """What each profile changes: a setting a row, a profile a column."""
    others = [profile for profile in PROFILES if profile != PROFILE_DEFAULT]
    yield "## Profiles"
    yield ""
    yield (
        f"`paper.limits` names the profile. What is not here is as in `{PROFILE_DEFAULT}`. `load`"
        " is for benches and fault tests alone: what it changes never binds."
    )
    yield ""
    yield f"| Setting | {PROFILE_DEFAULT} | " + " | ".join(others) + " |"
    yield "|---" * (2 + len(others)) + "|"
    by_profile = {profile: dict(default_pairs(profile)) for profile in others}
    for spec in LIMIT_SPECS:
        if not spec.field:
            continue
        texts = [by_profile[profile][spec.key] for profile in others]
        default = defaults[spec.key]
        if any(text != default for text in texts):
            cells = [_with_unit(spec, text) if text != default else "" for text in texts]
            yield f"| `{spec.key}` | {_with_unit(spec, default)} | " + " | ".join(cells) + " |"


def _with_unit(spec: LimitSpec, text: str) -> str:
    """`10000` as "10,000 shares"; a switch or a list as it is; empty for what has no value."""
    if not text or spec.kind in NOT_COUNTED:
        return text
    whole, dot, part = text.partition(".")
    return f"{int(whole):,}{dot}{part} {spec.unit}".strip()
