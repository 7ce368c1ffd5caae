"""`trader doctor --parts`: every locked package with its hashes, as a list that scanners read."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from commands.exit_codes import ExitCode
from commands.flags import VERSION
from engine.errors import InputError, MachineError

ROOT = Path(__file__).resolve().parents[1]
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
LOCK_BYTES_MAX = 4 << 20
FORMAT, FORMAT_VERSION = "CycloneDX", "1.6"
REQUIRED, EXCLUDED = "required", "excluded"
"""In the words of the format: what a trader needs to run, and what only its makers use."""
_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Part(msgspec.Struct, frozen=True):
    """One version of one package; what is installed is one of the files with these hashes."""

    name: str
    version: str
    marker: str
    """On which machines; empty: on all."""
    hashes: tuple[str, ...]
    """SHA-256 of each file that may be installed."""

    @property
    def address(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def run_parts() -> int:
    """Prints the list; it reads the lock files alone and asks no registry."""
    document = list_of_parts(_read(RUNTIME), _read(DEVELOPMENT))
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return ExitCode.DONE


def _read(name: str) -> str:
    path = ROOT / name
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LOCK_BYTES_MAX)
    except (OSError, UnicodeError) as error:
        raise MachineError(f"{name}, which names the parts, cannot be read: {error}") from error


def parts_in(lock: str, text: str) -> list[Part]:
    """What a lock file names, in its order. Raises InputError for a line that is no pin or hash."""
    found: list[Part] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.removesuffix("\\").strip()
        if not bare or bare.startswith("#"):
            continue
        pin, digest = _PIN.fullmatch(bare), _HASH.fullmatch(bare)
        if pin is not None:
            found.append(Part(pin["name"], pin["version"], (pin["marker"] or "").strip(), ()))
        elif digest is not None and found:
            last = found[-1]
            found[-1] = msgspec.structs.replace(last, hashes=(*last.hashes, digest[1]))
        else:
            raise InputError(f"line {number} of {lock} is neither a pinned package nor its hash")
    for part in found:
        if not part.hashes:
            raise InputError(f"{lock} has no hash for {part.name} {part.version}")
    return found


def list_of_parts(runtime: str, development: str) -> dict[str, Any]:
    """The document: the same lock files give the same text, so it has no time and no number."""
    needed = parts_in(RUNTIME, runtime)
    known = {part.address for part in needed}
    others = [p for p in parts_in(DEVELOPMENT, development) if p.address not in known]
    parts = [(part, REQUIRED) for part in needed] + [(part, EXCLUDED) for part in others]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": FORMAT,
        "specVersion": FORMAT_VERSION,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "trader",
                "name": "trader",
                "version": VERSION,
            }
        },
        "components": [_component(part, scope) for part, scope in parts],
    }


def _component(part: Part, scope: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.address,
        "name": part.name,
        "version": part.version,
        "purl": part.address,
        "scope": scope,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in part.hashes],
    }
    if part.marker:
        component["properties"] = [{"name": "trader:marker", "value": part.marker}]
    return component
