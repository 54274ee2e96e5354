"""The flows in the box, one YAML file per category."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from core.errors import Invalid
from core.intake.flows.document import FlowDocument
from core.intake.flows.written import read

STARTER = Path(__file__).parents[1] / "starter"


class BrokenStarter(Exception):
    """A starter flow cannot be read; the message names the file, the line and the fault."""


def digest(folder: Path = STARTER) -> str:
    """What tells these flows from those of another version; far cheaper than reading them."""
    return sha256(b"".join(file.read_bytes() for file in sorted(folder.glob("*.yml")))).hexdigest()


def documents(folder: Path = STARTER) -> tuple[FlowDocument, ...]:
    """The starter flows by file name; reads the files each time, so whoever needs them keeps them. Raises `BrokenStarter`."""
    found: list[FlowDocument] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            found += read(file.read_text(encoding="utf-8"))
        except Invalid as fault:
            raise BrokenStarter(f"{file.name}: {fault}") from fault
    return tuple(found)
