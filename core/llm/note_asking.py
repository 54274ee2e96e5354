"""Notes by a model: asked with short ids beside every fact, and checked line by line before anybody sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import Field

from core.llm import guard, notes_offline
from core.llm.asking import Asks, Json, JsonValue, Unusable, Wire, prompt
from core.llm.claims import claims_success, sentences
from core.llm.guard import Sources
from core.llm.notes import SECTIONS, DraftNote, Line, NoteBundle, NoteFix, NoteKind, NoteScript, Rewritten, Section
from core.llm.prepared import NO_SCRIPTS, Prepared, speaks_of_one

LINE_LIMIT = 3_000
SECTION_LIMIT = 20_000


class LineWire(Wire):
    """One line of a section."""

    text: str = ""
    cites: tuple[str, ...] = Field(default=(), description="ids of what the line rests on: P, F1, X2, S1 …")


class SectionWire(Wire):
    key: str = ""
    lines: tuple[LineWire, ...] = ()


class NoteWire(Wire):
    """The note, all its sections."""

    sections: tuple[SectionWire, ...] = ()


class RewriteWire(Wire):
    text: str = Field(default="", description="the section's new text; empty if the instruction cannot be followed")


@dataclass(frozen=True)
class Given:
    """The state as it is sent, and what its short ids mean."""

    bundle: NoteBundle
    ids: dict[str, UUID]
    payload: Json

    @property
    def sources(self) -> Sources:
        return Sources(texts=list(_texts(self.payload)))

    def worked(self, cites: Sequence[UUID]) -> bool:
        """Whether one of these is a fix that was verified."""
        return any(fix.id in cites and fix.status == "applied_success" for fix in self.bundle.fixes)

    def prepared(self, cites: Sequence[UUID]) -> Prepared:
        """The scripts that a text which rests on these may not tell as run. What the facts and fixes among them say, it may say too."""
        scripts, fixes = self.bundle.scripts, [fix for fix in self.bundle.fixes if fix.id in cites]
        texts = [fact.text for fact in self.bundle.facts if fact.id in cites]
        texts += [
            text
            for fix in fixes
            for text in (fix.title, fix.partial_notes, fix.failure_reason, fix.pending_reason)
            if text
        ]
        if self.bundle.problem_id in cites:
            texts += [self.bundle.title, self.bundle.problem]
        used = {one.name for one in scripts if one.used_for is not None}
        idle = [one for one in scripts if one.used_for is None and one.name not in used]
        said = {one.name for one in idle if any(Prepared((one.name,)).told_as_run(text) for text in texts)}
        ran = any(fix.by_script for fix in fixes) or any(
            one.id in cites and one.used_for is not None for one in scripts
        )
        return Prepared(
            names=tuple(one.name for one in idle if one.name not in said),
            others=(*used, *said, *(fix.title for fix in fixes)),
            is_cited=any(one.id in cites for one in idle) and not ran,
            unnamed=not ran and not said and not any(map(speaks_of_one, texts)),
        )


def given(kind: NoteKind, bundle: NoteBundle) -> Given:
    ids = {"P": bundle.problem_id}
    ids |= {f"F{number}": fact.id for number, fact in enumerate(bundle.facts, 1)}
    ids |= {f"X{number}": fix.id for number, fix in enumerate(bundle.fixes, 1)}
    ids |= {f"S{number}": one.id for number, one in enumerate(bundle.scripts, 1)}
    fixes = {fix.id: f"X{number}" for number, fix in enumerate(bundle.fixes, 1)}
    payload: dict[str, JsonValue] = {
        "kind": kind.value,
        "sections": [name.key for name in SECTIONS[kind]],
        "language": bundle.language,
        "ticket": bundle.ticket,
        "problem": {"id": "P", "title": bundle.title, "text": bundle.problem},
        "facts": [{"id": f"F{number}", "text": fact.text} for number, fact in enumerate(bundle.facts, 1)],
        "fixes": [_told(fixes[fix.id], fix) for fix in bundle.fixes],
        "scripts": [
            _prepared(f"S{number}", one, fixes.get(one.used_for) if one.used_for else None)
            for number, one in enumerate(bundle.scripts, 1)
        ],
    }
    return Given(bundle, ids, payload)


def _told(name: str, fix: NoteFix) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {
        "id": name,
        "title": fix.title,
        "status": fix.status,
        "applied_on": _date(fix.applied_at),
        "by_script": fix.by_script,
        "verified_on": _date(fix.verified_at),
        "which_part_worked": fix.partial_notes,
        "waits_for": fix.pending_reason,
        "to_be_checked_on": _date(fix.check_at),
        "why_it_failed": fix.failure_reason,
    }
    return {key: value for key, value in told.items() if value not in (None, False)}


def _prepared(name: str, script: NoteScript, used_for: str | None) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {"id": name, "name": script.name, "prepared_on": _date(script.prepared_at)}
    return told if used_for is None else {**told, "used_for": used_for}


def _date(at: datetime | None) -> str | None:
    return f"{at.day} {at:%B %Y}" if at else None


def _texts(value: JsonValue) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, Sequence):
        return [text for item in value for text in _texts(item)]
    return []


async def write_note(asks: Asks, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
    """The model's note, each line checked; a section of which nothing is left is the one composed without it. Raises `ModelAway`, `Unusable`."""
    state = given(kind, bundle)
    answer = await asks.ask(prompt("note"), state.payload, NoteWire)
    said = {section.key: section for section in answer.output.sections}
    sources = state.sources
    checked = {name.key: _lines(said.get(name.key), state, sources, name.key) for name in SECTIONS[kind]}
    if not any(checked.values()):
        raise Unusable("nothing of it passed the guard", usage=answer.usage)
    instead = {section.key: section for section in notes_offline.compose(kind, bundle).sections}
    return DraftNote(
        tuple(
            Section(name.key, checked[name.key]) if checked[name.key] else instead[name.key] for name in SECTIONS[kind]
        ),
        usage=answer.usage,
    )


def _lines(said: SectionWire | None, state: Given, sources: Sources, key: str) -> tuple[Line, ...]:
    kept: list[Line] = []
    for line in said.lines if said else ():
        text = guard.tidy(line.text, LINE_LIMIT)
        cites = tuple(state.ids[name] for name in dict.fromkeys(line.cites) if name in state.ids)
        # What rests on nothing may only say that there is nothing.
        plain = cites or len(text) <= 160
        if (
            text
            and plain
            and guard.passes(
                text,
                sources,
                f"note.{key}",
                numbers=True,
                success=state.worked(cites),
                prepared=state.prepared(cites),
            )
        ):
            kept.append(Line(text, cites))
    return tuple(kept)


async def rewrite_section(
    asks: Asks, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
) -> Rewritten:
    """The section as the model has it; not understood where it gave nothing, or said what nothing supports. Raises `ModelAway`, `Unusable`."""
    state = given(kind, bundle)
    asked: Json = {"state": state.payload, "section": key, "text": text, "instruction": instruction}
    answer = await asks.ask(prompt("rewrite"), asked, RewriteWire)
    anew = guard.tidy(answer.output.text, SECTION_LIMIT)
    sources = Sources(texts=[*_texts(state.payload), text, instruction])
    said_before = any(claims_success(sentence) for sentence in (*sentences(text), *sentences(instruction)))
    success = said_before or state.worked([fix.id for fix in bundle.fixes])
    everything = [one.id for one in (*bundle.facts, *bundle.fixes)]
    prepared = state.prepared(everything)
    if prepared.told_as_run(text) or prepared.told_as_run(instruction):
        prepared = NO_SCRIPTS  # a person says it
    if not anew or not guard.passes(anew, sources, f"rewrite.{key}", numbers=True, success=success, prepared=prepared):
        return Rewritten(text, understood=False, usage=answer.usage)
    return Rewritten(anew, usage=answer.usage)
