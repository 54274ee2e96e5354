"""Notes without a model: the state of the session in plain sentences. Pure: the same bundle gives the same note.

What a customer reads is in the past tense where it was verified, provisional where it was not, and says what is not known instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.llm.notes import SECTIONS, DraftNote, Line, NoteBundle, NoteFix, NoteKind, NoteScript, Section
from core.text import capital, ended

ROOM = 20_000
"""Characters of a section; what does not fit is counted, not cut in the middle."""
_CAUSE = re.compile(
    r"^\s*(?:the )?(?:root )?cause(?: of (?:this|it|the problem))?\s*(?:is|was|:|=|-|–)\s*", re.IGNORECASE
)
_CAUSED_BY = re.compile(r"\b(?:was |is )?caused by\b|\bbecause of\b", re.IGNORECASE)


def compose(kind: NoteKind, bundle: NoteBundle) -> DraftNote:
    """The note for this state, from fixed wording alone."""
    write = _WRITERS[kind]
    sections = tuple(Section(name.key, tuple(write[name.key](bundle))) for name in SECTIONS[kind])
    return DraftNote(sections, composed_without_ai=True)


# -- what both say ------------------------------------------------------------------------------------------------


def _problem(bundle: NoteBundle) -> list[Line]:
    return [Line(ended(capital(bundle.problem.strip() or bundle.title)), (bundle.problem_id,))]


def _findings(bundle: NoteBundle, nothing: str) -> list[Line]:
    lines: list[Line] = []
    room = ROOM
    for place, fact in enumerate(bundle.facts):
        text = f"- {capital(_indented(fact.text))}"
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
            found.append(Line(ended(capital(fact.text[match.end() :].strip())), (fact.id,)))
        elif _CAUSED_BY.search(fact.text):
            found.append(Line(ended(capital(fact.text.strip())), (fact.id,)))
    return found


def _scripts(bundle: NoteBundle, scripts: Sequence[NoteScript], used: str, prepared: str) -> list[Line]:
    """A line for each, however often it was filled in; the time is that of the last. `used` is the wording for what a fix was applied with,
    `prepared` for what nobody recorded as run."""
    titles = {fix.id: fix.title for fix in bundle.fixes}
    alike: dict[tuple[str, UUID | None], list[NoteScript]] = {}
    for one in scripts:
        alike.setdefault((one.name, one.used_for), []).append(one)
    lines: list[Line] = []
    for (name, fix_id), ones in alike.items():
        wording, rests_on = (prepared, ()) if fix_id is None else (used, (fix_id,))
        text = wording.format(
            script=name, fix=titles.get(fix_id, "") if fix_id else "", dated=_dated(ones[-1].prepared_at)
        )
        lines.append(Line(text, (*(one.id for one in ones), *rests_on)))
    return lines


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
        checked = f" and verified {_on(fix.verified_at)}that it solved the problem" if fix.verified_at else ""
        lines.append(Line(f"We applied “{fix.title}”{_dated(fix.applied_at, fix.verified_at)}{checked}.", (fix.id,)))
    for fix in _with(bundle, "applied_partial"):
        part = f": {_inline(fix.partial_notes)}" if fix.partial_notes else "."
        lines.append(
            Line(f"We applied “{fix.title}”{_dated(fix.applied_at)}. It solved a part of the problem{part}", (fix.id,))
        )
    lines += [Line(_provisional(fix), (fix.id,)) for fix in _with(bundle, "applied_pending")]
    lines += [
        Line(f"We applied “{fix.title}”{_dated(fix.applied_at)}. Whether it helped was not recorded.", (fix.id,))
        for fix in _unjudged(bundle)
    ]
    if not lines:
        lines.append(Line("How the problem was solved was not recorded."))
    for fix in _with(bundle, "applied_failed"):
        why = f": {_inline(fix.failure_reason)}" if fix.failure_reason else "."
        lines.append(Line(f"We also tried “{fix.title}”, which did not resolve it{why}", (fix.id,)))
    # Of a fix that was set aside the customer is told nothing, so of its script neither.
    aside = {fix.id for fix in _with(bundle, "dismissed")}
    scripts = [one for one in bundle.scripts if one.used_for not in aside]
    used, prepared = "We used the script “{script}” for “{fix}”.", "A script was prepared{dated}: “{script}”."
    return [*lines, *_scripts(bundle, scripts, used, prepared)]


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
    used = "- The script “{script}” was used for “{fix}”; it was prepared{dated}."
    prepared = "- A script was prepared{dated}: “{script}”. Whether it was run was not recorded."
    return [*lines, *_scripts(bundle, bundle.scripts, used, prepared)]


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
    partly, unjudged = _with(bundle, "applied_partial"), _unjudged(bundle)
    untried = [fix for fix in bundle.fixes if fix.applied_at is None and fix.status == "proposed"]
    lines += [Line(f"- Work on what “{fix.title}” left open.", (fix.id,)) for fix in partly]
    lines += [Line(f"- Find out whether “{fix.title}” helped.", (fix.id,)) for fix in unjudged]
    lines += [Line(f"- Try “{fix.title}”, which was suggested and not applied.", (fix.id,)) for fix in untried]
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


def _inline(text: str | None) -> str:
    """What a person wrote, as the end of a sentence of ours."""
    return ended(" ".join((text or "").split()))


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


def _date(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y}" if at else ""


def _on(at: datetime | None) -> str:
    return f"on {_date(at)} " if at else ""


def _dated(at: datetime | None, later: datetime | None = None) -> str:
    """“ on 2 March 2026”, or nothing where the sentence says the same day again."""
    return "" if at is None or (later is not None and _date(at) == _date(later)) else f" on {_date(at)}"
