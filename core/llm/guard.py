"""The one guard over all that a model says. Each check looks at one field; what does not pass is left out and logged, never shown.

A model may only speak of what its sources speak of: no host, address, link, ticket number or person (in a note also no number) that they lack,
no success that nobody has recorded, and (in a note) no run of a script that was only prepared. What it may name is found in the sources by plain
search, so nothing that the sources say can talk the guard into anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from core.llm.claims import claims_success, sentences
from core.llm.named import Kind, Named, folded, named
from core.llm.prepared import NO_SCRIPTS, Prepared
from core.text import clean, shorten

log = structlog.get_logger()

# A wake-up call to Slack, or a person's or group's handle, in any of the ways in which Slack writes them.
_MARKED = re.compile(r"<[@#!][^<>\n]{1,200}>")
_LABELLED = re.compile(r"<(?:https?|mailto|tel|slack|javascript|data):[^<>|\n]{1,2000}\|([^<>\n]{0,300})>")
_BARE = re.compile(r"<((?:https?|mailto):[^<>|\s]{1,2000})>")
_MARKDOWN_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\(((?:[a-z][a-z0-9+.-]{1,20}:|//|www\.)[^()\s]{1,2000})(?:\s+\"[^\"\n]*\")?\)",
    re.IGNORECASE,
)
_EVERYBODY = re.compile(r"(?i)(?<![\w.])@(?=(?:here|channel|everyone|group|all)\b)")
_HANDLE = re.compile(
    r"(?<![\w.@`$({\[,= -])@(?=[A-Za-z])|(?<=^)@(?=[A-Za-z])|(?<=[ (,])@(?=[A-Za-z][\w.-]*(?:[\s,.:;!?)]|$))"
)
_HTML = re.compile(
    r"(?i)</?(?:a|img|script|iframe|style|svg|form|input|object|embed|meta|link|b|i|u|br|p|div|span|system|user|"
    r"assistant)\b[^<>\n]{0,500}/?>"
)


def tidy(text: str, limit: int) -> str:
    """`text` as plain words: cleaned, at most `limit` characters, no mention, no link behind other words, no tags, fences that end."""
    plain = clean(text)
    plain = _LABELLED.sub(r"\1", plain)
    plain = _BARE.sub(r"\1", plain)
    plain = _MARKDOWN_LINK.sub(r"\1", plain)
    plain = _MARKED.sub("", plain)
    plain = _HTML.sub("", plain)
    plain = _EVERYBODY.sub("", plain)
    if plain.count("```") % 2:
        plain = plain.replace("```", "")
    return shorten(re.sub(r"[ \t]+\n", "\n", plain).strip(), limit)


@dataclass(frozen=True)
class Sources:
    """What a model was given to speak of. `texts` are searched as they stand."""

    texts: Iterable[str]
    people: Iterable[str] = ()
    _whole: str = field(init=False, repr=False)
    _numbers: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        whole = folded("\n".join((*self.texts, *self.people))).casefold()
        object.__setattr__(self, "_whole", whole)
        numbers = (one.key for one in named(whole, numbers=True) if one.kind == "number")
        object.__setattr__(self, "_numbers", frozenset(numbers))

    def have(self, one: Named) -> bool:
        """Whether the sources name this too, as a whole word."""
        match one.kind:
            case "number":
                return one.key in self._numbers
            case "ticket":
                digits = re.sub(r"^[^0-9]*", "", one.key)
                return bool(re.search(rf"(?<!\d){re.escape(digits)}(?!\d)", self._whole))
            case "person":
                return self._has(one.key)
            case "link":
                # A longer address that begins like a known one is another place.
                return bool(re.search(rf"{re.escape(one.key)}(?![\w/?#&=%.-]{{0,100}}[\w/])", self._whole))
            case "host" | "address":
                return self._has(one.key)

    def _has(self, key: str) -> bool:
        return bool(re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])(?!\.\w)", self._whole))


def inventions(text: str, sources: Sources, *, numbers: bool = False) -> list[Named]:
    """What `text` names and the sources do not."""
    known: dict[tuple[str, str], bool] = {}
    made_up: list[Named] = []
    for one in named(folded(text), numbers=numbers):
        if (one.kind, one.key) not in known:
            known[one.kind, one.key] = sources.have(one)
        if not known[one.kind, one.key]:
            made_up.append(one)
    return made_up


def passes(
    text: str,
    sources: Sources,
    where: str,
    *,
    numbers: bool = False,
    success: bool = False,
    prepared: Prepared = NO_SCRIPTS,
) -> bool:
    """Whether a field that stands or falls as a whole may be shown. `success`: a person has recorded it, so it may be said; `prepared` are the
    scripts that may not be told as run. Logs why not."""
    made_up = inventions(text, sources, numbers=numbers)
    if made_up:
        _dropped(where, {one.kind for one in made_up})
        return False
    if not success and any(claims_success(sentence) for sentence in sentences(text)):
        _dropped(where, {"claim"})
        return False
    if prepared.told_as_run(text):
        _dropped(where, {"run"})
        return False
    return True


def passing(text: str, sources: Sources, where: str, *, numbers: bool = False, success: bool = False) -> str:
    """The sentences of `text` that may be shown, as they stand; "" when hardly anything would be left. Logs what was dropped."""
    whole = sentences(text)
    kept = [one for one in whole if passes(one, sources, where, numbers=numbers, success=success)]
    if len(kept) == len(whole) and not inventions(text, sources, numbers=numbers):
        return text
    left = re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()
    # A torso can mean the opposite of what was said.
    return left if len(left) * 2 >= len(text) and not inventions(left, sources, numbers=numbers) else ""


def _dropped(where: str, kinds: set[Kind] | set[str]) -> None:
    # Never the text itself: it may hold what must not be written down.
    log.warning("a part of the model's answer was dropped", field=where, because=sorted(kinds))
