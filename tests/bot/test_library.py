"""The library in Slack: found, filled in, shown to nobody else; scripts as files or, without files, in a form."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.app import Bot
from bot.sandbox.wire import Json
from core.scripts import queries
from core.scripts.models import Template
from core.sessions import queries as sessions
from tests.bot import seeds
from tests.reviews import SPOOLER
from tests.slack import Message, Modal, Person, Slack
from tests.stories import a_fix, live_markup, shows, started, whispered

PASSWORD = "Tr0ub4dor&3 $(whoami)'"
LONG = "\n".join(f"Get-Service -Name 'svc{n:04}'  # number {n}" for n in range(200))


async def found(who: Person, words: str) -> Message:
    """What `/pilot scripts` answers."""
    said = (await who.command(f"/pilot scripts {words}")).ephemeral
    assert said is not None
    return said


async def form_of(who: Person, words: str) -> Modal:
    """The form of the one template that is found."""
    listed = await found(who, words)
    (fill,) = [one for one in listed.buttons if one.startswith("Fill in ")]
    return await who.open_modal(fill, on=listed)


async def made(who: Person, form: Modal, **values: object) -> Modal:
    """The script that a filled form gives."""
    assert not (await who.submit(form, {f"values.{key}": value for key, value in values.items()})).field_errors
    return await who.next_modal(form)


async def test_a_password_is_shown_to_the_person_and_goes_nowhere_else(
    bot: Bot, slack: Slack, ana: Person, capfd: pytest.CaptureFixture[str]
):
    form = await form_of(ana, "temporary password")
    script = await made(ana, form, user="jdoe", password=PASSWORD, unlock="No")
    assert "ConvertTo-SecureString 'Tr0ub4dor&3 $(whoami)''' -AsPlainText" in script.plain()
    assert "if ($false)" in script.plain()
    assert "A password is in it: only you see this" in script.plain()
    calls = json.dumps([call.args for call in await slack.log()], ensure_ascii=False)
    assert "Tr0ub4dor" not in calls
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        tables = await unit.session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        for table in [one for one in tables if one not in {"alembic_version", "slack_workspaces"}]:
            rows = await unit.session.execute(text(f'select row_to_json(t)::text from "{table}" t'))
            assert not [row for row in rows if "Tr0ub4dor" in row[0]], table
    said = capfd.readouterr()
    assert "Tr0ub4dor" not in said.out + said.err


async def test_a_password_stays_out_of_the_log_even_when_the_form_is_refused_or_fails(
    bot: Bot, ana: Person, capfd: pytest.CaptureFixture[str]
):
    form = await form_of(ana, "temporary password")
    refused = await ana.submit(form, {"values.user": "a\u202eb", "values.password": PASSWORD, "values.unlock": "No"})
    assert list(refused.field_errors) == ["values.user"]
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        await unit.session.execute(text("update script_templates set parameters_schema = '[{}]'"))
    again = await ana.modal()
    assert again is not None
    await ana.submit(again, {"values.user": "jdoe", "values.password": PASSWORD, "values.unlock": "No"})
    said = capfd.readouterr()
    assert "Tr0ub4dor" not in said.out + said.err


async def test_every_type_of_parameter_has_its_element_and_its_quotes(bot: Bot, ana: Person):
    form = await form_of(ana, "linux-unit-journal")
    kinds = {each.block["block_id"]: each.kind for each in form.controls if each.kind != "button"}
    assert kinds["values.unit"] == "plain_text_input"
    assert kinds["values.since"] == "static_select"
    assert kinds["values.restart"] == "radio_buttons"
    script = await made(ana, form, unit="nginx'; reboot; '", since="yesterday", restart="Yes")
    for line in ("unit='nginx'\\''; reboot; '\\'''", "since='yesterday'", "restart=true"):
        assert line in script.plain()
    numbers = await form_of(ana, "test-reachability")
    assert numbers.field("values.port").kind == "number_input"
    script = await made(ana, numbers, hosts="srv01\n$(evil)\n\nsrv03", port="8443")
    assert "foreach ($target in @('srv01', '$(evil)', 'srv03'))" in script.plain()
    assert "-Port 8443" in script.plain()
    assert await live_markup(ana.slack) == []


async def test_a_forged_number_is_refused_on_its_field(ana: Person):
    form = await form_of(ana, "test-reachability")
    for value in ("1; reboot", "1e5", "0x10"):
        refused = await ana.submit(form, {"values.hosts": "a", "values.port": value})
        assert list(refused.field_errors) == ["values.port"]


async def test_a_template_that_was_taken_out_while_its_form_was_open_is_refused(ana: Person, ben: Person):
    form = await form_of(ana, "biggest-files")
    removed = await ben.open_modal("Take out of the library", on=await form_of(ben, "biggest-files"))
    assert "is out of the library" in removed.plain()
    refused = await ana.submit(form, {"values.folder": "C:\\", "values.count": "5"})
    assert any("taken out of the library" in one for one in refused.field_errors.values())
    assert "None." in (await found(ana, "biggest-files")).plain()


async def test_a_script_that_is_generated_for_a_session_moves_it_on(bot: Bot, ana: Person):
    session = await started(ana, SPOOLER)
    await a_fix(ana, session)
    form = await form_of(ana, "restart-print-queue")
    values: Json = {"values.server": "PRN02", "values.queue": "Floor 3", "session_id": SPOOLER[:70]}
    await ana.submit(form, values)
    script = await ana.next_modal(form)
    assert "-ComputerName 'PRN02' -Name 'Floor 3'" in script.plain()
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        (listed,) = (await sessions.open_ones(unit)).items
        generations = await queries.generations_of(unit, listed.session.id)
    assert [one.generation.filled for one in generations] == [{"server": "PRN02", "queue": "Floor 3"}]
    assert listed.session.state_version == 2


async def test_the_library_is_searched_filtered_and_paged(ana: Person):
    everything = await found(ana, "")
    assert "1 to 10 of 12, what is used most first" in everything.plain()
    await ana.press("Next page", on=everything)
    assert "11 to 12 of 12" in (await whispered(ana, "11 to 12")).plain()
    await ana.choose("scripts.search.category", "Mail", on=everything)
    mail = await whispered(ana, "1 to 2 of 2")
    assert "Grant access to a shared mailbox" in mail.plain()
    search = await ana.open_modal("Search…", on=everything)
    await ana.submit(search, text="certificates expire")
    assert "When do certificates expire" in (await ana.next_modal(search)).plain()


async def test_versions_are_shown_and_a_template_is_edited(bot: Bot, ana: Person):
    form = await form_of(ana, "biggest-files")
    versions = await ana.open_modal("Versions, edit…", on=form)
    assert "Version 1" in versions.plain()
    builder = await ana.open_modal("Edit…", on=versions)
    assert builder.title == "Edit template"
    await ana.submit(builder, {next(one for one in builder.fields if one.startswith("name")): "Biggest first"})
    done = await ana.next_modal(builder)
    assert "“Biggest first” is in the library as biggest-files" in done.plain()


async def a_fix_with_a_long_script(bot: Bot, ana: Person) -> Message:
    session = await started(ana, SPOOLER)
    card = await a_fix(ana, session)
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        await unit.session.execute(text("update session_suggested_fixes set ai_drafted_script = :s"), {"s": LONG})
    return card


async def test_a_long_script_is_a_file_in_the_thread_coloured_as_what_it_is(bot: Bot, ana: Person):
    card = await a_fix_with_a_long_script(bot, ana)
    await ana.press("Run once", on=card)
    await whispered(ana, "is a file in this thread")
    thread = await ana.messages(card.channel, card.thread_ts)
    (file,) = [one for message in thread for one in message.files]
    assert (file["content"], file["snippet_type"]) == (LONG, "powershell")
    assert str(file["name"]).endswith(".ps1")
    assert await ana.slack.violations() == []


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_without_files_the_script_is_given_in_the_answer_and_whole_in_a_form(bot: Bot, ana: Person, method: str):
    card = await a_fix_with_a_long_script(bot, ana)
    await ana.slack.fault(method, "error", error="missing_scope")
    await ana.press("Run now, templatize later", on=card)
    said = await whispered(ana, "Here is the script")
    assert "The script goes on" in said.plain() or LONG[-200:] in said.plain()
    whole = await ana.open_modal("Whole script", on=said)
    assert LONG in whole.plain()
    await shows(ana, card, "Run now, templatize later: chosen by Ana")


async def test_settings_say_who_publishes_what_is_offered_and_which_categories(bot: Bot, ana: Person, ben: Person):
    await ana.command("/pilot settings")
    contents = await ana.slack.until(ana.modal)
    settings = await ana.open_modal("Open Scripts", on=contents)
    kept: Json = {
        "categories_0": ["Mail", "Other"],
        "script_publishers": "Admins and owners only",
        "starter_library_enabled": "No",
    }
    await ana.submit(settings, kept)
    (event,) = await seeds.audited(bot, "preferences.changed")
    assert event.detail["after"] == {"script_publishers": "admins", "starter_library_enabled": False}
    assert "None." in (await found(ben, "")).plain()
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        assert [one.name for one in await queries.categories(unit)] == ["Mail", "Other"]
    refusal = await ben.open_modal("New template", on=await found(ben, ""))
    blocks = {block.partition("~")[0]: block for block in refusal.fields}
    given: Json = {
        blocks["edited_body"]: "Get-It",
        blocks["name"]: "Mine",
        blocks["category_id"]: "Mail",
        blocks["language"]: "bash",
    }
    refused = await ben.submit(refusal, given)
    assert any("admins and owners put scripts" in one for one in refused.field_errors.values())


async def test_ben_may_not_open_the_settings_of_the_library(ana: Person, ben: Person):
    await ana.command("/pilot settings")
    await ben.command("/pilot settings")
    contents = await ben.slack.until(ben.modal)
    told = await ben.open_modal("Open Scripts", on=contents)
    assert "Only admins and owners can" in told.plain()


async def test_another_accounts_template_or_a_made_up_one_is_not_there(bot: Bot, ana: Person):
    listed = await found(ana, "biggest-files")
    (button,) = [one for one in listed.controls if one.action_id == "scripts.fill.template"]
    for value in ("01890000-0000-7000-8000-000000000000", "no id", "", "x" * 200):
        button.element["value"] = value
        await ana.do("press", **listed.where, **button.where, snapshot=listed.raw)
    assert (await ana.modal()) is None


async def test_a_python_script_is_made_from_a_template_too(bot: Bot, ana: Person):
    script = await made(ana, await form_of(ana, "certificate-expiry"), hosts="a.example\nb'.example", port="443")
    assert """for host in ['a.example', "b'.example"]:""" in script.plain()
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        templates: list[Template] = [one for one in await queries.every_template(unit) if one.usage_count]
    assert [one.slug for one in templates] == ["certificate-expiry"]
