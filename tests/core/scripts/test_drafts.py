"""Drafts: one per fix, reviewed once, whoever clicks how often."""

from __future__ import annotations

import asyncio

import pytest

from core.accounts import preferences
from core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from core.fixes.models import Decision
from core.ids import CategoryId, DraftId, FixId, SessionId, new_id
from core.scripts import library, queries, service
from core.scripts.commands import RejectDraft
from core.scripts.dangers import look, mark_of
from core.scripts.models import DraftStatus, Extraction, Template
from core.scripts.parameters import Parameter
from core.sessions import queries as sessions
from core.unit import Database
from tests.builders import SCRIPTED, Account, a_fix, a_session, an_account
from tests.core.scripts.shelves import a_category, a_draft, a_template, an_acceptance, decided, kept, scripted


async def accepted(account: Account, who: str, draft_id: object, **changes: object) -> Template:
    draft = await kept(account, draft_id)  # pyright: ignore[reportArgumentType]
    wanted = (await an_acceptance(account, draft)).model_copy(update=changes)
    async with account.unit(who) as unit:
        return await service.accept(unit, wanted)


async def test_running_now_and_templatizing_later_does_both_in_one_breath(account: Account):
    fix = await decided(account, await a_fix(account, proposal=SCRIPTED), Decision.DRAFT_TEMPLATE)
    assert (fix.ai_drafted_script, fix.applied_at is not None) == (SCRIPTED.script, True)
    async with account.unit() as unit:
        draft = await queries.draft_of_fix(unit, FixId(fix.id))
    assert draft is not None
    ben = await account.user("ben")
    assert (draft.source_session_id, draft.source_user_id, draft.source_fix_id) == (fix.session_id, ben.id, fix.id)
    assert (draft.script_body, draft.language.value, draft.status) == (
        SCRIPTED.script,
        "powershell",
        DraftStatus.PENDING,
    )
    assert (await account.session(fix.session_id)).state_version == 2


async def test_deciding_twice_makes_one_draft(account: Account):
    fix = await a_fix(account, proposal=SCRIPTED)
    for who, way in (("ben", Decision.DRAFT_TEMPLATE), ("eva", Decision.ONE_OFF), ("eva", Decision.DRAFT_TEMPLATE)):
        await decided(account, fix, way, who)
    async with account.unit() as unit:
        assert len(await queries.drafts_of(unit, fix.session_id)) == 1
    assert (await account.fix(fix.id)).user_decision is Decision.DRAFT_TEMPLATE


async def test_building_makes_no_draft_and_declares_no_run(account: Account):
    fix = await decided(account, await a_fix(account, proposal=SCRIPTED), Decision.BUILD_TEMPLATE)
    assert fix.applied_at is None
    async with account.unit() as unit:
        assert await queries.drafts_of(unit, fix.session_id) == []


async def test_an_accepted_draft_is_a_template_with_its_provenance(account: Account):
    session = await a_session(account)
    async with account.unit() as unit:
        (await sessions.session_for_update(unit, session.id)).psa_ticket_label = "CW #99123"
    draft = await a_draft(account, session=session)
    template = await accepted(account, "eva", draft.id, name="  Restart: the Spööler!\nnow ", description="Says how")
    eva, ben = await account.user("eva"), await account.user("ben")
    assert (template.slug, template.name) == ("restart-the-spooler", "Restart: the Spööler!")
    assert (template.created_by, template.source_user_id, template.source_session_id) == (eva.id, ben.id, session.id)
    assert (template.source_ticket_ref, template.source_fix_id, template.version) == (
        "CW #99123",
        draft.source_fix_id,
        1,
    )
    after = await kept(account, draft.id)
    assert (after.status, after.promoted_template_id, after.resolved_by) == (DraftStatus.ACCEPTED, template.id, eva.id)
    assert await account.trail(draft.id) == ["draft.made", "draft.accepted"]
    assert await account.trail(template.id) == ["template.made"]


async def test_fifty_people_accepting_one_draft_at_once_make_one_template(account: Account):
    draft = await a_draft(account)
    wanted = await an_acceptance(account, draft)

    async def accept(who: str) -> Template | Conflict:
        while True:
            try:
                async with account.unit(who) as unit:
                    return await service.accept(unit, wanted)
            except Unavailable:  # fifty want one of ten connections: who got none tries again
                continue

    tries = [accept(("ben", "eva", "adil", "ana")[n % 4]) for n in range(50)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    made = [one for one in ended if isinstance(one, Template)]
    refused = [one for one in ended if isinstance(one, Conflict)]
    assert (len(made), len(refused)) == (1, 49), [one for one in ended if not isinstance(one, Template | Conflict)]
    assert all("already accepted by" in str(one) for one in refused)
    async with account.unit() as unit:
        mine = [one for one in await queries.every_template(unit) if one.starter is None]
    assert [one.id for one in mine] == [made[0].id]
    assert (await kept(account, draft.id)).promoted_template_id == made[0].id


async def test_who_comes_second_is_told_what_the_first_did(account: Account):
    draft = await a_draft(account)
    async with account.unit("ben") as unit:
        await service.reject(unit, RejectDraft(draft_id=DraftId(draft.id), reason=" only for this customer "))
    with pytest.raises(Conflict, match="already rejected by Ben"):
        await accepted(account, "eva", draft.id)
    with pytest.raises(Conflict, match="already rejected by Ben"):
        async with account.unit("eva") as unit:
            await service.reject(unit, RejectDraft(draft_id=DraftId(draft.id)))
    with pytest.raises(Conflict, match="already rejected by Ben"):
        async with account.unit("eva") as unit:
            await service.open_draft(unit, DraftId(draft.id))
    assert (await kept(account, draft.id)).reject_reason == "only for this customer"


async def test_slugs_stay_unique_and_are_never_empty(account: Account):
    for wanted, slug in (("Disk", "disk"), ("Disk!", "disk-2"), ("disk", "disk-3")):
        assert (await accepted(account, "ben", (await a_draft(account)).id, name=wanted)).slug == slug
    nothing = await accepted(account, "ben", (await a_draft(account)).id, name="日本語")
    assert nothing.slug == f"template-{nothing.id.hex[-8:]}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"category_id": None}, "category_id"),
        ({"category_id": CategoryId(new_id())}, "category_id"),
        ({"edited_body": " \n"}, "edited_body"),
        ({"edited_body": "x" * 30_001}, "edited_body"),
        ({"edited_body": "echo {{other}}"}, "edited_body"),
        ({"parameters": (Parameter(key="name", label="Name"),)}, "edited_body"),
        ({"description": "x" * 1_001}, "description"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
)
async def test_what_is_not_right_is_refused_on_its_field_and_the_draft_stays(
    account: Account, changes: dict[str, object], field: str
):
    draft = await a_draft(account)
    with pytest.raises(Invalid) as refusal:
        await accepted(account, "ben", draft.id, **changes)
    assert refusal.value.field == field
    assert (await kept(account, draft.id)).status is DraftStatus.PENDING


async def test_a_category_that_was_switched_off_meanwhile_is_refused(account: Account):
    draft, mail = await a_draft(account), await a_category(account, "mail")
    async with account.unit("adil") as unit:
        everything = [one.id for one in await queries.categories(unit)]
        await library.switch_categories(unit, [one for one in everything if one != mail])
    with pytest.raises(Invalid, match="not there any more") as refusal:
        await accepted(account, "ben", draft.id, category_id=mail)
    assert refusal.value.field == "category_id"


async def test_a_secret_or_a_danger_must_be_acknowledged_as_it_is(account: Account):
    body = "Remove-Item C:\\Temp -Recurse\n$password = 'Sommer2026!geheim'"
    draft = await a_draft(account, scripted(body))
    findings = look(body, draft.language)
    assert [one.is_secret for one in findings] == [True, False]
    for mark in (None, "something else", mark_of(findings[:1])):
        with pytest.raises(Invalid) as refusal:
            await accepted(account, "ben", draft.id, acknowledged=mark)
        assert refusal.value.field == "acknowledged"
    assert (await accepted(account, "ben", draft.id, acknowledged=mark_of(findings))).script_body == body


async def test_a_team_may_leave_publishing_to_its_admins(account: Account):
    draft = await a_draft(account)
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"script_publishers": "admins"})
    with pytest.raises(Forbidden, match="admins and owners"):
        await accepted(account, "ben", draft.id)
    with pytest.raises(Forbidden):
        await a_template(account, who="ben")
    assert (await accepted(account, "adil", draft.id)).created_by == (await account.user("adil")).id


@pytest.mark.parametrize("who", ["lena", "nia"])
async def test_only_engineers_review(account: Account, who: str):
    draft = await a_draft(account)
    for attempt in (
        accepted(account, who, draft.id),
        _rejected(account, who, draft.id),
        _opened(account, who, draft.id),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def _rejected(account: Account, who: str, draft_id: object) -> None:
    async with account.unit(who) as unit:
        await service.reject(unit, RejectDraft.model_validate({"draft_id": draft_id}))


async def _opened(account: Account, who: str, draft_id: object) -> None:
    async with account.unit(who) as unit:
        await service.open_draft(unit, DraftId(draft_id))  # pyright: ignore[reportArgumentType]


async def test_another_accounts_draft_is_not_there(account: Account, database: Database):
    theirs = await a_draft(await an_account(database))
    for attempt in (_rejected(account, "ana", theirs.id), _opened(account, "ana", theirs.id)):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        async with account.unit("ana") as unit:
            await service.accept(unit, await an_acceptance(account, theirs))


async def test_lists_are_newest_first_pending_only_or_all_with_the_reviewer(account: Account):
    first, second, third = [await a_draft(account) for _ in range(3)]
    await _rejected(account, "eva", second.id)
    async with account.unit() as unit:
        pending, everything = await queries.drafts(unit), await queries.drafts(unit, all_of_them=True)
        assert await queries.pending_drafts(unit) == 2
    assert [one.draft.id for one in pending.items] == [third.id, first.id]
    assert [(one.draft.id, one.reviewer) for one in everything.items] == [
        (third.id, None),
        (second.id, "Eva"),
        (first.id, None),
    ]


async def test_a_resolve_offers_nothing_when_the_team_does_not_want_to_be_asked(account: Account):
    draft = await a_draft(account)
    async with account.unit() as unit:
        assert [one.id for one in await service.offered(unit, SessionId(draft.source_session_id))] == [draft.id]
    async with account.unit("ben") as unit:
        await preferences.change(unit, {"templatize_prompt_enabled": False})
    async with account.unit() as unit:
        assert await service.offered(unit, SessionId(draft.source_session_id)) == []


async def test_looking_at_a_draft_ends_the_search_for_its_parameters(account: Account):
    draft = await a_draft(account)
    assert draft.extraction is Extraction.PENDING
    await _opened(account, "ben", draft.id)
    after = await kept(account, draft.id)
    assert (after.extraction, after.opened_at is not None) == (Extraction.NONE, True)
