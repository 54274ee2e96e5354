"""A static look at a script for what destroys, shuts out or runs what it is given. It warns and never decides: a person acknowledges it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from core.scripts.languages import Language
from core.scripts.parameters import PLACEHOLDER
from core.secrets import find

_DELETES = "deletes files or folders, without asking"
_DISK = "changes or empties a disk"
_OFF = "turns the machine off or starts it anew"
_ACCOUNT = "deletes accounts, groups or mailboxes"
_SECURITY = "switches protection off"
_TRACES = "deletes logs or recovery points"
_REMOTE = "runs what it downloads"
_SQL = "deletes tables or data of a database"
_RUNS = "runs a text as a program"
_AGAIN = "reads a filled-in value as code again: what somebody types there could be run"
_REGISTRY = "deletes from the registry or the boot settings"

_ANY = ((r"\b(?:drop\s+(?:table|database|schema)|truncate\s+table)\b|\bdelete\s+from\s+\S+\s*(?:;|$|\")", _SQL),)
_BASH = (
    (r"\brm\s+(?:-\S+\s+)*-\w*[rRf]|\bfind\b.*\s-delete\b|\bshred\b", _DELETES),
    (
        r"\bmkfs|\bwipefs\b|\bfdisk\b|\bparted\b|\bdd\b.*\bof=|>\s*/dev/(?:sd|nvme|vd|xvd)|\blv(?:remove|reduce)\b",
        _DISK,
    ),
    (r"\b(?:shutdown|reboot|poweroff|halt)\b|\binit\s+[06]\b|\bsystemctl\s+(?:reboot|poweroff|halt)", _OFF),
    (r"\b(?:userdel|groupdel|deluser)\b", _ACCOUNT),
    (r"\bsetenforce\s+0|\bufw\s+disable|\biptables\s+(?:-F|--flush)|\bchmod\s+(?:-\w+\s+)*0?777", _SECURITY),
    (r"\bhistory\s+-c|>\s*/var/log/|\bcrontab\s+-r\b", _TRACES),
    (r"\b(?:curl|wget)\b.*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:ba)?sh\s+<\(\s*(?:curl|wget)", _REMOTE),
    (r"\beval\b|:\(\)\s*\{.*\}\s*;\s*:", _RUNS),
)
_POWERSHELL = (
    (r"\b(?:Remove-Item|ri|rm|rmdir|del|rd|erase)\b.*(?:-r|-Recurse|-Force|/s|/q)\b|\brobocopy\b.*/mir\b", _DELETES),
    (r"\b(?:Format-Volume|Clear-Disk|Initialize-Disk|Remove-Partition|diskpart)\b|\bformat(?:\.com)?\s+[a-z]:", _DISK),
    (r"\b(?:Stop|Restart)-Computer\b|\bshutdown(?:\.exe)?\s+[/-]", _OFF),
    (
        r"\bRemove-(?:AD|Mg|Msol|AzureAD)\w+|\bRemove-(?:Mailbox|LocalUser|LocalGroup|VM)\b|\bnet\s+user\b.*/delete",
        _ACCOUNT,
    ),
    (
        r"\bSet-MpPreference\b.*-Disable|\bSet-NetFirewallProfile\b.*-Enabled\s+\$?false|\badvfirewall\b.*\boff\b"
        r"|\bSet-ExecutionPolicy\b.*(?:Unrestricted|Bypass)",
        _SECURITY,
    ),
    (r"\bvssadmin\b.*\bdelete\b|\bwevtutil\b.*\bcl\b|\bClear-EventLog\b|\bwbadmin\s+delete", _TRACES),
    (r"\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b.*\|\s*(?:iex|Invoke-Expression)\b", _REMOTE),
    (r"\bRemove-ItemProperty\b|\breg(?:\.exe)?\s+delete\b|\bbcdedit\b", _REGISTRY),
    (r"\b(?:iex|Invoke-Expression)\b|\[scriptblock\]::Create", _RUNS),
)
_PYTHON = (
    (r"\bshutil\.rmtree\b|\bos\.(?:remove|unlink|removedirs|rmdir)\b|\.unlink\(|\.rmdir\(", _DELETES),
    (r"\bos\.(?:system|popen)\b|\bshell\s*=\s*True\b|(?<![\w.])(?:eval|exec)\(", _RUNS),
)
_RULES: Mapping[Language, Sequence[tuple[str, str]]] = MappingProxyType(
    {Language.BASH: _BASH, Language.POWERSHELL: _POWERSHELL, Language.PYTHON: _PYTHON}
)
_READS_AGAIN = re.compile(
    r"\b(?:eval|iex|Invoke-Expression|scriptblock\]::Create|os\.system|os\.popen|exec)\b|\bshell\s*=\s*True"
    r"|\b(?:ba|z|da)?sh\s+-\w*c\b|\bssh\b|\b(?:powershell|pwsh)(?:\.exe)?\b.*-(?:c|Command)\b|\bcmd(?:\.exe)?\s+/c\b|\bsu\b.*\s-c\b"
    r"|\b(?:python3?|perl|ruby)\s+-[ce]\b|\bsource\b|\btrap\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*#(?!!)")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person must look at before the script is saved: `line` counts from 1; 0 is outside the script."""

    what: str
    line: int
    evidence: str
    is_secret: bool = False


def look(body: str, language: Language, beside: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Secrets in the script and in the texts `beside` it (defaults, description), and what is dangerous in the script."""
    return (*_secrets(body, beside), *dict.fromkeys(_dangers(body, language)))


def mark_of(findings: Sequence[Finding]) -> str:
    """What a person acknowledges: exactly these findings, and no others that come later."""
    told = "\n".join(f"{one.what}:{one.evidence}" for one in findings)
    return sha256(told.encode("utf-8", "replace")).hexdigest()[:20]


def _secrets(body: str, beside: Sequence[str]) -> Iterator[Finding]:
    for secret in find(body):
        evidence = sha256(body[secret.start : secret.end].encode("utf-8", "replace")).hexdigest()
        yield Finding(f"a {secret.kind} stands in it", body.count("\n", 0, secret.start) + 1, evidence, is_secret=True)
    for text in beside:
        for secret in find(text):
            evidence = sha256(text[secret.start : secret.end].encode("utf-8", "replace")).hexdigest()
            yield Finding(f"a {secret.kind} stands in a default or in the description", 0, evidence, is_secret=True)


def _dangers(body: str, language: Language) -> Iterator[Finding]:
    for number, line in enumerate(body.splitlines(), start=1):
        if _COMMENT.match(line):
            continue
        for pattern, what in (*_RULES[language], *_ANY):
            if re.search(pattern, line, re.IGNORECASE):
                yield Finding(what, number, line.strip())
        if PLACEHOLDER.search(line) and _READS_AGAIN.search(line):
            yield Finding(_AGAIN, number, line.strip())
