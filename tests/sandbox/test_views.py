"""Modals: triggers, hashes, the stack, and what an acknowledgement can do to them."""

import time
from typing import Any

import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import obj
from tests.sandbox.tiny_bot import TinyBot, modal, refusal
from tests.slack import Modal, Person, Slack


@pytest.fixture
async def opened(slack: Slack) -> Modal:
    """A modal that Ana has open."""
    await slack.as_("ana").command("/tiny modal")
    return await slack.until(slack.as_("ana").modal)


@pytest.fixture
def ana(slack: Slack) -> Person:
    """Ana."""
    return slack.as_("ana")


async def test_a_trigger_opens_one_modal_only(tiny: TinyBot, ana: Person, opened: Modal) -> None:
    trigger = tiny.bodies("command")[0]["trigger_id"]
    assert await refusal(tiny.client.views_open(trigger_id=trigger, view=modal("again"))) == "exchanged_trigger_id"
    assert await refusal(tiny.client.views_open(trigger_id="1.2.made-up", view=modal("x"))) == "invalid_trigger_id"
    assert [each.id for each in await ana.modals()] == [opened.id]


async def test_a_trigger_dies_soon_and_a_bad_view_does_not_use_it_up(
    server: SandboxServer, tiny: TinyBot, ana: Person
) -> None:
    await ana.command("/tiny hello")
    trigger = tiny.bodies("command")[0]["trigger_id"]
    bad = {**modal("x"), "title": {"type": "plain_text", "text": "x" * 25}}
    assert await refusal(tiny.client.views_open(trigger_id=trigger, view=bad)) == "invalid_arguments"
    assert (await tiny.client.views_open(trigger_id=trigger, view=modal("good")))["ok"]
    await ana.command("/tiny hello")
    server.workspace.tickets.clock = lambda: time.monotonic() + 10
    late = tiny.bodies("command")[1]["trigger_id"]
    assert await refusal(tiny.client.views_open(trigger_id=late, view=modal("late"))) == "expired_trigger_id"


async def test_an_update_needs_the_present_hash(tiny: TinyBot, ana: Person, opened: Modal) -> None:
    updated = await tiny.client.views_update(view_id=opened.id, hash=opened.hash, view=modal("second"))
    assert updated["view"]["hash"] != opened.hash
    stale = tiny.client.views_update(view_id=opened.id, hash=opened.hash, view=modal("third"))
    assert await refusal(stale) == "hash_conflict"
    assert (await tiny.client.views_update(view_id=opened.id, view=modal("third")))["ok"]
    shown = await ana.modal()
    assert shown is not None
    assert shown.title == "third"
    await ana.close(shown)
    assert await refusal(tiny.client.views_update(view_id=opened.id, view=modal("gone"))) == "not_found"


async def test_what_was_entered_stays_where_block_and_action_stay(tiny: TinyBot, ana: Person, opened: Modal) -> None:
    await ana.choose("level", "High", on=opened)
    await tiny.client.views_update(view_id=opened.id, view=modal("same fields"))
    shown = await ana.modal()
    assert shown is not None
    assert obj(obj(obj(shown.values["level"])["level"])["selected_option"])["value"] == "high"
    renamed = modal("other fields")
    renamed["blocks"][1]["block_id"] = "level2"
    await tiny.client.views_update(view_id=opened.id, view=renamed)
    await ana.submit(shown, title="done")
    values = tiny.bodies("submission")[0]["view"]["state"]["values"]
    assert values["level2"]["level"] == {"type": "static_select", "selected_option": None}


async def test_a_submission_carries_everything_slack_sends(tiny: TinyBot, ana: Person, opened: Modal) -> None:
    await ana.options("company", "Acme", on=opened)
    await ana.submit(opened, title="A < B", level="Low", company="Acme 2")
    body = tiny.bodies("submission")[0]
    assert body["view"]["state"]["values"] == {
        "title": {"title": {"type": "plain_text_input", "value": "A < B"}},
        "level": {
            "level": {
                "type": "static_select",
                "selected_option": {"text": {"type": "plain_text", "text": "Low"}, "value": "low"},
            }
        },
        "company": {
            "company": {
                "type": "external_select",
                "selected_option": {"text": {"type": "plain_text", "text": "Acme 2"}, "value": "Acme 2"},
            }
        },
    }
    view = body["view"]
    assert (view["id"], view["root_view_id"], view["previous_view_id"]) == (opened.id, opened.id, None)
    assert (view["private_metadata"], view["callback_id"], view["hash"]) == ("17", "first", opened.hash)
    assert view["app_installed_team_id"] == body["team"]["id"] == body["user"]["team_id"] == "T0FLOWPLT1"
    assert (body["type"], body["user"]["username"], body["response_urls"]) == ("view_submission", "ana", [])


async def test_an_error_must_name_an_input_of_the_view(slack: Slack, ana: Person, opened: Modal) -> None:
    reply = await ana.submit(opened, title="stranger")
    assert (reply.closed, reply.field_errors, reply.response_action) == (False, {}, None)
    assert any("nowhere" in violation for violation in await slack.violations())
    assert (await ana.toasts())[-1].startswith("We had some trouble")


async def test_the_stack_holds_three(slack: Slack, tiny: TinyBot, ana: Person, opened: Modal) -> None:
    second = await ana.open_modal("Deeper", on=opened)
    assert second.title == "second"
    third = await ana.open_modal("Deeper", on=second)
    await ana.press("Deeper", on=third)
    assert len(await ana.modals()) == 3
    assert (await slack.log("views.push"))[-1].response == {"ok": False, "error": "push_limit_reached"}
    pressed = tiny.bodies("action")[1]
    assert pressed["view"]["previous_view_id"] == pressed["view"]["root_view_id"] == opened.id
    assert pressed["container"] == {"type": "view", "view_id": second.id}
    assert "message" not in pressed
    assert "response_url" not in pressed


@pytest.mark.parametrize(
    ("title", "left"),
    [("fine", ["first"]), ("update", ["first", "updated"]), ("push", ["first", "second", "pushed"]), ("clear", [])],
)
async def test_what_an_acknowledgement_can_do(ana: Person, opened: Modal, title: str, left: list[str]) -> None:
    second = await ana.open_modal("Deeper", on=opened)
    await ana.submit(second, title=title)
    assert [each.title for each in await ana.modals()] == left


async def test_closing_is_told_where_the_view_wants_it(tiny: TinyBot, ana: Person, opened: Modal) -> None:
    await ana.open_modal("Deeper", on=opened)
    await ana.close(opened, all=True)
    assert await ana.modals() == []
    assert [(body["view"]["callback_id"], body["is_cleared"]) for body in tiny.bodies("closed")] == [
        ("second", True),
        ("first", True),
    ]


async def test_an_external_id_is_one_of_its_kind_even_after_a_reload(tiny: TinyBot, ana: Person) -> None:
    async def trigger() -> str:
        await ana.command("/tiny hello")
        return str(tiny.bodies("command")[-1]["trigger_id"])

    named = {**modal("named"), "external_id": "mine"}
    await tiny.client.views_open(trigger_id=await trigger(), view=named)
    await tiny.client.views_update(external_id="mine", view=named)
    again = tiny.client.views_open(trigger_id=await trigger(), view=named)
    assert await refusal(again) == "duplicate_external_id"
    await ana.reload()
    assert await ana.modal() is None
    again = tiny.client.views_open(trigger_id=await trigger(), view=named)
    assert await refusal(again) == "duplicate_external_id"


async def test_app_home_needs_the_present_hash_too(tiny: TinyBot) -> None:
    home: dict[str, Any] = {"type": "home", "blocks": []}
    first = (await tiny.client.views_publish(user_id="U0ANA00001", view=home))["view"]["hash"]
    assert (await tiny.client.views_publish(user_id="U0ANA00001", view=home, hash=first))["ok"]
    stale = tiny.client.views_publish(user_id="U0ANA00001", view=home, hash=first)
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(tiny.client.views_publish(user_id="U0NOBODY01", view=home)) == "user_not_found"
