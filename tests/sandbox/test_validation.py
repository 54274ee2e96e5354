"""The limits of Block Kit: what just fits is let through, one more is refused with a sentence that says where."""

import inspect
from types import ModuleType
from typing import Literal

import pytest
import slack_sdk.models.blocks.block_elements
import slack_sdk.models.blocks.blocks
from slack_sdk.models.blocks import Block, InteractiveElement

from bot.sandbox.blocks import ALERT, EVERYWHERE, MESSAGES_ONLY, Surface, block_problems, blocks_too_long, view_problems
from bot.sandbox.elements import ELEMENTS
from bot.sandbox.wire import Json, text


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def section(words: str = "x", **more: object) -> Json:
    return {"type": "section", "text": mrkdwn(words), **more}


def button(**more: object) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def options(count: int) -> list[Json]:
    return [{"text": plain(f"Option {number}"), "value": f"v{number}"} for number in range(count)]


def menu(kind: str, count: int, **more: object) -> Json:
    return {"type": kind, "action_id": "pick", "options": options(count), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


TYPED: Json = {"type": "plain_text_input", "action_id": "typed"}
CONFIRM: Json = {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")}
BUTTONS = [button(action_id=f"go{number}") for number in range(26)]

FITS: list[tuple[str, Surface, list[Json]]] = [
    ("section of 3000", "message", [section("x" * 3000)]),
    ("header of 150", "message", [{"type": "header", "text": plain("x" * 150)}]),
    ("50 blocks in a message", "message", [section()] * 50),
    ("100 blocks in a modal", "modal", [section()] * 100),
    ("25 buttons", "message", [actions(*BUTTONS[:25])]),
    ("10 context elements", "message", [{"type": "context", "elements": [mrkdwn("x")] * 10}]),
    ("button text of 75, value of 2000", "message", [actions(button(text=plain("x" * 75), value="y" * 2000))]),
    ("button with confirm", "message", [actions(button(confirm=CONFIRM, style="danger"))]),
    ("overflow of 1", "message", [section(accessory=menu("overflow", 1))]),
    ("overflow of 5", "message", [actions(menu("overflow", 5))]),
    ("radio of 10", "modal", [field(menu("radio_buttons", 10))]),
    ("select of 100", "modal", [field(menu("static_select", 100))]),
    ("10 fields of 2000", "message", [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}]),
    ("input in a message", "message", [field(TYPED)]),
    ("hint and placeholder", "modal", [field({**TYPED, "placeholder": plain("x" * 150)}, hint=plain("y" * 2000))]),
    ("same action_id in two blocks", "message", [actions(button()), actions(button())]),
    ("markdown", "message", [{"type": "markdown", "text": "# Title"}]),
    (
        "feedback",
        "message",
        [
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "action_id": "f",
                        "positive_button": {"text": plain("Good"), "value": "good"},
                        "negative_button": {"text": plain("Bad"), "value": "bad"},
                    }
                ],
            },
        ],
    ),
    (
        "rich text",
        "message",
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]}],
            },
        ],
    ),
    ("table", "message", [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}]),
]

DOES_NOT_FIT: list[tuple[str, Surface, object, str]] = [
    (
        "section of 3001",
        "message",
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ("empty section", "message", [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("section of nothing", "message", [{"type": "section"}], "text or fields"),
    ("header of 151", "message", [{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    ("header in mrkdwn", "message", [{"type": "header", "text": mrkdwn("x")}], "must be one of plain_text"),
    ("51 blocks", "message", [section()] * 51, "no more than 50 items"),
    ("101 blocks", "modal", [section()] * 101, "no more than 100 items"),
    ("no array", "message", "blocks", "must be an array"),
    ("no object", "message", ["block"], "needs a type"),
    ("26 buttons", "message", [actions(*BUTTONS)], "no more than 25 items"),
    ("11 context elements", "message", [{"type": "context", "elements": [mrkdwn("x")] * 11}], "no more than 10 items"),
    ("11 fields", "message", [{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items"),
    ("field of 2001", "message", [{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "less than 2001"),
    ("button text of 76", "message", [actions(button(text=plain("x" * 76)))], "less than 76"),
    ("button text in mrkdwn", "message", [actions(button(text=mrkdwn("x")))], "must be one of plain_text"),
    ("button value of 2001", "message", [actions(button(value="x" * 2001))], "less than 2001"),
    ("button style", "message", [actions(button(style="warning"))], "must be one of primary, danger"),
    (
        "confirm title of 101",
        "message",
        [actions(button(confirm={**CONFIRM, "title": plain("x" * 101)}))],
        "less than 101",
    ),
    (
        "confirm text of 301",
        "message",
        [actions(button(confirm={**CONFIRM, "text": plain("x" * 301)}))],
        "less than 301",
    ),
    (
        "confirm button of 31",
        "message",
        [actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)}))],
        "less than 31",
    ),
    ("action_id of 256", "message", [actions(button(action_id="x" * 256))], "less than 256"),
    ("block_id of 256", "message", [section(block_id="x" * 256)], "less than 256"),
    ("two of one action_id", "message", [actions(button(), button())], "action_id must be unique within a block"),
    ("two of one block_id", "message", [section(block_id="a"), section(block_id="a")], "block_id must be unique"),
    ("overflow of 0", "message", [actions(menu("overflow", 0))], "at least 1 items"),
    ("overflow of 6", "message", [actions(menu("overflow", 6))], "no more than 5 items"),
    ("radio of 11", "modal", [field(menu("radio_buttons", 11))], "no more than 10 items"),
    ("checkboxes of 11", "modal", [field(menu("checkboxes", 11))], "no more than 10 items"),
    ("select of 101", "modal", [field(menu("static_select", 101))], "no more than 100 items"),
    ("select of 0", "modal", [field(menu("static_select", 0))], "at least 1 items"),
    ("select without options", "modal", [field({"type": "static_select", "action_id": "a"})], "exactly one of options"),
    ("options alike", "modal", [field({**menu("static_select", 1), "options": options(1) * 2})], "must be distinct"),
    (
        "option text of 76",
        "modal",
        [field({"type": "static_select", "options": [{"text": plain("x" * 76), "value": "v"}]})],
        "less than 76",
    ),
    (
        "option value of 76",
        "modal",
        [field({"type": "static_select", "options": [{"text": plain("x"), "value": "v" * 76}]})],
        "less than 76",
    ),
    (
        "initial option of another list",
        "modal",
        [field(menu("static_select", 2, initial_option=options(3)[2]))],
        "initial option",
    ),
    (
        "multi select in actions",
        "message",
        [actions(menu("multi_static_select", 2))],
        "unsupported type of element here",
    ),
    ("text field in actions", "message", [actions(TYPED)], "unsupported type of element here: plain_text_input"),
    ("button in an input", "modal", [field(button())], "unsupported type of element here: button"),
    ("text field beside a section", "message", [section(accessory=TYPED)], "unsupported type of element here"),
    ("button in context", "message", [{"type": "context", "elements": [button()]}], "context element"),
    ("label of 2001", "modal", [field(TYPED, label=plain("x" * 2001))], "less than 2001"),
    ("placeholder of 151", "modal", [field({**TYPED, "placeholder": plain("x" * 151)})], "less than 151"),
    ("max_length of 3001", "modal", [field({**TYPED, "max_length": 3001})], "from 1 to 3000"),
    ("initial value of 3001", "modal", [field({**TYPED, "initial_value": "x" * 3001})], "less than 3001"),
    ("unknown block", "message", [{"type": "sektion"}], "unsupported type of block here: sektion"),
    ("unknown element", "message", [actions({"type": "knob"})], "unsupported type of element here: knob"),
    ("unknown property", "message", [section(colour="red")], "additional property not allowed: colour"),
    ("no alt text", "message", [{"type": "image", "image_url": "https://x"}], "missing required field: alt_text"),
    ("image from nowhere", "message", [{"type": "image", "alt_text": "x"}], "exactly one of image_url"),
    ("markdown in a modal", "modal", [{"type": "markdown", "text": "x"}], "unsupported type of block here: markdown"),
    ("table at home", "home", [{"type": "table", "rows": [[]]}], "unsupported type of block here: table"),
    ("feedback in a modal", "modal", [{"type": "context_actions", "elements": []}], "unsupported type of block here"),
    (
        "markdown of 12001 in two",
        "message",
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "12001 characters together",
    ),
    ("two tables", "message", [{"type": "table", "rows": [[{"type": "raw_text"}]]}] * 2, "only one table"),
    ("101 rows", "message", [{"type": "table", "rows": [[{"type": "raw_text"}]] * 101}], "no more than 100 items"),
]


@pytest.mark.parametrize(("surface", "blocks"), [case[1:] for case in FITS], ids=[case[0] for case in FITS])
def test_what_just_fits_is_let_through(surface: Surface, blocks: list[Json]) -> None:
    assert block_problems(blocks, surface) == []


@pytest.mark.parametrize(
    ("surface", "blocks", "sentence"), [case[1:] for case in DOES_NOT_FIT], ids=[case[0] for case in DOES_NOT_FIT]
)
def test_one_more_is_refused_with_a_reason(surface: Surface, blocks: object, sentence: str) -> None:
    problems = block_problems(blocks, surface)
    assert any(sentence in problem for problem in problems), problems


MODAL: Json = {"type": "modal", "title": plain("Title"), "blocks": [section()]}
WITH_INPUT: Json = {**MODAL, "blocks": [field(TYPED)]}


@pytest.mark.parametrize(
    ("view", "surface", "sentence"),
    [
        ({**MODAL, "title": plain("x" * 25)}, "modal", "less than 25 characters [json-pointer:/view/title/text]"),
        ({**MODAL, "submit": plain("x" * 25)}, "modal", "less than 25"),
        ({**MODAL, "close": plain("x" * 25)}, "modal", "less than 25"),
        ({**MODAL, "private_metadata": "x" * 3001}, "modal", "less than 3001"),
        ({**MODAL, "callback_id": "x" * 256}, "modal", "less than 256"),
        ({**MODAL, "external_id": "x" * 256}, "modal", "less than 256"),
        ({**MODAL, "type": "home"}, "modal", "type must be modal"),
        ({**MODAL, "colour": "red"}, "modal", "additional property not allowed: colour"),
        ({"type": "modal", "blocks": []}, "modal", "missing required field: title"),
        (WITH_INPUT, "modal", "submit is required when there is an input block"),
        (
            {"type": "home", "blocks": [section()], "title": plain("x")},
            "home",
            "additional property not allowed: title",
        ),
        ({"type": "modal", "title": plain("x")}, "modal", "must be an array [json-pointer:/view/blocks]"),
    ],
)
def test_a_bad_view_is_refused_with_a_reason(view: Json, surface: Literal["modal", "home"], sentence: str) -> None:
    problems = view_problems(view, surface)
    assert any(sentence in problem for problem in problems), problems


@pytest.mark.parametrize(
    "view", [MODAL, {**WITH_INPUT, "submit": plain("x" * 24), "private_metadata": "x" * 3000}, {**MODAL, "blocks": []}]
)
def test_a_good_view_is_let_through(view: Json) -> None:
    assert view_problems(view, "modal") == []


def test_the_total_size_of_blocks_is_limited() -> None:
    assert not blocks_too_long([section("x" * 3000)] * 4)
    assert blocks_too_long([section("x" * 3000)] * 5)


def classes(module: ModuleType, base: type) -> list[str]:
    """Return the `type` of every block or element class of slack_sdk."""
    known = [each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, base)]
    return sorted({text(getattr(each, "type", "")) for each in known} - {""})


UNKNOWN = {
    "auth_provider",  # custom authentication
    "call",  # remote calls
    "workflow_button",  # workflows
    "url",  # a source within a task card, not an element of its own
}


def test_every_block_and_element_of_slack_sdk_is_known() -> None:
    blocks = classes(slack_sdk.models.blocks.blocks, Block)
    elements = classes(slack_sdk.models.blocks.block_elements, InteractiveElement)
    assert {"section", "context_actions"} <= set(blocks)
    assert set(blocks) - UNKNOWN <= {*EVERYWHERE, *ALERT, *MESSAGES_ONLY}
    assert set(elements) - UNKNOWN <= ELEMENTS.keys()
