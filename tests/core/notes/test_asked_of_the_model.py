"""What notes cost with a model is booked, when the month's budget is used up no model is asked, and it is told the language."""

from __future__ import annotations

from dataclasses import replace

from core.accounts import preferences
from core.ids import PreviewId, SessionId
from core.llm import notes_offline
from core.llm.notes import NoteKind, Rewritten
from core.llm.provider import Usage
from core.notes import composing, previews, queries, rewriting
from core.notes.commands import RewriteSection
from core.sessions.models import Session
from core.spending import queries as spending
from tests.builders import Account, a_session
from tests.core.notes.closing import drafted

SPENT = Usage("claude-sonnet-5-5", 900, 100, 0, 7_000)


async def assigned(account: Account, session: Session) -> composing.Assignment:
    async with account.unit("ben") as unit:
        preview = await previews.want(unit, await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION))
        preview_id = PreviewId(preview.id)
    async with account.unit() as unit:
        mine = await composing.assignment(unit, preview_id)
    assert isinstance(mine, composing.Assignment)
    return mine


async def written(account: Account, mine: composing.Assignment) -> None:
    note = replace(notes_offline.compose(mine.kind, mine.bundle), usage=SPENT)
    async with account.unit() as unit:
        await composing.written(unit, mine, note)


async def cost(account: Account, session: Session) -> int:
    async with account.unit() as unit:
        return (await spending.of_session(unit, session.id)).cost_micro_usd


async def test_what_a_draft_took_is_booked_on_its_session_also_when_another_came_first(account: Account):
    session = await a_session(account)
    mine = await assigned(account, session)
    assert not mine.without_model
    await written(account, mine)
    await written(account, mine)
    assert await cost(account, session) == 14_000


async def test_what_a_rewritten_section_took_is_booked(account: Account):
    session = await a_session(account)
    preview = await drafted(account, session, NoteKind.RESOLUTION)
    async with account.unit("ben") as unit:
        copy = queries.new_copy(unit, session.id, NoteKind.RESOLUTION, unit.scope.actor.id)
        copy.preview_id = preview.id
        await unit.flush()
        wanted = {"session_id": session.id, "kind": "resolution", "section": "resolution", "instruction": "shorter"}
        await rewriting.ask(unit, RewriteSection.model_validate(wanted))
        asked = await rewriting.revision(unit, PreviewId(preview.id), unit.scope.actor.id)
    assert asked is not None
    assert not asked.without_model
    async with account.unit() as unit:
        await rewriting.rewritten(unit, asked, Rewritten("It prints.", usage=SPENT))
    assert await cost(account, session) == 7_000


async def test_a_note_is_in_the_language_of_the_problem_unless_the_account_wants_english(account: Account):
    session = await a_session(account)
    assert (await assigned(account, session)).bundle.language is None
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"note_language": "english"})
    assert (await assigned(account, await a_session(account))).bundle.language == "English"


async def test_with_the_budget_used_up_no_model_writes(account: Account):
    session = await a_session(account)
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"model_budget_usd": 0})
    assert (await assigned(account, session)).without_model
