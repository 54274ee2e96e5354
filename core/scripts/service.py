"""Drafts: made when a script is run, reviewed after the resolve, accepted into the library or not kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.ids import DraftId, SessionId, UserId, new_id
from core.nudges import service as nudges
from core.nudges.policy import Kind
from core.outbox.events import DraftMade, DraftsChanged, HomeChanged
from core.scripts import queries
from core.scripts.commands import AcceptDraft, KeepDraft, RejectDraft
from core.scripts.forms import rows_of
from core.scripts.library import Source, content_of, may_publish, put_in
from core.scripts.models import NAME_LIMIT, REASON_LIMIT, Draft, DraftStatus, Extraction, Template
from core.scripts.parameters import PLACEHOLDER, Parameter
from core.sessions import queries as sessions
from core.text import optional, shorten
from core.unit import Unit


async def keep_draft(unit: Unit, wanted: KeepDraft) -> Draft:
    """The draft of a fix: a new one, or the one that it has. Its parameters are found afterwards, unless the script came with them."""
    person = unit.scope.need_engineer("keep a script")
    if known := await queries.draft_of_fix(unit, wanted.fix_id):
        return known
    has_parameters = bool(wanted.parameters) or PLACEHOLDER.search(wanted.script) is not None
    proposed: list[object] = [{**one.model_dump(mode="json"), "original": one.default} for one in wanted.parameters]
    draft = unit.add(
        Draft(
            account_id=unit.account_id,
            id=new_id(),
            source_session_id=wanted.session_id,
            source_user_id=person.id,
            source_fix_id=wanted.fix_id,
            language=wanted.language,
            script_body=wanted.script,
            proposed_parameters=proposed,
            proposed_name=shorten(wanted.title, NAME_LIMIT),
            extraction=Extraction.DONE if has_parameters else Extraction.PENDING,
            created_at=unit.now,
        )
    )
    unit.audit("draft.made", draft.id, fix=str(wanted.fix_id), session=str(wanted.session_id))
    if not has_parameters:
        unit.emit(DraftMade(DraftId(draft.id)))
    await nudges.plan(unit, Kind.DRAFTS, draft.id, owner_id=person.id)
    unit.emit(HomeChanged(person.id))
    return draft


async def open_draft(unit: Unit, draft_id: DraftId) -> Draft:
    """Somebody looks at a draft: from now on nothing but people changes it. Raises `Conflict` when it is no longer pending."""
    unit.scope.need_engineer("review a draft")
    draft = await queries.draft_for_update(unit, draft_id)
    draft.refuse_resolved(await _resolver(unit, draft))
    if draft.opened_at is None:
        draft.opened_at = unit.now
        if draft.extraction is Extraction.PENDING:
            draft.extraction = Extraction.NONE
    return draft


async def accept(unit: Unit, wanted: AcceptDraft) -> Template:
    """Makes the template of a draft, once. Raises `Conflict` when somebody was first, `Forbidden`, `Invalid` on a field."""
    person = await may_publish(unit)
    draft = await queries.draft_for_update(unit, wanted.draft_id)
    draft.refuse_resolved(await _resolver(unit, draft))
    body = draft.script_body if wanted.edited_body is None else wanted.edited_body
    content = await content_of(
        unit,
        name=wanted.name,
        category_id=wanted.category_id,
        description=wanted.description,
        body=body,
        language=draft.language,
        parameters=_proposed(draft) if wanted.parameters is None else wanted.parameters,
        acknowledged=wanted.acknowledged,
    )
    session = await sessions.session(unit, draft.source_session_id)
    source = Source(session.id, draft.source_user_id, draft.source_fix_id, session.psa_ticket_label)
    template = await put_in(unit, person, content, source)
    draft.accept(template.id, by=person.id, at=unit.now)
    unit.audit("draft.accepted", draft.id, template=str(template.id))
    await _concluded(unit, draft, UserId(session.owner_id), person.id)
    return template


def _proposed(draft: Draft) -> Sequence[Parameter]:
    return [row.parameter() for row in rows_of(draft.proposed_parameters)]


async def reject(unit: Unit, wanted: RejectDraft) -> Draft:
    """*Don't keep*. Raises `Conflict` when it is no longer pending, `Invalid` on `reason`."""
    person = unit.scope.need_engineer("review a draft")
    reason = optional(wanted.reason, field="reason", limit=REASON_LIMIT)
    draft = await queries.draft_for_update(unit, wanted.draft_id)
    draft.refuse_resolved(await _resolver(unit, draft))
    draft.reject(reason, by=person.id, at=unit.now)
    unit.audit("draft.rejected", draft.id, reason=reason)
    session = await sessions.session(unit, draft.source_session_id)
    await _concluded(unit, draft, UserId(session.owner_id), person.id)
    return draft


async def _concluded(unit: Unit, draft: Draft, *whom: UserId) -> None:
    await nudges.cancel(unit, draft.id)
    unit.emit(DraftsChanged(SessionId(draft.source_session_id)))
    for person in dict.fromkeys(whom):
        unit.emit(HomeChanged(person))


async def _resolver(unit: Unit, draft: Draft) -> str | None:
    return (await people.user(unit, draft.resolved_by)).name if draft.resolved_by else None


async def offered(unit: Unit, session_id: SessionId) -> Sequence[Draft]:
    """The drafts that a resolve offers: the session's pending ones, none when the team does not want to be asked."""
    if not (await preferences.of(unit)).templatize_prompt_enabled:
        return []
    return [one for one in await queries.drafts_of(unit, session_id) if one.status is DraftStatus.PENDING]


async def next_draft(unit: Unit, session_id: UUID) -> Draft | None:
    """The session's oldest pending draft."""
    waiting = (one for one in await queries.drafts_of(unit, session_id) if one.status is DraftStatus.PENDING)
    return next(waiting, None)
