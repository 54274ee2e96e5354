"""A note tells of the library's scripts that were filled in for its session: as used only where a fix was applied after it, else as prepared."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.fixes import service as fixes
from core.fixes.models import SuggestedFix
from core.ids import FixId, PreviewId, SessionId, TemplateId
from core.llm import note_asking
from core.llm.notes import NoteBundle, NoteKind
from core.notes import changes, composing, previews
from core.notes.answers import Answer
from core.notes.commands import Answered
from core.scripts import library
from core.scripts.commands import FillTemplate
from core.scripts.models import Template
from core.scripts.parameters import Parameter, ParameterType
from core.sessions import queries as sessions
from core.sessions.models import Session
from tests.builders import Account, Clock, a_fix, a_session
from tests.core.notes.closing import drafted
from tests.core.scripts.shelves import a_template

SECRET = Parameter(key="secret", label="Password", type=ParameterType.PASSWORD)
SERVER = Parameter(key="server", label="Server")


@pytest.fixture
async def session(account: Account) -> Session:
    return await a_session(account)


@pytest.fixture
async def script(account: Account) -> Template:
    return await a_template(account, "Set-It {{server}} {{secret}}", SERVER, SECRET, name="Restart a print queue")


async def prepared(account: Account, script: Template, session: Session, fix: SuggestedFix | None = None) -> None:
    """Eva fills the template in for the session, from its fix or from the library."""
    wanted = FillTemplate(
        template_id=TemplateId(script.id),
        values={"server": "PRN-SECRET-7", "secret": "Tr0ub4dor&3"},
        session_id=SessionId(session.id),
        fix_id=FixId(fix.id) if fix else None,
    )
    async with account.unit("eva") as unit:
        await library.generate(unit, wanted)


async def applied(account: Account, fix: SuggestedFix) -> None:
    async with account.unit("ben") as unit:
        await fixes.apply(unit, FixId(fix.id))


async def bundle_of(account: Account, session: Session) -> NoteBundle:
    """What the writer of an escalation is given."""
    async with account.unit("ben") as unit:
        preview = await previews.want(unit, await previews.page(unit, SessionId(session.id), NoteKind.ESCALATION))
    async with account.unit() as unit:
        assigned = await composing.assignment(unit, PreviewId(preview.id))
    assert isinstance(assigned, composing.Assignment)
    return assigned.bundle


async def told(account: Account, session: Session, kind: NoteKind, key: str) -> list[str]:
    return (await drafted(account, session, kind)).texts()[key].split("\n")


async def test_a_script_that_was_only_prepared_is_told_as_that(account: Account, session: Session, script: Template):
    await prepared(account, script, session)
    line = "A script was prepared on 2 March 2026: “Restart a print queue”."
    assert (await told(account, session, NoteKind.RESOLUTION, "resolution"))[-1] == line
    assert (await told(account, session, NoteKind.ESCALATION, "tried"))[-1].startswith(f"- {line}")


async def test_a_script_is_told_as_used_once_its_fix_was_applied(
    account: Account, session: Session, script: Template, clock: Clock
):
    fix = await a_fix(account, session)
    await prepared(account, script, session, fix)
    assert (await told(account, session, NoteKind.RESOLUTION, "resolution"))[-1].startswith("A script was prepared")
    clock.forward(timedelta(minutes=5))
    await applied(account, fix)
    resolution = await told(account, session, NoteKind.RESOLUTION, "resolution")
    assert resolution[-1] == "We used the script “Restart a print queue” for “Restart the print spooler”."


async def test_a_script_that_was_prepared_after_its_fix_was_applied_is_no_part_of_that(
    account: Account, session: Session, script: Template, clock: Clock
):
    fix = await a_fix(account, session)
    await applied(account, fix)
    clock.forward(timedelta(minutes=5))
    await prepared(account, script, session, fix)
    (told_of,) = (await bundle_of(account, session)).scripts
    assert told_of.used_for is None


async def test_a_fix_that_was_never_applied_after_all_takes_its_script_back(
    account: Account, session: Session, script: Template
):
    fix = await a_fix(account, session)
    await prepared(account, script, session, fix)
    await applied(account, fix)
    (told_of,) = (await bundle_of(account, session)).scripts
    assert told_of.used_for == fix.id
    async with account.unit() as unit:
        state = await changes.state_of(unit, await sessions.session(unit, session.id))
        answered = composing.bundle_of(state, {fix.id: Answer(Answered.NEVER_APPLIED)}, unit, None)
    assert answered.scripts[0].used_for is None


async def test_neither_the_script_nor_what_was_filled_in_is_given_to_the_writer(
    account: Account, session: Session, script: Template
):
    await prepared(account, script, session)
    bundle = await bundle_of(account, session)
    asked = json.dumps(note_asking.given(NoteKind.ESCALATION, bundle).payload)
    for text in (asked, repr(bundle)):
        assert "Restart a print queue" in text
        assert not [one for one in ("Set-It", "PRN-SECRET-7", "Tr0ub4dor") if one in text]
    assert "Eva" not in asked, "who did it is for the sources, not for the note"


async def test_a_draft_says_that_a_script_was_prepared_since_and_names_it_among_its_sources(
    account: Account, session: Session, script: Template
):
    await drafted(account, session, NoteKind.RESOLUTION)
    await prepared(account, script, session)
    async with account.unit("ben") as unit:
        now = await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION)
    assert (now.is_current, now.changed) == (False, ("the script “Restart a print queue” was prepared",))
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    async with account.unit("ben") as unit:
        now = await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION)
    assert (now.is_current, now.changed) == (True, ())
    (_, _, _, resolution) = draft.draft()
    cites = [str(one) for one in resolution.lines[-1].cites]
    assert [now.sources[one] for one in cites] == ["the script “Restart a print queue”, prepared by Eva"]
