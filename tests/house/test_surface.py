"""The surface, the views, the help and the outbox name the same things."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from bot import consequences, surface
from bot.answers import Answer
from bot.effects import Mailing, Post, Work
from bot.features.help.listeners import HELP
from bot.guard import Listener
from bot.interaction import Interaction
from core.outbox.events import EVENTS, revive
from core.unit import Event
from tests.house.rendered import TEXTS, elements, rendered

BOT = Path(surface.__file__).parent
LISTENERS: dict[str, Listener] = {
    **{
        f"{command} {word}": listener for command, words in surface.COMMANDS.items() for word, listener in words.items()
    },
    **{f"action {name}": listener for name, listener in surface.ACTIONS.items()},
    **{f"submission {name}": listener for name, listener in surface.SUBMISSIONS.items()},
    **{f"shortcut {name}": listener for name, listener in surface.SHORTCUTS.items()},
    **{f"event {name}": listener for name, listener in surface.EVENTS.items()},
}


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=LISTENERS.keys())
def test_every_listener_takes_one_interaction_and_gives_an_answer(listener: Listener):
    assert inspect.iscoroutinefunction(listener)
    parameters = list(inspect.signature(listener).parameters.values())
    hints = get_type_hints(listener)
    assert [hints[parameter.name] for parameter in parameters] == [Interaction]
    assert parameters[0].default is inspect.Parameter.empty
    assert hints["return"] == Answer


def answered(name: str, listeners: Mapping[str, Listener]) -> str | None:
    """The entry of the surface that answers an id: its longest prefix."""
    while name and name not in listeners:
        name = name.rpartition(".")[0]
    return name or None


def found(action_id: str) -> str | None:
    return answered(action_id, surface.ACTIONS)


def called_with(*names: str) -> Iterator[tuple[str, str]]:
    """Every id that the bot's code gives to these functions of `blocks`: where, and the part of it that does not vary."""
    position = {"button": 1, "menu": 0, "modal": 0}
    for file in sorted(BOT.rglob("*.py")):
        if "sandbox" in file.parts:
            continue
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name not in names or len(call.args) <= position[name]:
                continue
            where = f"{file.relative_to(BOT)}:{call.lineno}"
            match call.args[position[name]]:
                case ast.Constant(value=str(whole)):
                    yield where, whole
                case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
                    yield where, beginning.rstrip(".")
                case _:
                    pass


def test_every_button_and_menu_in_the_code_has_a_listener():
    known = list(called_with("button", "menu"))
    assert len(known) > 20
    assert not [(where, action_id) for where, action_id in known if found(action_id) is None]


def test_every_element_of_every_rendered_view_has_a_listener():
    shown = {
        str(element["action_id"])
        for text in TEXTS.values()
        for one in rendered(text)
        for element in elements(one.blocks if one.view is None else one.view)
    }
    assert not {action_id for action_id in shown if found(action_id) is None}
    # And no entry of the surface waits for a button that nobody is shown.
    used = {found(action_id) for action_id in shown} | {
        found(action_id) for _, action_id in called_with("button", "menu")
    }
    assert set(surface.ACTIONS) - used == set()


def test_every_form_in_the_code_has_a_listener_and_every_listener_a_form():
    forms = {callback_id for _, callback_id in called_with("modal")}
    assert not {form for form in forms if answered(form, surface.SUBMISSIONS) is None}
    assert set(surface.SUBMISSIONS) - {answered(form, surface.SUBMISSIONS) for form in forms} == set()


def test_every_subcommand_is_in_the_help_and_every_help_line_is_one():
    assert set(HELP) == set(surface.COMMANDS)
    for command, subcommands in surface.COMMANDS.items():
        explained = {usage.split("[")[0].strip() for usage, _ in HELP[command]}
        words = {word.split()[0] for usage in explained for word in usage.split(",")}
        assert words == set(subcommands), command


def test_every_effect_is_subscribed_to_and_every_subscription_has_an_effect():
    subscribed = {one.effect for several in consequences.SUBSCRIPTIONS.values() for one in several}
    assert subscribed == set(consequences.EFFECTS)
    assert all(isinstance(effect, Post | Mailing | Work) for effect in consequences.EFFECTS.values())


def test_every_event_can_be_read_back_from_what_the_outbox_keeps():
    assert set(consequences.SUBSCRIPTIONS) == set(EVENTS.values())
    for name, kind in EVENTS.items():
        ids = {field.name: "01890000-0000-7000-8000-000000000000" for field in fields(kind)}
        event = revive(name, ids)
        assert isinstance(event, Event)
        for subscription in consequences.SUBSCRIPTIONS[kind]:
            for key in (subscription.order, subscription.supersede, subscription.once):
                assert key is None or key.format(**ids), f"{name} → {subscription.effect}"


def test_a_post_never_gives_way_and_an_update_never_counts_as_sent():
    """A post is sent once or each time; only what shows the present state may stand for another."""
    for subscriptions in consequences.SUBSCRIPTIONS.values():
        for one in subscriptions:
            match consequences.EFFECTS[one.effect]:
                case Post() | Mailing():
                    assert one.supersede is None, one.effect
                case Work():
                    assert one.once is None, one.effect
