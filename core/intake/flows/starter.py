"""The flows in the box, one YAML file per category."""

from __future__ import annotations

from functools import lru_cache
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
    """The starter flows by file name, kept until the files are others. Raises `BrokenStarter`."""
    return _read(folder, digest(folder))


@lru_cache(maxsize=1)
def _read(folder: Path, _digest: str) -> tuple[FlowDocument, ...]:
    found: list[FlowDocument] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            found += read(file.read_text(encoding="utf-8"))
        except Invalid as fault:
            raise BrokenStarter(f"{file.name}: {fault}") from fault
    return tuple(found)
