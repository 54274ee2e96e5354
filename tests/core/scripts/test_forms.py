"""What is typed is kept, page for page, and read when it is to be saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.forms import values
from bot.inputs import cut
from core.errors import Conflict, Invalid
from core.ids import DraftId, SheetId
from core.scripts import queries, sheets
from core.scripts.commands import RejectDraft
from core.scripts.forms import PER_PAGE, Row, Written
from core.scripts.languages import Language
from core.scripts.service import reject
from core.scripts.sheets import Open, Saved
from tests.builders import Account
from tests.core.scripts.shelves import a_category, a_draft, a_template, scripted

SIXTY = "\n".join(f"Set-It -N{n} {{{{p{n}}}}}" for n in range(60))


async def opened(account: Account, body: str, who: str = "ben") -> Open:
    draft = await a_draft(account, scripted(body))
    async with account.unit(who) as unit:
        return await sheets.review(unit, DraftId(draft.id))


async def saved(account: Account, shown: Open, who: str = "ben", **given: object) -> Saved | Open:
    async with account.unit(who) as unit:
        return await sheets.save(unit, shown.sheet_id, given)


async def test_sixty_parameters_are_eight_a_page_and_nothing_typed_is_lost(account: Account):
    shown = await opened(account, SIXTY)
    async with account.unit("ben") as unit:
        shown = await sheets.turn(unit, shown.sheet_id, {"name": "Sixty", "edited_body": SIXTY}, 0)
    assert (len(shown.page.rows), shown.page.pages, len(shown.page.shown)) == (60, 8, PER_PAGE)
    for page in range(8):
        assert shown.page.page == page
        typed = {f"parameters.{row.key}.label": f"Label of {row.key}" for row in shown.page.shown}
        async with account.unit("ben") as unit:
            shown = await sheets.turn(unit, shown.sheet_id, typed, page + 1)
    # The person closes the form, and opens it again.
    async with account.unit("ben") as unit:
        again = await sheets.review(unit, DraftId(shown.subject))
    assert [row.label for row in again.page.rows] == [f"Label of p{n}" for n in range(60)]
    assert again.page.name == "Sixty"
    ended = await saved(account, again, category_id=str(await a_category(account)))
    assert isinstance(ended, Saved)
    assert len(ended.template.parameters_schema) == 60


async def test_more_than_sixty_are_refused(account: Account):
    shown = await opened(account, "Get-It")
    with pytest.raises(Invalid, match="at most 60"):
        await saved(account, shown, edited_body=SIXTY + "\nGet-It {{one_more}}")


async def test_two_people_write_on_sheets_of_their_own(account: Account):
    shown = await opened(account, "Get-It")
    async with account.unit("eva") as unit:
        theirs = await sheets.review(unit, DraftId(shown.subject))
        theirs = await sheets.turn(unit, theirs.sheet_id, {"name": "Eva's"}, 0)
    async with account.unit("ben") as unit:
        mine = await sheets.turn(unit, shown.sheet_id, {"name": "Ben's"}, 0)
    assert (theirs.page.name, mine.page.name) == ("Eva's", "Ben's")
    with pytest.raises(Conflict, match="somebody else's"):
        await saved(account, theirs)
    category = str(await a_category(account))
    assert isinstance(await saved(account, theirs, "eva", category_id=category), Saved)
    with pytest.raises(Conflict, match="already accepted by Eva"):
        await saved(account, mine, category_id=category)


async def test_a_form_that_was_saved_is_not_saved_again(account: Account):
    shown = await opened(account, "Get-It")
    category = str(await a_category(account))
    assert isinstance(await saved(account, shown, category_id=category), Saved)
    with pytest.raises(Conflict, match="saved already"):
        await saved(account, shown, category_id=category)


async def test_a_new_placeholder_gets_a_row_to_look_at_before_it_is_saved(account: Account):
    shown = await opened(account, "Get-It")
    again = await saved(account, shown, edited_body="Get-It {{server}}", category_id=str(await a_category(account)))
    assert isinstance(again, Open)
    assert again.said is not None
    assert "{{server}}" in again.said
    assert [(row.key, row.label) for row in again.page.rows] == [("server", "Server")]
    ended = await saved(account, again)
    assert isinstance(ended, Saved)
    assert ended.template.script_body == "Get-It {{server}}"


async def test_findings_are_shown_and_saved_once_they_are_acknowledged(account: Account):
    shown = await opened(account, "Remove-Item C:\\Temp -Recurse")
    again = await saved(account, shown, category_id=str(await a_category(account)))
    assert isinstance(again, Open)
    assert [one.line for one in again.findings] == [1]
    changed = await saved(account, again, acknowledged=["of other findings"])
    assert isinstance(changed, Open)
    mark = sheets.mark_of(again.findings)
    other = await saved(account, again, acknowledged=[mark], edited_body="Format-Volume -DriveLetter C")
    assert isinstance(other, Open), "what was acknowledged was another script"
    assert isinstance(
        await saved(account, again, acknowledged=[mark], edited_body="Remove-Item C:\\Temp -Recurse"), Saved
    )


async def test_a_removed_parameter_gives_its_text_back_to_the_script(account: Account):
    async with account.unit("ben") as unit:
        template = await a_template(account, "ping 'a {{name}}' {{name}}", language=Language.BASH)
        shown = await sheets.edit(unit, sheets.TemplateId(template.id))
    gone: dict[str, object] = {"parameters.name.flags": ["removed"]}
    with pytest.raises(Invalid, match=r"\{\{name\}\} still stands in the script") as refusal:
        await saved(account, shown, "ben", **gone)
    assert refusal.value.field == "parameters.name.default"
    ended = await saved(account, shown, "ben", **gone, **{"parameters.name.default": "it's"})
    assert isinstance(ended, Saved)
    assert ended.template.script_body == "ping 'a ''it'\\''s''' 'it'\\''s'"
    assert (ended.template.parameters_schema, ended.template.version) == ([], 2)


@pytest.mark.parametrize(
    ("row", "why", "field"),
    [
        (Row(key="k", type="choice"), "between which", "choices"),  # pyright: ignore[reportArgumentType]
        (Row(key="k", type="choice", choices="a\na"), "same", "choices"),  # pyright: ignore[reportArgumentType]
        (Row(key="k", type="password", default="x"), "no default", "default"),  # pyright: ignore[reportArgumentType]
        (Row(key="k", type="number", default="x"), "not a number", "default"),  # pyright: ignore[reportArgumentType]
        (Row(key="k", label="x" * 81), "80 characters", "label"),
    ],
    ids=range(5),
)
def test_a_row_that_is_not_right_names_its_parameter_and_its_field(row: Row, why: str, field: str):
    with pytest.raises(Invalid, match=why) as refusal:
        row.parameter()
    assert refusal.value.field == f"parameters.k.{field}"
    assert str(refusal.value).startswith("{{k}}: ")


async def test_the_preview_shows_defaults_or_what_is_meant(account: Account):
    shown = await opened(account, "Get-It {{who}} {{port}}")
    given = {"parameters.port.type": "number", "parameters.port.default": "445"}
    async with account.unit("ben") as unit:
        shown = await sheets.turn(unit, shown.sheet_id, {}, 0)
        assert await sheets.preview(unit, shown.sheet_id, given) == "Get-It '‹Who›' 445"


async def test_a_sheet_that_nobody_has_is_refused(account: Account):
    with pytest.raises(Conflict):
        async with account.unit("ben") as unit:
            await sheets.save(unit, SheetId(sheets.UUID(int=1)), {})


async def test_after_one_draft_comes_the_next_of_its_session(account: Account):
    first = await a_draft(account)
    second = await a_draft(account, session=await account.session(first.source_session_id))
    async with account.unit("ben") as unit:
        shown = await sheets.review(unit, DraftId(first.id))
    ended = await saved(account, shown, category_id=str(await a_category(account)))
    assert isinstance(ended, Saved)
    assert ended.following is not None
    assert ended.following.id == second.id
    async with account.unit("ben") as unit:
        await reject(unit, RejectDraft(draft_id=DraftId(second.id)))


@pytest.mark.parametrize("length", [0, 1, 2_799, 2_800, 2_801, 9_000, 30_000])
def test_a_long_text_in_several_inputs_is_the_same_text_again(length: int):
    text = ("word\n\n  and " * 3_000)[:length]
    parts = cut(text)
    assert "".join(parts) == text
    assert all(len(part) <= 3_000 for part in parts)
    assert all(part == part.strip() for part in parts[1:-1])
    assert len(parts) <= 13


def test_an_unknown_type_or_language_from_a_forged_form_changes_nothing():
    page = Written(rows=(Row(key="k"),), language=Language.BASH)
    after = page.taking({"parameters.k.type": "magic", "language": "cobol", "parameters.other.label": "x"})
    assert after == page


def test_the_parts_of_a_long_text_are_joined_in_order_whatever_order_they_come_in():
    def part(value: str | None) -> dict[str, object]:
        return {"value": {"type": "plain_text_input", "value": value}}

    state = {
        "body.10~3": part("k"),
        "body.2~3": part(None),
        "body.0~3": part("a"),
        "body.1~3": part("b"),
        "x~3": part(None),
    }
    assert values({"state": {"values": state}}) == {"body": "abk", "x": None}


async def test_a_template_that_is_much_like_it_is_pointed_out(account: Account):
    await a_template(
        account, "Get-Printer -ComputerName {{name}} | Format-List JobCount, PrinterStatus", name="Look at printers"
    )
    near = await opened(account, "Get-Printer -ComputerName PRN02 | Format-List JobCount, PrinterStatus")
    far = await opened(account, "Get-ADUser jdoe -Properties LockedOut")
    assert [one.slug for one in near.like] == ["look-at-printers"]
    assert far.like == []


async def test_what_nobody_saved_is_forgotten_after_a_while(account: Account):
    shown = await opened(account, "Get-It")
    async with account.unit() as unit:
        await queries.prune_sheets(unit, unit.now)
        await queries.prune_sheets(unit, unit.now + timedelta(seconds=1))
    with pytest.raises(Conflict):
        await saved(account, shown)
