"""Where a placeholder stands in a script: by itself, or inside quotes. Who fills one in must know, or a value could leave its quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.errors import Invalid
from core.scripts import bash, powershell, python
from core.scripts.languages import Language
from core.scripts.parameters import PLACEHOLDER
from core.scripts.reading import Place, Reading

READERS: Mapping[Language, Callable[[str], Reading]] = MappingProxyType(
    {Language.BASH: bash.read, Language.POWERSHELL: powershell.read, Language.PYTHON: python.read}
)


def places(body: str, language: Language) -> tuple[Place, ...]:
    """Every placeholder and where it stands, in order. Raises `Invalid` on `edited_body` for one that no value can be put into safely."""
    if not PLACEHOLDER.search(body):
        return ()
    reading = READERS[language](body)
    found = {place.start: place for place in reading.places}
    for match in PLACEHOLDER.finditer(body):
        if match.start() not in found:
            line = body.count("\n", 0, match.start()) + 1
            raise Invalid(f"{match[0]} in line {line}: {reading.reason(match.start())}", field="edited_body")
    return tuple(sorted(found.values(), key=lambda place: place.start))
