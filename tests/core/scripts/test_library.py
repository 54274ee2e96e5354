"""The library: filled in, counted, changed and searched; passwords stay with the person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.accounts import preferences
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.library import library as seen
from core.fixes.models import Decision, Outcome
from core.ids import FixId, SessionId, TemplateId, new_id
from core.llm.provider import Proposal, Source
from core.scripts import boxes, library, queries
from core.scripts.commands import FillTemplate, PublishTemplate
from core.scripts.library import Filled
from core.scripts.models import Template
from core.scripts.parameters import Parameter, ParameterType
from core.unit import Database
from tests.builders import SCRIPTED, Account, Clock, a_fix, a_session, an_account
from tests.core.scripts.shelves import a_category, a_draft, a_template, decided

PASSWORD = "Tr0ub4dor&3 $(whoami)'"
SECRET = Parameter(key="secret", label="Password", type=ParameterType.PASSWORD)
USER = Parameter(key="user", label="User")


async def filled(account: Account, template: Template, who: str = "ben", **values: str) -> Filled:
    async with account.unit(who) as unit:
        return await library.generate(unit, FillTemplate(template_id=TemplateId(template.id), values=values))


async def test_a_generation_counts_and_moves_its_session_on(account: Account):
    template, session = await a_template(account), await a_session(account)
    wanted = FillTemplate(
        template_id=TemplateId(template.id), values={"name": "Spooler"}, session_id=SessionId(session.id)
    )
    async with account.unit("eva") as unit:
        made = await library.generate(unit, wanted)
    assert made.script == "Restart-Service 'Spooler'"
    assert (await account.session(session.id)).state_version == 1
    async with account.unit() as unit:
        (made_of,) = await queries.generations_of(unit, session.id)
        after = await queries.template(unit, template.id)
    eva = await account.user("eva")
    kept = made_of.generation
    assert (kept.template_version, kept.user_id, kept.filled) == (1, eva.id, {"name": "Spooler"})
    assert (made_of.name, made_of.by) == (template.name, "Eva")
    assert after.usage_count == 1
    assert "script.generated" in await account.trail(template.id)


async def test_a_password_is_for_the_person_and_is_kept_nowhere(account: Account, capsys: pytest.CaptureFixture[str]):
    template = await a_template(account, "Set-Pass {{user}} {{secret}}", USER, SECRET)
    session = await a_session(account)
    wanted = FillTemplate(
        template_id=TemplateId(template.id),
        values={"user": "jdoe", "secret": PASSWORD},
        session_id=SessionId(session.id),
    )
    async with account.unit("ben") as unit:
        made = await library.generate(unit, wanted)
    assert "'Tr0ub4dor&3 $(whoami)'''" in made.script
    assert made.holds_secret
    assert PASSWORD not in f"{wanted!r} {made!r} {wanted}"
    async with account.unit() as unit:
        tables = (await unit.session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))).all()
        for table in tables:
            if table not in {"alembic_version", "slack_workspaces"}:
                rows = await unit.session.execute(text(f'select row_to_json(t)::text from "{table}" t'))
                assert not [row for row in rows if "Tr0ub4dor" in row[0]], table
    out = capsys.readouterr()
    assert "Tr0ub4dor" not in out.out + out.err


async def test_a_secret_typed_into_another_field_is_masked_in_what_is_kept(account: Account):
    template, session = await a_template(account), await a_session(account)
    wanted = FillTemplate(
        template_id=TemplateId(template.id), values={"name": "password: Winter2026!x"}, session_id=SessionId(session.id)
    )
    async with account.unit("ben") as unit:
        await library.generate(unit, wanted)
    async with account.unit() as unit:
        (made,) = await queries.generations_of(unit, session.id)
    assert "Winter2026" not in str(made.generation.filled)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (ParameterType.TEXT, "", "fill this in"),
        (ParameterType.TEXT, "x" * 10_000, "10,000 characters"),
        (ParameterType.TEXT, "a\0b", r"U\+0000"),
        (ParameterType.TEXT, "a\u202eb", r"U\+202E"),
        (ParameterType.TEXT, "a\ud800b", r"U\+D800"),
        (ParameterType.NUMBER, "1; rm", "not a number"),
        (ParameterType.NUMBER, "1e9", "not a number"),
        (ParameterType.NUMBER, "१२", "not a number"),
        (ParameterType.BOOLEAN, "perhaps", "neither yes nor no"),
        (ParameterType.CHOICE, "c", "none of the choices"),
        (ParameterType.PASSWORD, "", "fill this in"),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_on_its_field(
    account: Account, kind: ParameterType, value: str, why: str
):
    choices = ("a", "b") if kind is ParameterType.CHOICE else ()
    parameter = Parameter(key="name", label="Name", type=kind, choices=choices)
    template = await a_template(account, "Get-It {{name}}", parameter)
    with pytest.raises(Invalid, match=why) as refusal:
        await filled(account, template, name=value)
    assert refusal.value.field == "values.name"
    async with account.unit() as unit:
        assert (await queries.template(unit, template.id)).usage_count == 0


async def test_defaults_stand_in_where_nothing_was_asked_and_optional_ones_may_be_empty(account: Account):
    template = await a_template(
        account,
        "Get-It {{a}} {{b}} {{c}}",
        Parameter(key="a", label="A", default="one"),
        Parameter(key="b", label="B", required=False),
        Parameter(key="c", label="C", type=ParameterType.BOOLEAN, required=False, default="yes"),
    )
    assert (await filled(account, template)).script == "Get-It 'one' '' $true"
    assert (await filled(account, template, a="x", b="y", c="false")).script == "Get-It 'x' 'y' $false"


async def test_a_template_that_was_taken_out_is_filled_in_no_more(account: Account):
    template = await a_template(account)
    async with account.unit("eva") as unit:
        await library.switch(unit, TemplateId(template.id), active=False)
    with pytest.raises(Conflict, match="taken out of the library"):
        await filled(account, template, name="x")
    async with account.unit("eva") as unit:
        assert (await seen(unit, "restart-a-service")).shelf.total == 0


async def test_another_accounts_template_is_not_there(account: Account, database: Database):
    theirs = await a_template(await an_account(database))
    with pytest.raises(NotFound):
        await filled(account, theirs, name="x")


async def test_only_engineers_fill_in(account: Account):
    template = await a_template(account)
    for who in ("lena", "nia"):
        with pytest.raises(Forbidden):
            await filled(account, template, who, name="x")


async def test_changing_a_template_keeps_what_it_was(account: Account, clock: Clock):
    template = await a_template(account)
    clock.forward(timedelta(days=1))
    changed = PublishTemplate(
        name="Restart a service well",
        category_id=await a_category(account),
        edited_body="Restart-Service {{name}} -Force",
        language=template.language,
        parameters=(Parameter(key="name", label="Service"),),
        template_id=TemplateId(template.id),
    )
    async with account.unit("eva") as unit:
        await library.publish(unit, changed)
        await library.publish(unit, changed.model_copy(update={"description": "Only words"}))
    async with account.unit() as unit:
        after, versions = await queries.template(unit, template.id), await queries.versions(unit, template.id)
    assert (after.slug, after.name, after.version) == (template.slug, "Restart a service well", 2)
    assert [(one.number, who) for one, who in versions] == [(2, "Eva"), (1, "Ben")]
    assert versions[1][0].script_body == "Restart-Service {{name}}"


async def test_the_library_is_searched_by_name_description_and_slug_and_filtered(account: Account):
    mail = await a_category(account, "mail")
    async with account.unit("ben") as unit:
        by_name, by_words = await seen(unit, "MAILBOX access"), await seen(unit, "rights to read the security log")
        by_slug, in_mail = await seen(unit, "linux-unit-journal"), await seen(unit, category_id=mail)
        nothing, wildcard = await seen(unit, "no such thing"), await seen(unit, "%")
    assert [one.template.slug for one in by_name.shelf.items] == ["shared-mailbox-access"]
    assert [one.template.slug for one in by_words.shelf.items] == ["unlock-account"]
    assert [one.template.slug for one in by_slug.shelf.items] == ["linux-unit-journal"]
    assert {one.category for one in in_mail.shelf.items} == {"Mail"}
    assert (nothing.shelf.total, wildcard.shelf.total) == (0, 0)


async def test_success_counts_judged_runs_and_the_fix_it_was_made_from(account: Account):
    draft = await a_draft(account)
    async with account.unit("ben") as unit:
        template = await library.publish(
            unit,
            PublishTemplate(
                name="Spooler",
                category_id=await a_category(account),
                edited_body=draft.script_body,
                language=draft.language,
                session_id=SessionId(draft.source_session_id),
                fix_id=FixId(draft.source_fix_id),
            ),
        )
    runs = [await a_fix(account) for _ in range(3)]
    for fix, outcome in zip(
        [draft.source_fix_id, *(one.id for one in runs)],
        (*[Outcome.APPLIED_SUCCESS] * 2, Outcome.APPLIED_FAILED),
        strict=False,
    ):
        async with account.unit("ben") as unit:
            wanted = FillTemplate(template_id=TemplateId(template.id), values={}, fix_id=FixId(fix))
            await library.generate(unit, wanted)
            await fixes.record_outcome(unit, RecordOutcome(fix_id=FixId(fix), outcome=outcome))
    async with account.unit("ben") as unit:
        found = await seen(unit, "spooler")
    assert found.success[template.id] == (2, 3)
    assert found.provenance[template.id].resolved_by == "Ben"


async def test_the_starter_library_comes_once_and_can_be_switched_off(account: Account):
    for _ in range(2):
        async with account.unit("ben") as unit:
            assert (await seen(unit)).shelf.total == 12
    own = await a_template(account)
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"starter_library_enabled": False})
    async with account.unit("ben") as unit:
        assert [one.template.id for one in (await seen(unit)).shelf.items] == [own.id]


async def test_a_fix_of_a_playbook_uses_the_starter_template_that_answers_it(account: Account):
    source = Source("playbook", "account-lockout", "From the starter playbook")
    proposal = Proposal("Unlock", "Unlock it.", 80, "param($User)", "powershell", sources=(source,))
    fix = await a_fix(account, proposal=proposal)
    assert (fix.ai_drafted_script, fix.script_template_id is not None) == (None, True)
    assert fix.sources[-1] == "In the script library: “Find what locks an account, then unlock it”"
    with pytest.raises(Invalid, match="Fill in and run"):
        await decided(account, fix, Decision.ONE_OFF)
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"starter_library_enabled": False})
    assert (await a_fix(account, proposal=proposal)).ai_drafted_script == "param($User)"


async def test_a_proposal_that_names_a_template_uses_it_unless_it_is_gone(account: Account):
    template = await a_template(account)
    named = Proposal("Restart", "Restart it.", 80, template_id=template.id)
    assert (await a_fix(account, proposal=named)).script_template_id == template.id
    async with account.unit("ben") as unit:
        await library.switch(unit, TemplateId(template.id), active=False)
    assert (await a_fix(account, proposal=named)).script_template_id is None
    stray = Proposal("Restart", "Restart it.", 80, SCRIPTED.script, "powershell", template_id=new_id())
    assert (await a_fix(account, proposal=stray)).ai_drafted_script == SCRIPTED.script


async def test_what_is_exported_is_imported_again(account: Account, database: Database):
    await a_template(account, "a=({{name}}); echo {{size}}", *LISTED, language=boxes.Language.BASH)
    async with account.unit() as unit:
        written = await boxes.export_box(unit)
    other = await an_account(database)
    async with other.unit() as unit:
        assert await boxes.import_box(unit, boxes.read(written, "library.yml")) == (13, 0)
    async with other.unit() as unit:
        assert await boxes.import_box(unit, boxes.read(written, "library.yml")) == (0, 0)
        assert await boxes.export_box(unit) == written
    changed = re.sub(r"name: Restart a service\n", "name: Restart it\n", written)
    async with other.unit() as unit:
        assert await boxes.import_box(unit, boxes.read(changed, "library.yml")) == (0, 1)


LISTED = (
    Parameter(key="name", label="Names", type=ParameterType.LIST),
    Parameter(key="size", label="Size", type=ParameterType.CHOICE, choices=("s", "m"), default="m"),
)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{", "not valid YAML"),
        ("- 1", "library.yml"),
        ("templates: [{slug: A B}]", "slug"),
        ("templates: [{slug: a, name: A, category: other, language: cobol, script: x}]", "language"),
        ("templates: [{slug: a, name: A, category: other, language: bash, script: 'echo {{x}}'}]", "is no parameter"),
        ("templates: []\nextra: 1", "extra"),
        ("a: &a [*a]", "library.yml"),
        ("x" * 5_000_001, "longer than"),
    ],
    ids=range(8),
)
def test_a_file_that_is_not_right_is_refused_with_the_place(written: str, why: str):
    with pytest.raises(Invalid, match=why):
        boxes.read(written, "library.yml")
