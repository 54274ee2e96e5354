import re
import shutil
import subprocess
from pathlib import Path

import pytest

from core.llm.playbooks import BrokenPlaybook, Playbook, load_playbooks

PLAYBOOKS = load_playbooks()
SCRIPTED = [playbook for playbook in PLAYBOOKS if playbook.fix.script]
EVERY = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.slug)
EVERY_SCRIPT = pytest.mark.parametrize("playbook", SCRIPTED, ids=lambda playbook: playbook.slug)

PROMISED = {
    "account-lockout", "credential-prompt-loop", "outlook-profile", "disk-full", "slow-logon", "time-drift",
    "print-spooler", "vpn-routes", "certificate-expiry", "replication-lag", "licence-sync",
}  # fmt: skip
DESTRUCTIVE = re.compile(
    r"""Remove-(AD|Mailbox\b|Mg|Computer|VM)|Remove-Item[^|\n]*-Recurse|Format-Volume|(Clear|Initialize|Reset)-Disk
    |diskpart|\brm\s+-\w*[rf]|\bmkfs|\bdd\s+if=|bcdedit|reg(\.exe)?\s+delete|vssadmin\s+delete|wevtutil\s+cl
    |Clear-EventLog|Restart-Computer|Stop-Computer|\bshutdown\b|\breboot\b|Invoke-Expression|\biex\b|DownloadString
    |Invoke-WebRequest|(curl|wget)[^\n]*\|\s*(ba)?sh|Set-ExecutionPolicy|ResetBase|key=clear|chmod\s+777
    |Set-MpPreference|Set-NetFirewall|net\s+user\s+\S+\s+\S+""",
    re.VERBOSE | re.IGNORECASE,
)
JUNK = re.compile(
    r"\{\{|\}\}|TODO|FIXME|XXX|lorem|contoso|example\.(com|org)|<[a-z][\w -]*>|YOUR_|changeme", re.IGNORECASE
)
SECRET = re.compile(r"-AsPlainText|password\s*=\s*['\"]", re.IGNORECASE)


def balance(script: str) -> str | None:
    """Return what is wrong with the quotes and brackets of a PowerShell script, if anything is."""
    closing = {")": "(", "}": "{", "]": "["}
    stack: list[tuple[str, int]] = []
    place, line = 0, 1
    while place < len(script):
        sign = script[place]
        line += sign == "\n"
        top = stack[-1][0] if stack else ""
        if sign == "`":
            place += 2
            continue
        if top == '"':
            if sign == '"':
                stack.pop()
            elif script.startswith("$(", place):
                stack.append(("(", line))
                place += 1
        elif sign == "'":
            place = script.find("'", place + 1)
            if place < 0:
                return f"line {line}: ' is not closed"
        elif sign == "#" and (place == 0 or script[place - 1].isspace()):
            place = script.find("\n", place)
            if place < 0:
                break
            line += 1
        elif sign == '"' or sign in closing.values():
            stack.append((sign, line))
        elif sign in closing:
            if top != closing[sign]:
                return f"line {line}: {sign} closes nothing"
            stack.pop()
        place += 1
    return f"line {stack[-1][1]}: {stack[-1][0]} is not closed" if stack else None


@pytest.mark.parametrize("script", ['"a', "'a", "{ ( }", 'if ($a) { "x $(Get-Date }"', "@{ a = 1 ", "Get-Item )"])
def test_the_lint_finds_what_is_unbalanced(script: str) -> None:
    assert balance(script)


def test_the_lint_lets_sound_quoting_pass() -> None:
    assert balance("""$a = "x `" $($b | ForEach-Object { "'$_'" })" # it's fine (\n'it''s [' + "]" """) is None


def test_the_promised_playbooks_are_there() -> None:
    assert {playbook.slug for playbook in PLAYBOOKS} >= PROMISED


def test_titles_tell_playbooks_apart() -> None:
    for titles in ([p.title for p in PLAYBOOKS], [p.fix.title.casefold() for p in PLAYBOOKS]):
        assert len(set(titles)) == len(titles)


@EVERY
def test_a_playbook_is_clean(playbook: Playbook) -> None:
    text = playbook.model_dump_json()
    assert not JUNK.search(text), JUNK.search(text)
    assert all(question.rstrip(".").endswith("?") or "?" in question for question in playbook.questions)
    assert len(set(playbook.examples)) == len(playbook.examples)
    assert all(example == example.strip() and len(example.split()) <= 14 for example in playbook.examples)


@EVERY_SCRIPT
def test_a_script_does_no_harm(playbook: Playbook) -> None:
    script = playbook.fix.script or ""
    assert not DESTRUCTIVE.search(script), DESTRUCTIVE.search(script)
    assert not SECRET.search(script), SECRET.search(script)
    assert "\t" not in script
    assert len(script) < 3000


@EVERY_SCRIPT
def test_a_script_can_be_parsed(playbook: Playbook, tmp_path: Path) -> None:
    script = playbook.fix.script or ""
    if playbook.fix.language == "bash":
        assert script.startswith("#!/usr/bin/env bash\n")
        bash = shutil.which("bash")
        if bash is None:
            pytest.skip("there is no bash on this machine")
        file = tmp_path / "script"
        file.write_text(script)
        checked = subprocess.run([bash, "-n", file], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
    else:
        assert balance(script) is None, balance(script)


GOOD = """
slug: toner-empty
title: Toner empty
symptoms: [Prints are pale]
examples: [toner empty, prints are pale, toner low, change the toner, no more toner]
questions: ["Which printer?", "Which colour?"]
why: The cartridge is used up, and the printer says so on its panel and in its status page.
fix: {title: Change the toner, confidence: 90, steps: [Take the one on the shelf]}
checks: [A page prints dark]
"""


def broken(tmp_path: Path, text: str, name: str = "toner-empty.yml") -> str:
    (tmp_path / name).write_text(text)
    with pytest.raises(BrokenPlaybook) as caught:
        load_playbooks(tmp_path)
    return str(caught.value)


def test_a_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "toner-empty.yml").write_text(GOOD)
    (playbook,) = load_playbooks(tmp_path)
    assert playbook.fix.steps == ("Take the one on the shelf",)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("confidence: 90", "confidence: 900"), "fix.confidence"),
        (("checks:", "cheks:"), "cheks"),
        (("title: Toner empty", "titel: Toner empty"), "title: Field required"),
        (("steps: [Take the one on the shelf]", "language: bash"), "script and language go together"),
        (("steps: [Take the one on the shelf]", "steps: []"), "needs a script or steps"),
        (('["Which printer?", ', "[Which: printer, "), "questions.0"),
        (("slug: toner-empty", "slug: toner"), "slug"),
        (("symptoms: [", "symptoms: [["), "not valid YAML"),
    ],
)
def test_a_broken_one_names_file_and_field(tmp_path: Path, change: tuple[str, str], names: str) -> None:
    said = broken(tmp_path, GOOD.replace(*change))
    assert said.startswith("toner-empty.yml: ")
    assert names in said


def test_an_empty_file_is_broken(tmp_path: Path) -> None:
    assert "toner-empty.yml" in broken(tmp_path, "")
