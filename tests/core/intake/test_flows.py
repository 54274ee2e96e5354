"""Flows are added, edited, published, switched off, imported and exported; walks keep the version they began on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.intake.flows import queries, service
from core.intake.flows.models import Flow, FlowSource
from core.intake.flows.written import read
from core.intake.vocabulary import Category
from core.unit import Database
from tests.builders import Account, an_account
from tests.core.intake.documents import PRINTER, a_document


async def a_flow(account: Account, text: str = PRINTER) -> Flow:
    async with account.unit("adil") as unit:
        return await service.add(unit, a_document(text), publish=True, source=FlowSource.PROPOSAL)


async def flow(account: Account, flow_id: UUID) -> Flow:
    async with account.unit() as unit:
        return await queries.flow(unit, flow_id)


async def test_a_published_flow_is_walked_along_what_was_written(account: Account):
    made = await a_flow(account)
    async with account.unit("lena") as unit:
        found, number, tree = await queries.published_tree(unit, made.id)
    assert (found.slug, found.category, number) == ("printer-offline", Category.PRINTER, 1)
    assert tree == a_document().tree


async def test_a_name_is_given_once(account: Account):
    await a_flow(account)
    with pytest.raises(Conflict, match="printer-offline already"):
        await a_flow(account)


async def test_an_edited_flow_is_a_new_version_and_the_old_one_can_still_be_walked(account: Account):
    made = await a_flow(account)
    changed = replace(a_document(), title="The printer prints nothing", symptoms=("blank pages",))
    async with account.unit("ben") as unit:
        await service.edit(unit, made.id, changed)
    async with account.unit() as unit:
        found, number, _ = await queries.published_tree(unit, made.id)
        assert (found.title, number) == ("The printer prints nothing", 2)
        assert (await queries.version(unit, made.id, 1)).document("printer-offline") == a_document()
    assert await account.trail(made.id) == ["flow.added", "flow.edited"]


async def test_a_flow_that_is_switched_off_is_found_by_nobody_until_it_is_published_again(account: Account):
    made = await a_flow(account)
    async with account.unit("adil") as unit:
        await service.retire(unit, made.id)
    async with account.unit() as unit:
        assert await queries.shelved(unit) == []
        with pytest.raises(NotFound, match="switched off"):
            await queries.published_tree(unit, made.id)
        assert (await queries.version(unit, made.id, 1)).tree == a_document().tree
    async with account.unit("adil") as unit:
        with pytest.raises(Conflict, match="off already"):
            await service.retire(unit, made.id)
    async with account.unit("adil") as unit:
        await service.publish(unit, made.id)
    assert (await flow(account, made.id)).published
    assert await account.trail(made.id) == ["flow.added", "flow.retired", "flow.published"]


async def test_only_admins_publish_and_switch_off(account: Account):
    made = await a_flow(account)
    for act in (service.publish, service.retire):
        async with account.unit("ben") as unit:
            with pytest.raises(Forbidden):
                await act(unit, made.id)


async def test_what_was_exported_is_imported_elsewhere_as_it_was(account: Account):
    second = PRINTER.replace("printer-offline", "printer-jam").replace("The printer does not print", "Paper jam")
    async with account.unit() as unit:
        done = await service.import_text(unit, PRINTER + "---\n" + second)
    assert sorted(done.added) == ["printer-jam", "printer-offline"]
    async with account.unit() as unit:
        text = await service.export_text(unit)
    assert set(read(text)) == {a_document(), a_document(second)}
    async with account.unit() as unit:
        again = await service.import_text(unit, text)
    assert (again.added, again.changed, sorted(again.same)) == ([], [], ["printer-jam", "printer-offline"])


async def test_an_import_with_one_broken_flow_changes_nothing(account: Account):
    with pytest.raises(Invalid, match=r"Line \d+: “paper” leads to “nowhere”"):
        async with account.unit() as unit:
            await service.import_text(unit, PRINTER + "---\n" + PRINTER.replace("No: refill", "No: nowhere"))
    async with account.unit() as unit:
        assert await queries.listed(unit) == []


async def test_starter_flows_are_renewed_unless_somebody_wrote_their_own_and_stay_off_when_they_were_switched_off(
    account: Account, tmp_path: Path
):
    texts = {"printer-offline": PRINTER, "printer-jam": PRINTER.replace("printer-offline", "printer-jam")}
    for slug, text in texts.items():
        (tmp_path / f"{slug}.yml").write_text(text)
    async with account.unit() as unit:
        assert sorted((await service.settle_starter(unit, tmp_path)).added) == ["printer-jam", "printer-offline"]
        flows = await queries.by_slug(unit)
    async with account.unit("adil") as unit:
        await service.retire(unit, flows["printer-offline"].id)
        await service.edit(unit, flows["printer-jam"].id, replace(a_document(texts["printer-jam"]), title="Ours"))
    async with account.unit() as unit:
        assert await service.settle_starter(unit, tmp_path) == service.Imported()
    for slug, text in texts.items():
        (tmp_path / f"{slug}.yml").write_text(text.replace("The printer does not print", "Newer"))
    async with account.unit() as unit:
        assert (await service.settle_starter(unit, tmp_path)).changed == ["printer-offline"]
    assert not (await flow(account, flows["printer-offline"].id)).published
    assert (await flow(account, flows["printer-jam"].id)).title == "Ours"


async def test_what_people_choose_is_kept_as_an_example_and_the_last_word_counts(account: Account):
    made = await a_flow(account)
    async with account.unit("lena") as unit:
        await service.learn_choice(unit, "  no  paper\ncomes out ", None)
        await service.learn_choice(unit, "No paper comes out", made.id)
        await service.learn_choice(unit, "the badge reader beeps", None)
    async with account.unit() as unit:
        [shelved] = await queries.shelved(unit)
        assert "no paper comes out" in shelved.examples
        assert await queries.belong_to_none(unit) == ["the badge reader beeps"]
        assert (await queries.revisions(unit))[0] == 4


async def test_a_password_that_a_caller_said_is_not_learned(account: Account):
    made = await a_flow(account)
    async with account.unit("lena") as unit:
        await service.learn_choice(unit, "no paper comes out, my password is Tr0ub4dor&3x", made.id)
    async with account.unit() as unit:
        [shelved] = await queries.shelved(unit)
        assert not [one for one in shelved.examples if "tr0ub4dor" in one.lower()]
        assert any("removed]" in one for one in shelved.examples)


async def test_a_flow_of_another_account_is_not_there(account: Account, database: Database):
    made, another = await a_flow(account), await an_account(database, "adil")
    async with another.unit("adil") as unit:
        with pytest.raises(NotFound):
            await service.publish(unit, made.id)
        assert await queries.listed(unit) == []
