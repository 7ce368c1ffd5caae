"""`doctor --parts`: exactly what the lock files name, with every hash, and nothing else (S19)."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from commands import doctor, flags, parts
from commands.exit_codes import ExitCode
from engine.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "a" * 64
PIN = f"rich==15.0.0 \\\n    --hash=sha256:{DIGEST}\n"


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> dict:
    assert doctor.run(flags.parse(["doctor", "--parts"])) == ExitCode.DONE
    document: dict = json.loads(capsys.readouterr().out)
    return document


def locked(name: str) -> dict[str, set[str]]:
    """Address → hashes, read by another way than the command's: paragraph by paragraph."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?=\S)", text):
        package, _, version = entry.split()[0].partition("==")
        found[f"pkg:pypi/{package}@{version}"] = set(re.findall(r"sha256:(\w+)", entry))
    return found


def test_it_lists_every_locked_package_with_all_its_hashes_and_no_other(told: dict) -> None:
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    listed = {
        each["purl"]: {digest["content"] for digest in each["hashes"]}
        for each in told["components"]
    }
    assert listed == {**development, **runtime}
    assert len(told["components"]) == len(listed) > 60
    scopes = Counter(each["scope"] for each in told["components"])
    assert scopes["required"] == len(runtime)
    assert scopes["excluded"] == len(set(development) - set(runtime))


def test_each_part_has_its_name_version_and_where_it_is_needed(told: dict) -> None:
    by_name = {each["purl"]: each for each in told["components"]}
    for address, each in by_name.items():
        assert address == f"pkg:pypi/{each['name']}@{each['version']}" == each["bom-ref"]
        assert all(digest["alg"] == "SHA-256" for digest in each["hashes"])
    marked = [each for each in told["components"] if each["name"] == "pywin32-ctypes"]
    assert [each["properties"] for each in marked] == [
        [{"name": "trader:marker", "value": "sys_platform == 'win32'"}]
    ]


def test_it_says_what_it_is_and_is_the_same_every_time(told: dict) -> None:
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.6", 1)
    assert told["metadata"]["component"]["version"] == flags.VERSION
    again = parts.list_of_parts(
        (ROOT / "requirements.lock").read_text(), (ROOT / "requirements-dev.lock").read_text()
    )
    assert again == told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rich==15.0.0 \\\n", "has no hash for rich 15.0.0"),
        (PIN + "rich>=15\n", "line 3 of requirements.lock is neither"),
        (PIN + "--extra-address there\n", "line 3 of requirements.lock is neither"),
        (f"    --hash=sha256:{DIGEST}\n", "line 1 of requirements.lock is neither"),
        (PIN + "    --hash=md5:0123\n", "line 3 of requirements.lock is neither"),
    ],
)
def test_a_line_that_is_no_pin_is_an_error_and_never_left_out(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        parts.parts_in("requirements.lock", text)


def test_what_both_files_name_is_one_part_that_is_required() -> None:
    document = parts.list_of_parts(PIN, PIN + PIN.replace("rich", "ruff"))
    listed = [(each["name"], each["scope"]) for each in document["components"]]
    assert listed == [("rich", "required"), ("ruff", "excluded")]
