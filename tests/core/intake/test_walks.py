"""Walks: stale clicks, versions, notes, taking over."""

from __future__ import annotations

import pytest

from core.accounts.preferences import Preferences
from core.errors import Conflict, Invalid
from core.ids import WalkId
from core.intake.commands import NoteWalk
from core.intake.flows import service as flow_service
from core.intake.flows.written import read
from core.intake.walks import service as walks
from core.intake.walks.models import MOST_STEPS, NOTES_LIMIT, NotesMoved
from tests.builders import Account
from tests.core.intake.walking import MAIL, a_walk, answer, covers, now, walked


async def test_the_same_answer_again_changes_nothing(account: Account):
    walk = await walked(account, 1)
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 1)
    after, _ = await now(account, walk.id)
    assert (after.version, after.visit, len(after.path)) == (walk.version, 2, 1)


async def test_another_answer_to_an_old_step_says_what_was_answered_and_by_whom(account: Account):
    walk = await walked(account, 1)
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="already answered “It does not” by Lena"):
            await answer(unit, walk.id, 1, 0)


async def test_a_click_on_a_step_that_was_undone_is_refused(account: Account):
    walk = await walked(account, 1)
    async with account.unit("lena") as unit:
        await walks.back(unit, WalkId(walk.id), 2)
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="undone meanwhile"):
            await answer(unit, walk.id, 1, 1)


@pytest.mark.parametrize("visit", [0, 7, 10**8])
async def test_a_forged_visit_is_refused(account: Account, visit: int):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="not before you"):
            await answer(unit, walk.id, visit, 0)


async def test_a_forged_choice_is_refused(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="not one of this step's"):
            await answer(unit, walk.id, 1, 9)


async def test_back_undoes_one_step_and_keeps_it_in_the_record(account: Account):
    walk = await walked(account, 1, 0)
    async with account.unit("lena") as unit:
        await walks.back(unit, WalkId(walk.id), 3)
    after, _ = await now(account, walk.id)
    assert after.pending is not None
    assert after.pending.node.id == "offline"
    assert [(step.node.id, step.undone_by is not None) for step in after.path] == [("online", False), ("offline", True)]
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="has moved since"):
            await walks.back(unit, WalkId(walk.id), 3)


async def test_there_is_nothing_before_the_first_step(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="first step"):
            await walks.back(unit, WalkId(walk.id), 1)


async def test_who_goes_back_and_forth_for_ever_is_stopped(account: Account):
    walk = await a_walk(account)
    for _ in range(MOST_STEPS):
        step = walk.answer(walk.visit, 1, by=walk.owner_id, at=walk.started_at)  # pyright: ignore[reportArgumentType]
        walk.show(step.node)
    with pytest.raises(Conflict, match="200 steps"):
        walk.answer(walk.visit, 1, by=walk.owner_id, at=walk.started_at)  # pyright: ignore[reportArgumentType]


async def test_a_walk_keeps_its_version_when_the_flow_is_edited_or_retired(account: Account):
    walk = await walked(account, 1)
    assert walk.flow_id is not None
    (other,) = read(MAIL.replace("Is “Work offline” pressed?", "Something else altogether?"))
    async with account.unit("adil") as unit:
        await flow_service.edit(unit, walk.flow_id, other)
    async with account.unit("adil") as unit:
        await flow_service.retire(unit, walk.flow_id)
    async with account.unit("lena") as unit:
        await walks.back(unit, WalkId(walk.id), 2)
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 3, 1)
    after, _ = await now(account, walk.id)
    assert after.pending is not None
    assert after.pending.node.text == "Is “Work offline” pressed?"
    assert after.flow_version == 1


async def test_notes_replace_and_whoever_is_late_keeps_both_texts(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="The cable is loose."))
    with pytest.raises(NotesMoved):
        async with account.unit("lena") as unit:
            await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="It is the monitor."))
    after, _ = await now(account, walk.id)
    assert (after.walk_notes, after.notes_revision) == ("The cable is loose.", 1)


async def test_the_beginning_that_a_form_could_not_hold_stays(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="abcdef"))
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=1, kept=4, walk_notes="XY"))
    assert (await now(account, walk.id))[0].walk_notes == "abcdXY"


async def test_notes_have_at_most_256_kib(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="é" * (NOTES_LIMIT // 2)))
    async with account.unit("lena") as unit:
        with pytest.raises(Invalid, match="at most 256 fit"):
            await walks.note(
                unit, NoteWalk(walk_id=WalkId(walk.id), revision=1, walk_notes="é" * (NOTES_LIMIT // 2) + "x")
            )


async def test_a_colleague_takes_over_and_is_told_who_had_it(account: Account):
    await covers(account)
    walk = await a_walk(account)
    async with account.unit("ben") as unit:
        after, had = await walks.take_over(unit, WalkId(walk.id))
    assert (after.owner_id, had) == ((await account.user("ben")).id, "Lena")
    async with account.unit("ben") as unit:
        with pytest.raises(Conflict, match="already yours"):
            await walks.take_over(unit, WalkId(walk.id))
    async with account.unit("lena") as unit:
        _, _, had = await walks.resume(unit, WalkId(walk.id))
    assert had == "Ben"


async def test_another_accounts_walk_is_not_there(account: Account):
    async with account.unit("lena") as unit:
        with pytest.raises(Exception, match="not there"):
            await answer(unit, account.id, 1, 0)


def test_every_category_is_on_at_first():
    assert Preferences().enabled_l1_categories is None
