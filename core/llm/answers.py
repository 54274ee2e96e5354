"""Which line of a message answers which question: by the kind of answer it is after, and by the words that both have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.llm.words import Words

LONGEST_FACT = 240


@dataclass(frozen=True, slots=True)
class Open:
    """The questions that nobody has answered yet: those that FlowPilot `asked` in the thread, those `beside` a fix on its card, and those
    worth knowing of any problem (`general`), which people answer without being asked. `just_now`: nothing was said since they were asked.
    """

    asked: Sequence[str] = ()
    beside: Sequence[str] = ()
    general: Sequence[str] = ()
    just_now: bool = False


CODES = (
    r"0x[0-9a-f]{3,}|\b(?:error|err|code|event(?: id)?|stop code|status|http|"
    r"exit code)[ :#]{1,2}[a-z]{0,4}-?\d{2,}\w*|"
    r"\b[A-Z]{2,}_[A-Z_]{3,}\b|\bkb\d{6,}"
)
KNOWS_NOT = re.compile(
    r"(?i)\b(?:don['’]?t know|do not know|dunno|no idea|not sure|unsure|no clue|(?:will|i['’]ll|let me|going to|"
    r"have to|need to) (?:check|ask|find out|look|see|test|try)|"
    r"checking|waiting for (?:her|him|them|the user|an answer)|asked (?:her|him|them|the user))\b"
)
_WHO = re.compile(
    r"(?i)\b(?:who is affected|everybody|everyone|one person|how many|affected|others|one user|one machine|all users|"
    r"only one)\b"
)
_WHO_ANSWER = re.compile(
    r"(?i)\b(?:only|just|one|everyone|everybody|all|both|others?|nobody|no one|whole|entire|department|floor|site|"
    r"team|colleagues?|"
    r"\d+ (?:users?|people|persons?|pcs?|machines?|laptops?|others?)|(?:two|three|four|five|several|many|most|"
    r"few) (?:users?|people|of|others?|pcs?|machines?))\b"
)
_WHEN = re.compile(
    r"(?i)\b(?:since when|when did|when was|what changed|changed|just before|start(?:ed)?|began|recently|how long)\b"
)
_WHEN_ANSWER = re.compile(
    r"(?i)\b(?:since|yesterday|today|this (?:morning|week|afternoon)|last (?:week|night|month|friday|monday)|ago|"
    r"after|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"update[ds]?|upgraded?|moved|nothing (?:has )?changed|no changes?|new (?:laptop|pc|phone|password|printer|"
    r"router)|password (?:change|was)|always|never worked)\b"
)
_WHAT = re.compile(r"(?i)\b(?:exactly|error|message|code|word for word|says?|see|shown?)\b")
_WHAT_ANSWER = re.compile(
    rf"(?i){CODES}|\b(?:error|says|message|popup|pop-up|prompt|blank|spinning|nothing happens|grey|gray|red|"
    rf"black screen)\b|[\"“”]"
)
_YES_NO = re.compile(
    r"(?i)^\W*(?:yes|yep|yeah|yup|no|nope|nah|correct|true|ja|nein|oui|non)\b(?=\W*$|\s*[,.;:–-]| (?:it|they|she|he|that|but|only|all)\b)"
)
_CLOSED = re.compile(r"(?i)^(?:does|do|did|is|are|was|were|has|have|can|could|will)\b")


def paired(lines: Sequence[str], questions: Open, words: Words, *, whole: str) -> dict[str, list[str]]:
    """Which lines answer which question; each line one at most. What was not asked must fit the more clearly."""
    asked = questions.asked
    if (
        questions.just_now
        and len(asked) == 1
        and lines
        and len(whole) <= LONGEST_FACT
        and "?" not in whole
        and not KNOWS_NOT.search(whole)
    ):
        return {asked[0]: list(lines)}
    pairs: dict[str, list[str]] = {}
    for line in lines:
        question = (
            _best({one: _fits(line, one, asked, words) for one in asked})
            or _best({one: _shared(line, one, words) - 1 for one in questions.beside})
            or _best({one: int(_answers_kind(line, one)) for one in questions.general})
        )
        if question:
            pairs.setdefault(question, []).append(line)
    return pairs


def _best(fits: Mapping[str, int]) -> str | None:
    """The one question that fits best, if there is one."""
    most = max(fits.values(), default=0)
    best = [question for question, fit in fits.items() if fit == most]
    return best[0] if most > 0 and len(best) == 1 else None


def _answers_kind(line: str, question: str) -> bool:
    """Whether a line is the kind of answer that a question is after: who, when, what was seen."""
    kinds = ((_WHO, _WHO_ANSWER), (_WHEN, _WHEN_ANSWER), (_WHAT, _WHAT_ANSWER))
    return any(asked.search(question) and answered.search(line) for asked, answered in kinds)


def _fits(line: str, question: str, questions: Sequence[str], words: Words) -> int:
    fits = 2 * _answers_kind(line, question)
    if _YES_NO.search(line) and _CLOSED.search(question) and sum(bool(_CLOSED.search(one)) for one in questions) == 1:
        fits += 2
    return fits + _shared(line, question, words)


def _shared(line: str, question: str, words: Words) -> int:
    telling = {term for term in words.terms(question, 60) if term not in words.quiet}
    return len(telling & set(words.terms(line, 60)))
