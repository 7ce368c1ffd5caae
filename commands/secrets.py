"""`trader secrets`: keeps, lists, replaces and removes secrets; no value is ever shown."""

from argparse import Namespace
from datetime import UTC, datetime

from commands.asking import Asking
from commands.exit_codes import ExitCode
from commands.hardening import harden
from commands.json_lines import json_line
from data.errors import VaultError
from data.home import Home, default_home
from data.vault.vault import TOTP_NAME, Vault


def run(options: Namespace) -> int:
    """Exit 3 when no secret can be kept, with what to do about it."""
    harden()
    if options.act == "list":
        return _list(options)
    if options.name == TOTP_NAME:
        raise VaultError("the second factor is set up by `trader totp enrol` alone")
    asking = Asking(options)
    vault = Vault(
        Home.prepare(options.home), asking.passphrase, allowed_keyring=options.allow_keyring
    )
    name = options.name
    match options.act:
        case "set":
            vault.check_new(name, options.backend)
            where = vault.set(name, asking.value(name), backend=options.backend)
            return _done(options, f"{name} is kept ({where})")
        case "rotate":
            vault.check_kept(name)
            where = vault.rotate(name, asking.value(name))
            return _done(options, f"{name} has a new value ({where})")
        case _:
            vault.delete(name)
            return _done(options, f"{name} is no longer kept")


def _list(options: Namespace) -> int:
    """Names, where they are kept and since when; opens nothing."""
    home = default_home(options.home)
    vault = Vault(home, Asking(options).passphrase)
    index, entries, now = vault.index, vault.entries(), datetime.now(UTC)
    backend = index.backend if index is not None else ""
    rows = [
        {
            "name": entry.name,
            "backend": backend,
            "set_at": entry.set_at,
            "age_days": max((now - datetime.fromisoformat(entry.set_at)).days, 0),
            "rotations": entry.rotations,
        }
        for entry in entries
    ]
    if options.json:
        for row in rows:
            print(json_line(row))
        print(json_line({"result": "ok", "secrets": len(rows)}))
        return ExitCode.DONE
    for row in rows:
        print(f"{row['name']:<32}  {row['backend']:<8}  {row['age_days']:>5} days")
    if not rows:
        print("no secret is kept in this home")
    return ExitCode.DONE


def _done(options: Namespace, sentence: str) -> int:
    print(json_line({"result": "ok"}) if options.json else sentence)
    return ExitCode.DONE
