"""What the rules understand of a message without a model: how it went, what is asked, which questions it answers, what was found.

Carefully: what is not plain is left alone, since a wrong fact does more harm than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from core.llm.answers import CODES, KNOWS_NOT, LONGEST_FACT, Open, paired
from core.llm.claims import gives_orders, sentences, stated_outcome
from core.llm.provider import JudgedOutcome, PromotedSource, Said
from core.llm.words import Words

_SHORTEST_FACT = 4


# What is worth knowing of any problem, and what a fact that answers it begins with.
_TOPICS = {
    "What exactly does the person see, word for word, with any error code?": "Seen:",
    "Who is affected: one person, one machine, or everybody at the site?": "Affected:",
    "Since when, and what changed just before (update, password, move, new device)?": "Since when, and what changed:",
}
GENERAL_QUESTIONS = tuple(_TOPICS)


class Ask(Enum):
    """What a person wants to know of FlowPilot."""

    STATUS = "status"
    NEXT = "next"
    WHY = "why"
    HOW = "how"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Found:
    """Something a message establishes: an answer with its question, or the result of a check."""

    text: str
    source: PromotedSource


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, understood as far as it goes."""

    said: Said
    outcome: JudgedOutcome | None = None
    ask: Ask | None = None
    is_courtesy: bool = False
    knows_not: bool = False
    found: tuple[Found, ...] = ()
    answered: tuple[str, ...] = ()


def hear(said: Said, questions: Open, words: Words) -> Heard:
    """Understands one message of a person."""
    text = said.text.strip()
    if gives_orders(text):
        return Heard(said)
    if _COURTESY.fullmatch(text):
        return Heard(said, is_courtesy=True)
    outcome = stated_outcome(text)
    ask = _ask_of(text)
    knows_not = bool(KNOWS_NOT.search(text))
    lines = [line for line in (_trimmed(one) for one in sentences(text)) if line and _states(line)]
    pairs = {} if outcome else paired(lines, questions, words, whole=text)
    told = {line for lines_of in pairs.values() for line in lines_of}
    found = [Found(_answer(question, lines_of), "question") for question, lines_of in pairs.items()]
    found += [
        Found(_sentence(line), "diagnostic_check") for line in lines if line not in told and _FINDING.search(line)
    ]
    return Heard(
        said,
        outcome=outcome,
        ask=ask,
        knows_not=knows_not and not found,
        found=tuple(one for one in found if _SHORTEST_FACT <= len(one.text) <= LONGEST_FACT + 200),
        answered=tuple(pairs),
    )


def questions_in(text: str) -> list[str]:
    """The questions that FlowPilot asked in a message of its own: the lines that begin with a bullet."""
    return [line.strip()[1:].strip() for line in text.splitlines() if line.strip().startswith("•")]


def is_answered(question: str, known: Sequence[str]) -> bool:
    """Whether one of the facts is an answer to this question."""
    begins = (question.casefold(), _TOPICS.get(question, question).casefold())
    return any(fact.casefold().startswith(begins) for fact in known)


def _answer(question: str, lines: Sequence[str]) -> str:
    told = "; ".join(lines)
    return f"{_TOPICS[question]} {told}" if question in _TOPICS else f"{question} {_sentence(told)}"


# ---- courtesies and questions

_COURTESY = re.compile(
    r"(?i)\W*(?:(?:ok|okay|k|thanks?|thank you|thx|ty|cheers|great|perfect|nice|cool|awesome|super|good|got it|"
    r"gotcha|will do|sure|alright|"
    r"right|understood|noted|danke|merci|gracias|hi|hello|hey|good morning|morning|so much|very much|a lot|"
    r"for (?:the |your )?(?:help|info|update|quick reply)|"
    r"all|everyone|team|flowpilot|you too|have a (?:nice|good) (?:day|one|weekend|evening))\W*)+"
)
_ASKS = (
    (
        Ask.STATUS,
        re.compile(
            r"(?i)\b(?:status|summary|summari[sz]e|recap|catch me up|where (?:are we|do we stand)|what (?:do|"
            r"did) we (?:know|have|try|tried)|"
            r"what(?:['’]s| is) (?:known|the state|the situation|happening|going on)|what have we|so far)\b"
        ),
    ),
    (
        Ask.NEXT,
        re.compile(
            r"(?i)\b(?:what(?:['’]s| is)? next|next steps?|what (?:now|else|should (?:i|we)|can (?:i|we)|do (?:i|"
            r"we) do|would you)|any (?:other |more )?(?:ideas?|suggestions?)|"
            r"(?:another|other) (?:idea|fix|suggestion|option)|now what|suggest)\b"
        ),
    ),
    (
        Ask.WHY,
        re.compile(r"(?i)^\W*(?:but )?why\b|\b(?:what is the reason|what causes?|why (?:would|does|do|should|is))\b"),
    ),
    (
        Ask.HOW,
        re.compile(
            r"(?i)\b(?:how (?:do|can|should|would|to)|how exactly|which steps|what (?:are|is) the (?:steps?|"
            r"command)|where (?:do|can) (?:i|we))\b"
        ),
    ),
)
_QUESTION = re.compile(
    r"(?i)\?\W*$|^\W*(?:who|what|when|where|which|why|how|is there|are there|can (?:you|we|i)|could (?:you|we|i)|"
    r"should (?:we|i)|do (?:you|we|i)|does (?:it|this|that))\b"
)


def _ask_of(text: str) -> Ask | None:
    asked = [one for one in sentences(text) if _QUESTION.search(one.strip()) or len(text) < 60]
    for ask, pattern in _ASKS:
        if any(pattern.search(one) for one in asked):
            return ask
    return Ask.OTHER if any(one.strip().endswith("?") for one in asked) else None


# ---- answers and findings

_STATES_OF_THINGS = (
    r"(?:shows?|says|said|reports?|returns?|gives|reads|is|are|was|were|has|have|replies|answers|responds?|works?|"
    r"fails?|failed|resolves?|"
    r"times? out|timed out|stopped|stops|started|starts|running|disabled|enabled|full|empty|missing|expired|"
    r"locked|offline|online)"
)
_THINGS = (
    r"ping|tracert|nslookup|ipconfig|dcdiag|gpresult|sfc|dism|chkdsk|event ?(?:log|viewer)|task manager|device manager|spooler|service|"
    r"driver|firewall|antivirus|dns|dhcp|gateway|cable|link light|wifi|vpn|disk|certificate|licen[sc]e|mailbox|account|queue|panel|"
    r"webmail|safe mode|another \w+|other \w+"
)
_DEEDS = (
    r"checked|tested|tried|ran|looked|restarted|rebooted|reinstalled|replaced|swapped|moved|reset|updated|cleared|disabled|enabled|"
    r"removed|reconnected|power cycled|logged"
)
_FINDING = re.compile(
    "|".join(
        (
            CODES,
            r"\b(?:version|build|release|firmware) [\dv][\w.]*|\bwindows 1[01]\b|\b2[2-9]h[12]\b",
            r"\b\d+ (?:of|out of|/) (?:the )?\d+\b",
            rf"\b(?:{_THINGS})\b[^.!?\n]{{0,60}}\b{_STATES_OF_THINGS}\b",
            r"\b(?:is|are|has|have|was|shows?|expires?|starts?)\b[^\n]{0,40}\d|\d[^\n]{0,40}\b(?:used|free|left|full|gb|mb|tb)\b|\d ?%",
            r"\b(?:is|are|was|were) (?:now |still )?(?:offline|online|unlicensed|locked|disabled|stopped|missing|expired|full|closed|empty)\b",
            r"\b(?:not|never|no \w+ is) (?:shown|seen|listed|visible|found|reachable|enabled|installed|licensed|connected|locked)\b",
            r"\bcan \w+[^.!?\n]{0,40} but (?:not|cannot|can['’]?t)\b|\b(?:approved|agreed|confirmed)\b",
            rf"^(?:i |we |have |i['’]ve |already |he |she |they |user )*(?:{_DEEDS})\b",
            r"\b(?:works|worked|fails|happens|happened|appears|started|began|only|same)\b[^.!?\n]{0,60}"
            r"\b(?:since|after|when|on (?:another|other|all|her|his|one)|with (?:another|other)|"
            r"in (?:the )?(?:browser|web|private|safe)|from home|over vpn)\b",
        )
    ),
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"(?i)^\W*(?:just |so |and )?(?:tell|give|show|send|make|write|format|help|explain|post|say|use|add|put)\b|"
    r"\b(?:maybe|perhaps|i think|i guess|probably|might|could be|not sure|seems|looks like|apparently|"
    r"possibly|i assume|will|going to|hopefully|should|would|please|let['’]?s)\b"
)


def _states(line: str) -> bool:
    """Whether a sentence says how something is: no question, guess, plan or courtesy."""
    return (
        len(line) <= LONGEST_FACT
        and not _QUESTION.search(line)
        and not _UNSURE.search(line)
        and not KNOWS_NOT.search(line)
        and not _COURTESY.fullmatch(line)
    )


def _trimmed(line: str) -> str:
    return re.sub(r"^[\s•*>\-–\d.)]*(?=\D)|[\s.;,]+$", "", line.strip())


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}." if line and line[-1] not in ".!?" else f"{line[:1].upper()}{line[1:]}"
