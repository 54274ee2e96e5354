"""No value leaves its quotes: really run by bash and Python, and by PowerShell where there is one, else read by its rules as written."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import Invalid
from core.scripts.filling import fill
from core.scripts.languages import Language
from core.scripts.parameters import Parameter, ParameterType, Value
from tests.core.scripts import powershell_rules
from tests.core.scripts.hostile import CANARY, texts, values

COUNT = 10_000
AT_ONCE = 1_000
SEED = 20_261_121


def parameter(key: str, value: Value) -> Parameter:
    match value:
        case bool():
            kind = ParameterType.BOOLEAN
        case Decimal():
            kind = ParameterType.NUMBER
        case tuple():
            kind = ParameterType.LIST
        case str():
            kind = ParameterType.TEXT
    return Parameter(key=key, label=key, type=kind, required=False)


def filled(lines: Sequence[str], given: Sequence[Value], language: Language, head: str = "") -> str:
    """A script with a line per value: each line's `{{v}}` stands for it."""
    keys = [f"v{number}" for number in range(len(given))]
    body = head + "\n".join(line.replace("{{v}}", f"{{{{{key}}}}}") for line, key in zip(lines, keys, strict=True))
    parameters = [parameter(key, value) for key, value in zip(keys, given, strict=True)]
    return fill(body, language, parameters, dict(zip(keys, given, strict=True)))


def batches(given: Sequence[Value]) -> list[Sequence[Value]]:
    return [given[at : at + AT_ONCE] for at in range(0, len(given), AT_ONCE)]


def run(program: Sequence[str], script: str, folder: Path) -> bytes:
    """What the script printed, once it is sure that it did nothing else."""
    file = folder / "script"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run([*program, str(file)], cwd=folder, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:500]
    assert {each.name for each in folder.iterdir()} == {"script"}, "a value was run"
    return done.stdout


def shown(value: Value, language: Language) -> list[str]:
    """The words that a value is, as the script prints them."""
    match value:
        case bool():
            word = str(value).lower()
            return [word if language is Language.BASH else word.capitalize()]
        case Decimal():
            return [f"{value:f}"]
        case str():
            return [value]
        case tuple():
            return list(value)


@pytest.mark.parametrize("program", [bash for bash in ("/bin/bash",) if Path(bash).exists()] or ["bash"])
def test_bash_gets_every_value_as_one_word_and_runs_none(tmp_path: Path, program: str):
    for given in batches(values(COUNT, SEED)):
        lines = ['a=({{v}}); say ${#a[@]} "${a[@]}"' for _ in given]
        printed = run(
            [program, "-u"], filled(lines, given, Language.BASH, 'say() { printf "%s\\0" "$@"; }\n'), tmp_path
        )
        wanted = [
            word for value in given for word in (str(len(shown(value, Language.BASH))), *shown(value, Language.BASH))
        ]
        assert printed.decode().split("\0")[:-1] == wanted


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("say {{v}}", "", ""),
        ('say "a {{v}} b"', "a ", " b"),
        ("say 'a {{v}} b'", "a ", " b"),
        pytest.param(*("say x{{v}}y", "x", "y"), marks=pytest.mark.long),
        pytest.param(*("say \"$(printf '%s.' {{v}})\"", "", "."), marks=pytest.mark.long),
        ('say "$(printf \'%s.\' "<{{v}}>")"', "<", ">."),
        pytest.param(*('x={{v}}; say "$x"', "", ""), marks=pytest.mark.long),
        pytest.param(*('x="{{v}}"y; say "$x"', "", "y"), marks=pytest.mark.long),
        pytest.param(*("cat <(printf '%s\\0' {{v}})", "", ""), marks=pytest.mark.long),
        ("say 'it'\\''s '\"{{v}}\"", "it's ", ""),
    ],
)
def test_bash_keeps_a_text_wherever_it_stands(tmp_path: Path, line: str, before: str, after: str):
    given = texts(COUNT // 10, SEED)
    script = filled([line] * len(given), given, Language.BASH, 'say() { printf "%s\\0" "$@"; }\n')
    assert run(["bash"], script, tmp_path).decode().split("\0")[:-1] == [f"{before}{text}{after}" for text in given]


def test_python_gets_every_value_as_it_is_and_runs_none(tmp_path: Path):
    for given in batches(values(COUNT, SEED)):
        script = filled(["say({{v}})"] * len(given), given, Language.PYTHON, PYTHON_HEAD)
        printed = [json.loads(line) for line in run([sys.executable, "-I"], script, tmp_path).splitlines()]
        assert printed == [list(value) if isinstance(value, tuple) else _as_python(value) for value in given]


PYTHON_HEAD = "import json\ndef say(value): print(json.dumps(value))\n"


def _as_python(value: Value) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and "." not in f"{value:f}" else float(value)
    return value


@pytest.mark.parametrize("line", ["Say {{v}}", "$x = ({{v}})"])
def test_powershell_reads_every_value_as_one_argument(line: str):
    for given in batches(values(COUNT, SEED)):
        script = filled([line] * len(given), given, Language.POWERSHELL)
        wanted = [[shown(value, Language.POWERSHELL)] for value in given]
        assert powershell_rules.arguments(script) == wanted


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("Say 'a {{v}} b'", "a ", " b"),
        ('Say "a {{v}} b"', "a ", " b"),
        pytest.param(*('Say "it\'s <{{v}}>"', "it's <", ">"), marks=pytest.mark.long),
        pytest.param(*("Say '{{v}}'", "", ""), marks=pytest.mark.long),
    ],
)
def test_powershell_keeps_a_text_inside_quotes(line: str, before: str, after: str):
    given = texts(COUNT, SEED)
    script = filled([line] * len(given), given, Language.POWERSHELL)
    assert powershell_rules.arguments(script) == [[[f"{before}{text}{after}"]] for text in given]


def test_powershell_itself_prints_every_value_and_runs_none(tmp_path: Path):
    program = shutil.which("pwsh")
    if program is None:
        # Not in the registries; the rules as written are read above by a parser of their own.
        assert powershell_rules.arguments("Say 'it''s'") == [[["it's"]]]
        return
    for given in batches(texts(COUNT, SEED)):
        lines = ["[Console]::Out.Write({{v}}); [Console]::Out.Write([char]0)"] * len(given)
        (tmp_path / "script.ps1").unlink(missing_ok=True)
        printed = run([program, "-NoProfile", "-File"], filled(lines, given, Language.POWERSHELL), tmp_path)
        assert printed.decode().split("\0")[:-1] == list(given)


@pytest.mark.parametrize("language", list(Language))
def test_a_null_byte_is_refused_in_every_language(language: Language):
    with pytest.raises(Invalid, match="null byte"):
        filled(["echo {{v}}" if language is not Language.PYTHON else "print({{v}})"], ["a\0b"], language)


def test_the_values_try_to_run_something():
    assert sum(CANARY in text for text in texts(COUNT, SEED)) > COUNT / 2
