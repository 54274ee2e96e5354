"""Whatever a script looks like: a placeholder that is accepted keeps its value, and the others are refused with a reason."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from core.errors import Invalid
from core.scripts.filling import check, fill
from core.scripts.languages import Language
from core.scripts.parameters import Parameter, ParameterType
from core.scripts.reading import Standing
from tests.core.scripts.hostile import CANARY

NAME = Parameter(key="name", label="Name")
COUNT = Parameter(key="name", label="Count", type=ParameterType.NUMBER)
NAMES = Parameter(key="name", label="Names", type=ParameterType.LIST)

BASH_PIECES = (
    "{{name}}", "{{name}}", "{{name}}", "'", "'", '"', '"', "$(", ")", "${x:-", "}", "`", "\\", "#", " # ", "\n", "\n", " ", " ", ";", "echo ",
    "echo ", "x=", "case a in a) ", ";; esac", "<<EOF\n", "\nEOF\n", "<<-'EOF'\n", "<<<", "((", "))", "$((", "[[ ", " ]]", " -eq ", "if true; then ",
    "; fi", "for i in ", "; do ", "; done", "(", "a=(", "&&", "|", ">", "<(", "$'", '$"', "$#", "${#x}", "a[", "]=1", "$[", "]", "!", "@(",
    "{ ", "; }",
    "let ", "declare -i x=", "printf %s ", "f() ", "in ", "case ", "esac", "1", "2>", "\t",
)  # fmt: skip
EVIL = (
    f"$(touch {CANARY})",
    f"'$(touch {CANARY})'",
    f'"$(touch {CANARY})"',
    f"'; touch {CANARY} #",
    f"`touch {CANARY}`",
    f"a[$(touch {CANARY})]",
    f"\ntouch {CANARY}\n",
)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 9))])
def test_no_accepted_place_of_any_bash_script_runs_its_value(tmp_path: Path, seed: int):
    """Scripts of random pieces, most of them nonsense: what the reader accepts is really run, with values that would leave a trace."""
    source = random.Random(seed)
    accepted = 0
    scripts: list[str] = []
    for _ in range(30_000):
        body = "".join(source.choices(BASH_PIECES, k=source.randint(2, 12)))
        if "{{name}}" not in body:
            continue
        value = source.choice(EVIL)
        try:
            script = fill(body, Language.BASH, [NAME], {"name": value})
        except Invalid:
            continue
        accepted += 1
        scripts.append(script)
        if len(scripts) == 250:
            break
    assert accepted > 100
    for number, script in enumerate(scripts):
        (tmp_path / f"{number:04}.sh").write_text(script)
    # One shell starts them all; PATH holds nothing but what a trace needs, so that nonsense does no harm.
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "touch").symlink_to("/usr/bin/touch")
    place = tmp_path / "place"
    place.mkdir()
    run = (
        f'for f in {tmp_path}/*.sh; do (cd {place}; ulimit -t 5; exec /bin/bash "$f" </dev/null >/dev/null 2>&1); '
        f'[ -e {place}/{CANARY} ] && echo "$f" && exit 1; done; exit 0'
    )
    done = subprocess.run(
        ["/bin/bash", "-c", run], env={"PATH": str(tools)}, capture_output=True, text=True, check=False, timeout=120
    )
    failed = Path(done.stdout.strip()).read_text() if done.stdout.strip() else ""
    assert not failed, f"a value was run: {failed!r}"
    assert not (place / CANARY).exists()


@pytest.mark.parametrize(
    ("language", "body", "standing"),
    [
        (Language.BASH, "ping {{name}}", Standing.BARE),
        (Language.BASH, 'ping "$x {{name}}"', Standing.DOUBLE),
        (Language.BASH, "echo 'a {{name}}'", Standing.SINGLE),
        (Language.BASH, "host={{name}}", Standing.BARE),
        (Language.BASH, "# for {{name}}", Standing.DIGITS),
        (Language.BASH, "x=$((1 + {{name}}))", Standing.DIGITS),
        (Language.BASH, "[[ {{name}} -eq 1 ]]", Standing.DIGITS),
        (Language.BASH, "for x in {{name}}; do echo; done", Standing.WORDS),
        (Language.BASH, "a=(1 {{name}})", Standing.WORDS),
        (Language.POWERSHELL, "Restart-Service {{name}}", Standing.BARE),
        (Language.POWERSHELL, "param([string]$User = {{name}})", Standing.BARE),
        (Language.POWERSHELL, 'Get-Item "C:\\{{name}}\\x"', Standing.DOUBLE),
        (Language.POWERSHELL, "Get-Item 'C:\\{{name}}'", Standing.SINGLE),
        (Language.POWERSHELL, 'Get-User -Filter "$(Get-Name {{name}})"', Standing.BARE),
        (Language.POWERSHELL, "<# for {{name}} #>", Standing.DIGITS),
        (Language.PYTHON, "print({{name}})", Standing.BARE),
    ],
)
def test_a_place_is_what_it_looks_like(language: Language, body: str, standing: Standing):
    (place,) = check(body, language, [COUNT])
    assert place.standing is standing


@pytest.mark.parametrize(
    ("language", "body", "why"),
    [
        (Language.BASH, "{{name}} -l", "cannot be the command"),
        (Language.BASH, "if {{name}}; then", "cannot be the command"),
        (Language.BASH, "cat <<EOF\n{{name}}\nEOF", "here-document"),
        (Language.BASH, "echo ${x:-{{name}}}", "inside"),
        (Language.BASH, "echo \"it's {{name}}", "never closed"),
        (Language.BASH, "echo `ls {{name}}`", "put in safely"),
        (Language.BASH, 'x="$(case a in a) echo {{name}};; esac)"', "case"),
        (Language.BASH, "echo $'{{name}}'", "put in safely"),
        (Language.BASH, "echo $[{{name}}]", "arithmetic"),
        (Language.BASH, "# {{name}}", "only a number"),
        (Language.BASH, "[[ {{name}} -eq 1 ]]", "only a number"),
        (Language.BASH, "for ((i=0; i<{{name}}; i++)); do :; done", "only a number"),
        (Language.POWERSHELL, "cd C:\\{{name}}\\x", "right beside"),
        (Language.POWERSHELL, "'a'{{name}}", "right beside"),
        (Language.POWERSHELL, "{{name}}{{name}}", "right beside"),
        (Language.POWERSHELL, "& {{name}}", "cannot be the command"),
        (Language.POWERSHELL, "@'\n{{name}}\n'@", "here-string"),
        (Language.POWERSHELL, "${a{{name}}}", "name of a variable"),
        (Language.POWERSHELL, "icacls --% {{name}}", "--%"),
        (Language.POWERSHELL, 'Write-Host "a {{name}}', "never closed"),
        (Language.POWERSHELL, "a#b {{name}}", "middle of a word"),
        (Language.PYTHON, "print('{{name}}')", "where a value stands"),
        (Language.PYTHON, "print(f'{ {{name}} }')", "where a value stands"),
        (Language.PYTHON, "{{name}} = 1", "where a value stands"),
        (Language.PYTHON, "# {{name}}", "where a value stands"),
        (Language.PYTHON, "print({{name}}", "cannot be read as Python"),
    ],
)
def test_a_place_where_no_value_is_safe_is_refused_with_the_reason(language: Language, body: str, why: str):
    with pytest.raises(Invalid, match=why) as refusal:
        check(body, language, [NAME])
    assert refusal.value.field == "edited_body"


@pytest.mark.parametrize(
    ("language", "body"),
    [
        (Language.BASH, "rm {{name}}"),
        (Language.BASH, "x={{name}}"),
        (Language.POWERSHELL, "Remove-Item 'a{{name}}'"),
    ],
)
def test_a_list_is_refused_where_it_would_be_something_else(language: Language, body: str):
    with pytest.raises(Invalid, match="list"):
        check(body, language, [NAMES])


def test_what_belongs_to_another_template_language_stays_as_it_is():
    body = "docker ps --format '{{.Names}}'; echo '{{ name }} {{Name}} {% x %} {{{{' {{name}}"
    assert fill(body, Language.BASH, [NAME], {"name": "a"}) == body.removesuffix("{{name}}") + "'a'"


def test_a_placeholder_without_a_parameter_and_a_parameter_without_a_placeholder_are_named():
    with pytest.raises(Invalid, match=r"\{\{other\}\} is used, but is no parameter"):
        check("echo {{name}} {{other}}", Language.BASH, [NAME])
    with pytest.raises(Invalid, match=r"does not use \{\{name\}\}"):
        check("echo", Language.BASH, [NAME])


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    other = Parameter(key="other", label="Other")
    script = fill("echo {{name}} {{other}}", Language.BASH, [NAME, other], {"name": "{{other}}", "other": "b"})
    assert script == "echo '{{other}}' 'b'"
