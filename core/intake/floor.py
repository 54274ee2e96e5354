"""The floor: what no built step may ask of first-line staff, whatever an admin sets and however it is written.

It reads words. What it cannot read (another script, a language it does not know, something encoded) it does not let pass either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import compress

from core.intake.floor_words import (
    ADMIN_TOOL,
    ALWAYS,
    ASKED,
    FUNCTION_WORDS,
    HOT,
    LOOKS,
    NEGATION,
    NO_NEGATION,
    OTHERS,
    PAIRS,
    SAFE,
    SELF_SERVICE,
    UNSCRAMBLED,
)
from core.text import clean


class FloorClass(StrEnum):
    """What is never built; the values are those of the table of words."""

    SYSTEM = "system"
    DATA = "data"
    CREDENTIALS = "credentials"
    SECURITY = "security"
    ELEVATION = "elevation"
    DOMAIN = "domain"
    SERVER = "server"
    BILLING = "billing"
    UNREADABLE = "unreadable"


FLOOR_LABEL = {
    FloorClass.SYSTEM: "edits the registry, system files or the start of the computer",
    FloorClass.DATA: "deletes data or a disk",
    FloorClass.CREDENTIALS: "changes or asks for somebody's credentials",
    FloorClass.SECURITY: "changes security, antivirus or firewall",
    FloorClass.ELEVATION: "runs something with admin rights, or a script",
    FloorClass.DOMAIN: "changes the domain, DNS or DHCP",
    FloorClass.SERVER: "changes a server or what is in production",
    FloorClass.BILLING: "changes billing or licences",
    FloorClass.UNREADABLE: "cannot be checked",
}

_READ = 6_000
_FEWEST_WORDS = 7
_FEWEST_KNOWN = 0.12
# A button's words go on where its question ends: that many words of it are read together with them.
_BEFORE_A_LABEL = 8
_SPOKEN_OF = 200
_FEWEST_TO_ACT = 3
_NOT = re.compile(r"^\W*(?:do not|don't|never)\b(?! (?:forget|hesitate|fail|keep|leave))")
_IT = "it|them|this|that|these|those|one|ihn|sie|es|diese[nrs]?|le|la|les|lo|los|las|het"

# Latin letters that decompose into no plain one, and symbols that show a letter.
_LOOK_ALIKE = {
    ord(odd): plain
    for odd, plain in zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢɑɡıøđłƒɩ", "abcdefghijklmnoprstuvwzagiodlfi", strict=True)
} | {first + place: chr(ord("a") + place) for first in (0x1F150, 0x1F170, 0x1F1E6) for place in range(26)}  # fmt: skip
_LEET = str.maketrans("013457@$!€|", "oieastasiel")
_ODD = re.compile(r"(?<=[a-z])[013457@$!€|]+(?=[a-z])|(?<![\w])[@$!€|](?=[a-z]{2})|(?<=[a-z]{3})[013457@$](?![\w])")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z0-9](?:(?P<gap>[ .\-_*·|/]{1,3})[a-z0-9](?![a-z0-9])){3,}")
_INSIDE = re.compile(r"(?<=[a-z])[\-_.*·'’`´~^\"|+](?=[a-z])")
_ENCODED = re.compile(
    r"(?<![\w/.:?&=-])(?=[a-z+/]*\d)(?=[\w+/]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}|(?:\\x[0-9a-f]{2}){4,}|(?:%[0-9a-f]{2}){4,}",
    re.I,
)
_CLAUSE = re.compile(r"[;!?\n]+|\.(?=\s|$)|(?<=\w):(?=\s)")
_WORD = re.compile(r"[^\W\d_]+")
_SCRAMBLED = {(word[0], word[-1], "".join(sorted(word))): word for word in UNSCRAMBLED}


def unsafe(text: str, *labels: str) -> FloorClass | None:
    """The first class of the floor that a step's text or one of its button labels falls under, or None when it may be shown.

    Labels are read by themselves, all together, and as what goes on where the text ends.
    """
    whole = _visible("\n".join((text, *labels))[:_READ])
    if _ENCODED.search(whole):
        return FloorClass.UNREADABLE
    said, *answers = [_plain(one[:_READ]) for one in (text, *labels)]
    tail = " ".join(said.split()[-_BEFORE_A_LABEL:]).rstrip("?.:!…")
    readings = [said, *answers, *(f"{tail} {answer}" for answer in answers)]
    if len(answers) > 1:
        readings.append(" ".join(answers))
    # "Turn it off" means what was spoken of before.
    readings += [f"{said}\n{answer}" for answer in answers]
    may_excuse = not ADMIN_TOOL.search(_plain(whole))
    for reading in readings:
        for variant in _variants(reading):
            if found := _found(variant, may_excuse=may_excuse):
                return found
    return FloorClass.UNREADABLE if any(map(_is_foreign, (text, *labels))) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", clean(text).casefold()).translate(_LOOK_ALIKE)
    kept = "".join(c for c in _visible(folded) if not unicodedata.combining(c))
    kept = kept.replace("’", "'").replace("‑", "-").replace("–", "-").replace("_", " ")
    return _WORD.sub(_unscrambled, kept)


def _visible(text: str) -> str:
    # Joiners too, which `clean` keeps for scripts that the floor does not read anyway.
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _unscrambled(word: re.Match[str]) -> str:
    """The word of the floor that has the same letters between the same ends: people read "fromat" as it is meant."""
    return _SCRAMBLED.get((word[0][0], word[0][-1], "".join(sorted(word[0]))), word[0])


def _variants(text: str) -> Iterator[str]:
    """The text, and what it may have been before somebody spelled it oddly."""
    yield text
    seen = {text}
    for variant in (
        _ODD.sub(lambda odd: odd[0].translate(_LEET), text),
        _SPACED.sub(lambda spaced: re.sub(r"[ .\-_*·|/]", "", spaced[0]), text),
        _INSIDE.sub("", text),
        _INSIDE.sub(
            "",
            _ODD.sub(
                lambda odd: odd[0].translate(_LEET), _SPACED.sub(lambda s: re.sub(r"[ .\-_*·|/]", "", s[0]), text)
            ),
        ),
    ):
        if variant not in seen:
            seen.add(variant)
            yield variant


def _found(text: str, *, may_excuse: bool) -> FloorClass | None:
    """The class of what `text` says. A sentence that speaks of the customer's own self-service, where a password may be changed, excuses itself where
    it `may`, and no other."""
    for kind in FloorClass:
        if (always := _always(kind)) and always.search(text):
            return kind
    clauses = _CLAUSE.split(SAFE.sub(" ", text))
    for kind in FloorClass:
        excuses = may_excuse and kind is FloorClass.CREDENTIALS
        asking = [not (excuses and SELF_SERVICE.search(one) and not OTHERS.search(one)) for one in clauses]
        if (hot := _hot(kind)) and any(_acts_on(hot, clause) for clause in compress(clauses, asking)):
            return kind
        for pair, verb_of_it, thing in _pairs(kind):
            before = ""
            for clause, asks in zip(clauses, asking, strict=True):
                if asks and (_asks(pair, clause) or (_asks(verb_of_it, clause) and thing.search(before))):
                    return kind
                before = f"{before} {clause}"[-_SPOKEN_OF:]
    return None


def _acts_on(hot: re.Pattern[str], clause: str) -> bool:
    """Whether a sentence names what is only looked at, and does anything but look."""
    if not hot.search(clause) or len(clause.split()) < _FEWEST_TO_ACT:
        return False
    return not LOOKS.search(clause) and not _NOT.search(clause)


def _asks(wanted: re.Pattern[str], clause: str) -> bool:
    return any(not _is_negated(clause, found.start()) for found in wanted.finditer(clause))


def _is_negated(clause: str, start: int) -> bool:
    """Whether what begins at `start` is what must not be done; "do not forget to" is no such thing."""
    before = clause[:start].rstrip()
    return bool(NEGATION.search(before)) and not NO_NEGATION.search(before)


@cache
def _always(kind: FloorClass) -> re.Pattern[str] | None:
    words = ALWAYS.get(kind.value)
    return re.compile(words) if words else None


@cache
def _hot(kind: FloorClass) -> re.Pattern[str] | None:
    words = HOT.get(kind.value)
    return re.compile(rf"\b(?:{words})\b") if words else None


@cache
def _pairs(kind: FloorClass) -> tuple[tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...]:
    """Per pair: the verb near the thing either way round, the verb with "it", and the thing."""
    near = r"(?:[^\w]+[\w'-]+){0,7}?[^\w]+"
    return tuple(
        (
            re.compile(
                rf"\b(?:{verb})\b{near}(?:{thing})\b|\b(?:{thing})\b{near}(?:{after})\b|\b(?:{asked})\b{near}(?:{thing})\b"
            ),
            re.compile(rf"\b(?:{verb}|turn|switch)\b(?:\s+[\w'-]+){{0,2}}?\s+(?:{_IT})\b"),
            re.compile(rf"\b(?:{thing})\b"),
        )
        for verb, thing, after in PAIRS.get(kind.value, ())
        for asked in (ASKED.get(kind.value, "(?!)"),)
    )


def _is_foreign(text: str) -> bool:
    """Whether it is in a script or a language that the floor's words are not in."""
    plain = _plain(text)
    if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in plain):
        return True
    words = _WORD.findall(plain)
    if len(words) < _FEWEST_WORDS:
        return False
    known = max(sum(word in language for word in words) for language in FUNCTION_WORDS)
    return known < _FEWEST_KNOWN * len(words)
