"""The languages scripts are written in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    POWERSHELL = "powershell"
    BASH = "bash"
    PYTHON = "python"


LABEL = {Language.POWERSHELL: "PowerShell", Language.BASH: "bash", Language.PYTHON: "Python"}
# What Slack calls the language of a snippet, and how a file of it ends.
SNIPPET = {Language.POWERSHELL: "powershell", Language.BASH: "shell", Language.PYTHON: "python"}
SUFFIX = {Language.POWERSHELL: "ps1", Language.BASH: "sh", Language.PYTHON: "py"}


def language_of(named: str | None, script: str) -> Language:
    """The language that was `named`; where none was, the one that the script's first line speaks for."""
    if named in set(Language):
        return Language(named)
    first = script.lstrip().partition("\n")[0]
    if first.startswith("#!"):
        return Language.PYTHON if "python" in first else Language.BASH
    return Language.POWERSHELL
