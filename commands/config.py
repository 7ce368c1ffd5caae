"""Settings in effect with their sources, every control with its limit, and one change at a time."""

import json
from argparse import Namespace
from decimal import Decimal
from typing import Any

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from commands.limit_words import markdown, shell_lines
from data.errors import SettingsError
from data.home import Home, default_home
from data.settings import Effective, Settings, load_settings, set_value
from data.settings.schema import TABLES
from engine.domain.risk.controls import CONTROLS, LIMIT_SPECS, NO_KEY, LimitSpec


def run(options: Namespace) -> int:
    """`config show [KEY]|check|set KEY VALUE|limits`; a wrong file ends with 4 and its line."""
    acts = {"show": _show, "check": _check, "limits": _limits, "set": _set}
    return acts[options.act](options)


def _settings(options: Namespace) -> Settings:
    overrides = {} if options.seed is None else {"market.seed": options.seed}
    return load_settings(default_home(options.home).settings_path, options.config, overrides)


def _show(options: Namespace) -> int:
    rows = sorted(_settings(options).effective, key=lambda item: _order_of(item.key))
    if options.words:
        (word,) = options.words
        rows = [row for row in rows if word in row.key]
        if not rows:
            raise SettingsError(f"no setting has {word} in its key: `config show` lists them")
    if options.json:
        for row in rows:
            print(json_line({"key": row.key, "value": _plain(row.value), "source": row.source}))
        return ExitCode.DONE
    key_width = max(len(row.key) for row in rows)
    value_width = max(len(_text(row)) for row in rows)
    for row in rows:
        print(f"{row.key:<{key_width}}  {_text(row):<{value_width}}  {row.source}")
    return ExitCode.DONE


def _check(options: Namespace) -> int:
    settings = _settings(options)
    if options.json:
        print(json_line({"ok": True, "settings": len(settings.effective)}))
    else:
        print(f"{len(settings.effective)} settings, all valid")
    return ExitCode.DONE


def _set(options: Namespace) -> int:
    key, text = options.words
    path = options.config
    if path is None:
        path = Home.prepare(options.home).settings_path
    value = set_value(path, key, text)
    if options.json:
        print(json_line({"key": key, "value": _plain(value)}))
    else:
        print(f"{key} = {_plain(value)}, in {path}")
    return ExitCode.DONE


def _limits(options: Namespace) -> int:
    if options.markdown:
        print(markdown(), end="")
        return ExitCode.DONE
    settings = _settings(options)
    values = dict(settings.limits)
    sources = {item.key: item.source for item in settings.effective}
    if options.json:
        for control in CONTROLS:
            fields = _limit_object(control, values, sources)
            further = [spec for spec in LIMIT_SPECS if spec.id == control.id and spec != control]
            fields["further"] = [
                {"key": spec.key, "limit": values.get(spec.key), "unit": spec.unit}
                for spec in further
            ]
            print(json_line(fields))
        return ExitCode.DONE
    for line in shell_lines(values, sources):
        print(line)
    return ExitCode.DONE


def _limit_object(
    spec: LimitSpec, values: dict[str, str], sources: dict[str, str]
) -> dict[str, Any]:
    """One control with its main setting, as `cli.md` says it."""
    return {
        "id": spec.id,
        "code": spec.code,
        "key": None if spec.key == NO_KEY else spec.key,
        "limit": values.get(spec.key),
        "unit": spec.unit,
        "mode": spec.mode,
        "source": sources.get(spec.key, spec.source),
        "formula": spec.formula,
    }


def _order_of(key: str) -> tuple[int, str]:
    table = key.partition(".")[0]
    return TABLES.index(table), "" if table != "keys" else key


def _text(item: Effective) -> str:
    value = _plain(item.value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
