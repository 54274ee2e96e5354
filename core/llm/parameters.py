"""Which texts of a script are the case's own, so that the script can be used again with others: found by rules, or by a model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.llm.asking import Asks, Wire, prompt
from core.llm.provider import FoundParameter, FoundParameters, ScriptParameter, ScriptView
from core.text import clean, shorten

MOST_FOUND = 8  # fewer are better: each is a question to the next engineer
_KINDS: Sequence[tuple[str, str, re.Pattern[str]]] = (
    ("email", "Mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("share", "Share", re.compile(r"\\\\[\w.-]+\\[\w.$ \\-]*[\w$]")),
    ("path", "Path", re.compile(r"[A-Za-z]:\\[\w.$ \\-]*[\w$]|(?:/[\w.-]+){2,}")),
    ("address", "IP address", re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")),
    ("date", "Date", re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}")),
    ("account", "Account", re.compile(r"[A-Z][A-Z0-9-]{1,14}\\[\w.-]+")),
    ("host", "Host", re.compile(r"(?=[\w.-]*[A-Za-z])(?=[\w.-]*(?:\d|\.[A-Za-z]{2,}$))[A-Za-z][\w-]*(?:\.[\w-]+)*")),
    ("name", "Name", re.compile(r"[^\W\d_]\w+(?: [^\W\d_]\w+){1,3}")),
)
_QUOTED = re.compile(r"'([^'\n]{3,200})'|\"([^\"\n$`\\]{3,200})\"")
_WORD = re.compile(r"(?<=[ \t=(,])[\w@.:/\\-]{3,200}(?=[\s),;]|$)", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]*#")


@dataclass(frozen=True, slots=True)
class _Spot:
    start: int
    end: int
    value: str


def found_by_rules(script: ScriptView) -> FoundParameters:
    """The hosts, addresses, names, paths and dates that stand whole in the script and were said of the case; nothing else.

    What it finds is a proposal: whoever keeps it makes sure that filling it in gives the script back.
    """
    said = "\n".join((script.problem, *script.facts))
    return _templated(script, lambda value, taken: _parameter(value, said, taken))


class OfflineParameters:
    """What a provider without a model says of a script."""

    async def extract_parameters(self, script: ScriptView) -> FoundParameters:
        """Return what the case's own facts name in the script."""
        return await asyncio.to_thread(found_by_rules, script)


class _Picked(Wire):
    original: str = ""
    key: str = ""
    label: str = ""
    type: Literal["text", "number"] = "text"


class _Picks(Wire):
    parameters: tuple[_Picked, ...] = ()


async def found_by_model(asks: Asks, script: ScriptView) -> FoundParameters:
    """What a model picks, put into the script by the same rules: it names texts and never writes a script. Raises `ModelAway`, `Unusable`."""
    payload = {
        "language": script.language,
        "problem": script.problem,
        "facts": list(script.facts),
        "script": script.script,
    }
    answer = await asks.ask(prompt("extract"), payload, _Picks)
    picked = {one.original.strip(): one for one in answer.output.parameters[:MOST_FOUND]}

    def choose(value: str, taken: Sequence[str]) -> FoundParameter | None:
        pick = picked.get(value)
        if pick is None:
            return None
        wanted = re.sub(r"[^a-z0-9]+", "_", pick.key.lower()).strip("_")[:32]
        base = wanted if wanted[:1].isalpha() else "value"
        key = next(one for one in (base, *(f"{base}_{n}" for n in range(2, 100))) if one not in taken)
        label = shorten(clean(pick.label).replace("\n", " "), 40) or key.replace("_", " ").capitalize()
        return FoundParameter(ScriptParameter(key=key, label=label, type=pick.type), value)

    return replace(_templated(script, choose), usage=answer.usage)


Choose = Callable[[str, Sequence[str]], FoundParameter | None]


def _templated(script: ScriptView, choose: Choose) -> FoundParameters:
    """The script with a placeholder wherever a text stands whole that is chosen; the same text is the same parameter."""
    keys: dict[str, FoundParameter] = {}
    parts: list[str] = []
    at = 0
    for spot in _spots(script):
        if spot.start < at:
            continue
        known = keys.get(spot.value) or choose(spot.value, [one.parameter.key for one in keys.values()])
        if known is None or (spot.value not in keys and len(keys) == MOST_FOUND):
            continue
        keys[spot.value] = known
        parts += [script.script[at : spot.start], f"{{{{{known.parameter.key}}}}}"]
        at = spot.end
    return FoundParameters("".join([*parts, script.script[at:]]), tuple(keys.values()))


def _spots(script: ScriptView) -> list[_Spot]:
    """Whole quoted texts and, where a bare word is a text, whole words; comments are left alone."""
    return sorted(_in_lines(script), key=lambda spot: (spot.start, -spot.end))


def _in_lines(script: ScriptView) -> Iterator[_Spot]:
    begin = 0
    for line in script.script.splitlines(keepends=True):
        if not _COMMENT.match(line):
            for match in _QUOTED.finditer(line):
                yield _Spot(begin + match.start(), begin + match.end(), match[1] or match[2])
            if script.language != "python":
                for match in _WORD.finditer(line):
                    yield _Spot(begin + match.start(), begin + match.end(), match[0])
        begin += len(line)


def _parameter(value: str, said: str, taken: Sequence[str]) -> FoundParameter | None:
    if not re.search(rf"(?<![\w.@\\/-]){re.escape(value)}(?![\w@\\/-])", said):
        return None
    for kind, label, pattern in _KINDS:
        if pattern.fullmatch(value):
            number = 1 + sum(1 for key in taken if key == kind or key.startswith(f"{kind}_"))
            key, named = (kind, label) if number == 1 else (f"{kind}_{number}", f"{label} {number}")
            return FoundParameter(ScriptParameter(key=key, label=named), value)
    return None
