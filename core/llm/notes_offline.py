"""Notes without a model: the state of the session in plain sentences. Pure: the same bundle gives the same note.

What a customer reads is in the past tense where it was verified, provisional where it was not, and says what is not known instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.llm.notes import SECTIONS, DraftNote, Line, NoteBundle, NoteFact, NoteFix, NoteKind, Rewritten, Section
from core.text import shorten

ROOM = 20_000
"""Characters of a section; what does not fit is counted, not cut in the middle."""
_CAUSE = re.compile(
    r"^\s*(?:the )?(?:root )?cause(?: of (?:this|it|the problem))?\s*(?:is|was|:|=|-|–)\s*", re.IGNORECASE
)
_CAUSED_BY = re.compile(r"\b(?:was |is )?caused by\b|\bbecause of\b", re.IGNORECASE)
_ENDS = (".", "!", "?", ":", "…", "”", '"', ")", "。", "؟")


def compose(kind: NoteKind, bundle: NoteBundle) -> DraftNote:
    """The note for this state, from fixed wording alone."""
    write = _WRITERS[kind]
    sections = tuple(Section(name.key, tuple(write[name.key](bundle))) for name in SECTIONS[kind])
    return DraftNote(sections, composed_without_ai=True)


# -- what both say ------------------------------------------------------------------------------------------------


def _problem(bundle: NoteBundle) -> list[Line]:
    return [Line(_ended(_capital(bundle.problem.strip() or bundle.title)), (bundle.problem_id,))]


def _findings(bundle: NoteBundle, nothing: str) -> list[Line]:
    lines: list[Line] = []
    room = ROOM
    for place, fact in enumerate(bundle.facts):
        text = f"- {_capital(_indented(fact.text))}"
        room -= len(text) + 1
        if room < 0 and lines:
            left = len(bundle.facts) - place
            lines.append(Line(f"- {left} further {'finding is' if left == 1 else 'findings are'} on record."))
            break
        lines.append(Line(text, (fact.id,)))
    return lines or [Line(nothing)]


def _stated_cause(bundle: NoteBundle) -> list[Line]:
    """The cause, where somebody established it as a fact."""
    found: list[Line] = []
    for fact in bundle.facts:
        if match := _CAUSE.match(fact.text):
            found.append(Line(_ended(_capital(fact.text[match.end() :].strip())), (fact.id,)))
        elif _CAUSED_BY.search(fact.text):
            found.append(Line(_ended(_capital(fact.text.strip())), (fact.id,)))
    return found


# -- for the customer ---------------------------------------------------------------------------------------------


def _confirmed_for_customer(bundle: NoteBundle) -> list[Line]:
    return _findings(bundle, "No further findings were recorded.")


def _root_cause(bundle: NoteBundle) -> list[Line]:
    if stated := _stated_cause(bundle):
        return stated
    if worked := _with(bundle, "applied_success"):
        last = worked[-1]
        return [Line(f"The exact cause was not established. The problem was gone after “{last.title}”.", (last.id,))]
    return [Line("The cause was not established.")]


def _resolution(bundle: NoteBundle) -> list[Line]:
    lines: list[Line] = []
    for fix in reversed(_with(bundle, "applied_success")):
        checked = f", and verified {_on(fix.verified_at)}that it solved the problem" if fix.verified_at else ""
        lines.append(Line(f"We applied “{fix.title}”{_dated(fix.applied_at, fix.verified_at)}{checked}.", (fix.id,)))
    for fix in _with(bundle, "applied_partial"):
        part = f": {_inline(fix.partial_notes)}" if fix.partial_notes else "."
        lines.append(
            Line(f"We applied “{fix.title}”{_dated(fix.applied_at)}. It solved a part of the problem{part}", (fix.id,))
        )
    for fix in _with(bundle, "applied_pending"):
        lines.append(Line(_provisional(fix), (fix.id,)))
    for fix in _unjudged(bundle):
        lines.append(
            Line(f"We applied “{fix.title}”{_dated(fix.applied_at)}. Whether it helped was not recorded.", (fix.id,))
        )
    if not lines:
        lines.append(Line("How the problem was solved was not recorded."))
    for fix in _with(bundle, "applied_failed"):
        why = f": {_inline(fix.failure_reason)}" if fix.failure_reason else "."
        lines.append(Line(f"We also tried “{fix.title}”, which did not resolve it{why}", (fix.id,)))
    return lines


def _provisional(fix: NoteFix) -> str:
    awaited = (
        f"We are waiting for this before we can confirm it: {_inline(fix.pending_reason)}"
        if fix.pending_reason
        else ("We have not been able to confirm it yet.")
    )
    again = f" We will check again on {_date(fix.check_at)}." if fix.check_at else ""
    return f"We applied “{fix.title}”{_dated(fix.applied_at)}. This is provisional. {awaited}{again}"


# -- for the next engineer ----------------------------------------------------------------------------------------


def _confirmed_for_engineer(bundle: NoteBundle) -> list[Line]:
    return _findings(bundle, "No facts were recorded.")


def _tried(bundle: NoteBundle) -> list[Line]:
    lines = [Line(f"- {_attempt(fix)}", (fix.id,)) for fix in bundle.fixes if fix.applied_at is not None]
    if not lines:
        lines.append(Line("Nothing has been applied yet."))
    for fix in bundle.fixes:
        if fix.applied_at is None and fix.status == "dismissed":
            lines.append(Line(f"- Set aside without applying it: “{fix.title}”.", (fix.id,)))
        elif fix.applied_at is None and fix.status == "proposed":
            lines.append(Line(f"- Suggested, but not applied: “{fix.title}”.", (fix.id,)))
    return lines


def _attempt(fix: NoteFix) -> str:
    how = " by script" if fix.by_script else ""
    when = _dated(fix.applied_at)
    match fix.status:
        case "applied_success":
            same = fix.verified_at is None or (fix.applied_at and _date(fix.applied_at) == _date(fix.verified_at))
            verified = "verified" if same else f"verified on {_date(fix.verified_at)}"
            return f"“{fix.title}”, applied{how}{when}: worked, {verified}."
        case "applied_failed":
            why = _inline(fix.failure_reason) if fix.failure_reason else "why was not recorded."
            return f"“{fix.title}” was tried{how}{when} and did not resolve the problem: {why}"
        case "applied_partial":
            part = _inline(fix.partial_notes) if fix.partial_notes else "which part was not recorded."
            return f"“{fix.title}”, applied{how}{when}, worked in part: {part}"
        case "applied_pending":
            awaited = _inline(fix.pending_reason) if fix.pending_reason else "what is awaited was not recorded."
            check = f" To be checked on {_date(fix.check_at)}." if fix.check_at else ""
            return f"“{fix.title}”, applied{how}{when}, waits to be verified: {awaited}{check}"
        case "dismissed":
            return f"“{fix.title}” was applied{how}{when} and then dismissed; its result was not recorded."
        case _:
            return f"“{fix.title}” was applied{how}{when}; whether it helped was not recorded."


def _hypothesis(bundle: NoteBundle) -> list[Line]:
    lines = _stated_cause(bundle)
    for fix in _with(bundle, "applied_pending"):
        awaited = f" Awaited: {_inline(fix.pending_reason)}" if fix.pending_reason else ""
        lines.append(
            Line(
                f"Leading hypothesis: “{fix.title}” solves it. It is applied and not verified yet.{awaited}", (fix.id,)
            )
        )
    for fix in _with(bundle, "applied_success"):
        lines.append(
            Line(
                f"“{fix.title}” was verified as working, and this is escalated all the same; why is not on record.",
                (fix.id,),
            )
        )
    for fix in _with(bundle, "applied_partial"):
        lines.append(Line(f"What “{fix.title}” addresses plays a part, but does not explain everything.", (fix.id,)))
    for fix in _unjudged(bundle):
        lines.append(Line(f"“{fix.title}” was applied and may have helped; nobody has recorded it.", (fix.id,)))
    if lines:
        return lines
    if open_ones := [fix for fix in bundle.fixes if fix.applied_at is None and fix.status == "proposed"]:
        last = open_ones[-1]
        return [Line(f"Not tested yet: what “{last.title}” addresses. The cause is unknown.", (last.id,))]
    if failed := _with(bundle, "applied_failed"):
        named = ", ".join(f"“{fix.title}”" for fix in failed)
        return [
            Line(f"No hypothesis is left: {named} did not help. The cause is unknown.", tuple(fix.id for fix in failed))
        ]
    return [Line("No hypothesis yet: the cause is unknown.")]


def _next_steps(bundle: NoteBundle) -> list[Line]:
    lines: list[Line] = []
    for fix in _with(bundle, "applied_pending"):
        when = f" on {_date(fix.check_at)}" if fix.check_at else ""
        about = f" It waits for: {_inline(fix.pending_reason)}" if fix.pending_reason else ""
        lines.append(Line(f"- Verify{when} whether “{fix.title}” worked.{about}", (fix.id,)))
    for fix in _with(bundle, "applied_partial"):
        lines.append(Line(f"- Work on what “{fix.title}” left open.", (fix.id,)))
    for fix in _unjudged(bundle):
        lines.append(Line(f"- Find out whether “{fix.title}” helped.", (fix.id,)))
    for fix in bundle.fixes:
        if fix.applied_at is None and fix.status == "proposed":
            lines.append(Line(f"- Try “{fix.title}”, which was suggested and not applied.", (fix.id,)))
    if worked := _with(bundle, "applied_success"):
        lines.append(Line(f"- Find out what is still open after “{worked[-1].title}”.", (worked[-1].id,)))
    if not lines and (failed := _with(bundle, "applied_failed")):
        lines.append(Line(f"- Look for another cause than the one “{failed[-1].title}” addresses.", (failed[-1].id,)))
    if not bundle.facts:
        lines.append(
            Line("- Establish the basics: the exact message, who is affected, since when, and what changed before.")
        )
    return lines or [Line("- Continue from what is confirmed above; no next step was recorded.")]


_Writer = Callable[[NoteBundle], list[Line]]
_WRITERS: Mapping[NoteKind, Mapping[str, _Writer]] = {
    NoteKind.RESOLUTION: {
        "problem": _problem,
        "confirmed": _confirmed_for_customer,
        "root_cause": _root_cause,
        "resolution": _resolution,
    },
    NoteKind.ESCALATION: {
        "problem": _problem,
        "confirmed": _confirmed_for_engineer,
        "tried": _tried,
        "hypothesis": _hypothesis,
        "next_steps": _next_steps,
    },
}


# -- small pieces -------------------------------------------------------------------------------------------------


def _with(bundle: NoteBundle, status: str) -> list[NoteFix]:
    return [fix for fix in bundle.fixes if fix.status == status]


def _unjudged(bundle: NoteBundle) -> list[NoteFix]:
    return [fix for fix in bundle.fixes if fix.status == "proposed" and fix.applied_at is not None]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    whole = text.rstrip()
    return whole if whole.endswith(_ENDS) else f"{whole}."


def _inline(text: str | None) -> str:
    """What a person wrote, as the end of a sentence of ours."""
    return _ended(" ".join((text or "").split()))


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


def _date(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y}" if at else ""


def _on(at: datetime | None) -> str:
    return f"on {_date(at)} " if at else ""


def _dated(at: datetime | None, later: datetime | None = None) -> str:
    """“ on 2 March 2026”, or nothing where the sentence says the same day again."""
    return "" if at is None or (later is not None and _date(at) == _date(later)) else f" on {_date(at)}"


# -- rewriting ----------------------------------------------------------------------------------------------------

_SHORTER = re.compile(r"\b(short\w*|brief\w*|concise\w*|less|trim\w*|cut)\b", re.IGNORECASE)
_LIST = re.compile(r"\b(list|bullets?|points?)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\bnumber\w*\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"\b(paragraph|prose|continuous|sentences)\b", re.IGNORECASE)
_REPLACE = re.compile(r"\breplace\s+[“\"'](.+?)[”\"']\s+(?:with|by)\s+[“\"'](.*?)[”\"']", re.IGNORECASE | re.DOTALL)
_ADD = re.compile(r"^\s*(?:please\s+)?add\s*:?\s+(.+)$", re.IGNORECASE | re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-•*]|\d+[.)])\s+")
SHORT = 400
UNDERSTANDS = "Without a model FlowPilot understands: shorter, as a list, numbered, as one paragraph, add: …, replace “a” with “b”."


def rewrite(text: str, instruction: str) -> Rewritten:
    """`text` as the instruction asks, as far as words alone can tell; not understood: the text as it was."""
    if match := _REPLACE.search(instruction):
        return Rewritten(text.replace(match[1], match[2]), understood=match[1] in text)
    if match := _ADD.match(instruction):
        return Rewritten(f"{text.rstrip()}\n{_ended(_capital(match[1].strip()))}")
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines() if line.strip()]
    if _SHORTER.search(instruction):
        kept = _first_sentences(lines)
        return Rewritten(kept, understood=len(kept) < len(text))
    if _NUMBERED.search(instruction):
        return Rewritten("\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1)))
    if _LIST.search(instruction):
        return Rewritten("\n".join(f"- {line}" for line in lines))
    if _PARAGRAPH.search(instruction):
        return Rewritten(" ".join(_ended(line) for line in lines))
    return Rewritten(text, understood=False)


def _first_sentences(lines: Sequence[str]) -> str:
    """Each line's first sentence, as many as fit."""
    firsts = [re.split(r"(?<=[.!?])\s+", line, maxsplit=1)[0] for line in lines]
    kept: list[str] = []
    for first in firsts:
        if kept and sum(map(len, kept)) + len(first) > SHORT:
            break
        kept.append(f"- {first}" if len(lines) > 1 else first)
    return shorten("\n".join(kept), SHORT)


def cited(facts: Sequence[NoteFact], fixes: Sequence[NoteFix], problem_id: UUID) -> Mapping[UUID, str]:
    """What each id that a line may cite is called, for a person."""
    known = {problem_id: "the problem as it was stated"}
    known |= {fact.id: f"the fact “{shorten(' '.join(fact.text.split()), 60)}”" for fact in facts}
    known |= {fix.id: f"what was recorded of “{shorten(fix.title, 60)}”" for fix in fixes}
    return known
