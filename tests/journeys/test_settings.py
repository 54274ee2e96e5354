"""Owners and admins say who may do what and what the team prefers; everybody else may look."""

from __future__ import annotations

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Modal, Person


async def settings(person: Person) -> Modal:
    await person.command("/pilot settings")
    return await person.slack.until(person.modal)


async def test_an_owner_gives_a_colleague_another_role_and_it_holds_at_once(bot: Bot, ana: Person, ben: Person):
    await ben.command("/pilot mine")
    roles = await ana.open_modal("Open Roles", on=await settings(ana))
    name = (await seeds.user(bot, seeds.BEN)).name
    form = await ana.open_modal(f"Change {name}", on=roles)
    await ana.submit(form, role="viewer", can_cover_l1="No")
    changed = await ana.next_modal(form)
    assert f"{name}\nviewer" in changed.plain()
    refusal = (await ben.command("/pilot new the printer is stuck")).ephemeral
    assert refusal is not None
    assert "your role is viewer" in refusal.plain()
    assert [event.detail["after"] for event in await seeds.audited(bot, "role.changed")][-1] == "viewer"


async def test_the_last_owner_stays_and_the_form_says_why(bot: Bot, ana: Person):
    roles = await ana.open_modal("Open Roles", on=await settings(ana))
    form = await ana.open_modal(f"Change {(await seeds.user(bot, seeds.ANA)).name}", on=roles)
    await ana.submit(form, role="engineer", can_cover_l1="No")
    refused = await ana.modal()
    assert refused is not None
    assert "This is the last owner" in str(refused.errors) + refused.plain()
    assert (await seeds.user(bot, seeds.ANA)).role is seeds.Role.OWNER


async def test_a_preference_that_does_not_fit_is_said_at_its_field_and_one_that_does_is_kept(bot: Bot, ana: Person):
    team = await ana.open_modal("Open Team", on=await settings(ana))
    await ana.submit(team, abandon_after_days="soon", mail_customers="Yes")
    wrong = await ana.modal()
    assert wrong is not None
    assert list(wrong.errors) == ["abandon_after_days"]
    assert (await ana.submit(wrong, abandon_after_days="30", mail_customers="Yes")).closed
    (event,) = await seeds.audited(bot, "preferences.changed")
    assert event.detail == {
        "before": {"abandon_after_days": 14, "mail_customers": False},
        "after": {"abandon_after_days": 30, "mail_customers": True},
    }


async def test_an_engineer_may_look_and_is_refused_what_an_admin_changes(ben: Person):
    listed = await settings(ben)
    assert "Admins and owners can change these" in listed.plain()
    refused = await ben.open_modal("Open Team", on=listed)
    assert "Only admins and owners can change the preferences" in refused.plain()


async def test_an_admin_sets_the_months_budget_for_the_model(bot: Bot, ana: Person):
    form = await ana.open_modal("Open Model", on=await settings(ana))
    assert "This month so far: $0.00 for 0 tokens." in form.plain()
    assert (await ana.submit(form, model_budget_usd="20")).closed
    (event,) = await seeds.audited(bot, "preferences.changed")
    assert event.detail == {"before": {"model_budget_usd": 50}, "after": {"model_budget_usd": 20}}
