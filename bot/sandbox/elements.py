"""Composition objects and block elements with Slack's limits, and which elements may stand where."""

from collections.abc import Iterator, Mapping

from bot.sandbox.checks import Check, anything, array, both, flag, number, one_of, problem, shape, string, typed
from bot.sandbox.wire import Json, obj, objs

ID = string(255)
CONST_TYPE = {"type": anything}


def plain(most: int) -> Check:
    """A plain_text object."""
    return shape({"type": one_of("plain_text"), "text": string(most)}, {"emoji": flag})


def mrkdwn(most: int) -> Check:
    """A mrkdwn object."""
    return shape({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": flag})


def any_text(most: int = 3000) -> Check:
    """A plain_text or mrkdwn object."""
    return typed({"plain_text": plain(most), "mrkdwn": mrkdwn(most)}, "text object")


CONFIRM = shape(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)


def option(text: Check) -> Check:
    """An option; its value is kept to the 75 characters that are documented everywhere."""
    return shape({"text": text, "value": string(75)}, {"description": any_text(75), "url": string(3000)})


PLAIN_OPTION = option(plain(75))
TEXT_OPTION = option(any_text(75))
OPTION_GROUP = shape({"label": plain(75), "options": array(PLAIN_OPTION, 1, 100)})
FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def distinct_values(value: object, pointer: str) -> Iterator[str]:
    """Say where two options of a list have the same value: the answer would be ambiguous."""
    values = [each.get("value") for each in objs(obj(value).get("options"))]
    if len(set(map(str, values))) != len(values):
        yield problem("option values must be distinct", f"{pointer}/options")


def initial_is_an_option(value: object, pointer: str) -> Iterator[str]:
    """Say where an initial option is not among the options."""
    fields = obj(value)
    offered = objs(fields.get("options"))
    for group in objs(fields.get("option_groups")):
        offered += objs(group.get("options"))
    wanted = objs(fields.get("initial_options"))
    if "initial_option" in fields:
        wanted.append(obj(fields["initial_option"]))
    if any(each not in offered for each in wanted):
        yield problem("initial option must be one of the options", pointer)


def one_source(value: object, pointer: str) -> Iterator[str]:
    """Say where a select has both options and option_groups, or neither."""
    fields = obj(value)
    if ("options" in fields) == ("option_groups" in fields):
        yield problem("exactly one of options and option_groups is required", pointer)


BASE: Mapping[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
FIELD: Mapping[str, Check] = {**BASE, "placeholder": plain(150)}
LIST: Mapping[str, Check] = {"options": array(PLAIN_OPTION, 1, 100), "option_groups": array(OPTION_GROUP, 1, 100)}
MOST = {"max_selected_items": number(1, 100)}


def element(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An element: its type, the required fields and the optional ones."""
    return shape({**CONST_TYPE, **required}, optional)


def selects() -> dict[str, Check]:
    """Return all select menus, single and multiple."""
    single: dict[str, Check] = {
        "static_select": both(
            element({}, {**FIELD, **LIST, "initial_option": PLAIN_OPTION}),
            one_source,
            distinct_values,
            initial_is_an_option,
        ),
        "external_select": element({}, {**FIELD, "initial_option": PLAIN_OPTION, "min_query_length": number(0, 1000)}),
    }
    multiple: dict[str, Check] = {
        "multi_static_select": both(
            element({}, {**FIELD, **LIST, **MOST, "initial_options": array(PLAIN_OPTION, 1, 100)}),
            one_source,
            distinct_values,
            initial_is_an_option,
        ),
        "multi_external_select": element(
            {},
            {**FIELD, **MOST, "initial_options": array(PLAIN_OPTION, 1, 100), "min_query_length": number(0, 1000)},
        ),
    }
    for noun in ("user", "channel", "conversation"):
        extra: dict[str, Check] = {"response_url_enabled": flag} if noun != "user" else {}
        more: dict[str, Check] = {"filter": FILTER, "default_to_current_conversation": flag}
        extra |= more if noun == "conversation" else {}
        single[f"{noun}s_select"] = element({}, {**FIELD, **extra, f"initial_{noun}": string(30)})
        extra.pop("response_url_enabled", None)
        multiple[f"multi_{noun}s_select"] = element(
            {}, {**FIELD, **MOST, **extra, f"initial_{noun}s": array(string(30), 1, 100)}
        )
    return single | multiple


DISPATCH = shape({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
TYPED_IN: Mapping[str, Check] = {
    "action_id": ID,
    "focus_on_load": flag,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
    "initial_value": string(3000, 0),
}
FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
CHOICES = both(distinct_values, initial_is_an_option)

ELEMENTS: dict[str, Check] = {
    **selects(),
    "button": element(
        {"text": plain(75)},
        {
            "action_id": ID,
            "url": string(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "agent_prompt": string(4000),
            "agent_prompt_display": anything,
            "visible_to_user_ids": array(string(30), 0, 100),
        },
    ),
    "overflow": both(element({"options": array(PLAIN_OPTION, 1, 5)}, {"action_id": ID, "confirm": CONFIRM}), CHOICES),
    "checkboxes": both(
        element({"options": array(TEXT_OPTION, 1, 10)}, {**BASE, "initial_options": array(TEXT_OPTION, 1, 10)}), CHOICES
    ),
    "radio_buttons": both(
        element({"options": array(TEXT_OPTION, 1, 10)}, {**BASE, "initial_option": TEXT_OPTION}), CHOICES
    ),
    "datepicker": element({}, {**FIELD, "initial_date": string(10)}),
    "timepicker": element({}, {**FIELD, "initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": element({}, {**BASE, "initial_date_time": number(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": element(
        {}, {**TYPED_IN, "multiline": flag, "min_length": number(0, 3000), "max_length": number(1, 3000)}
    ),
    "email_text_input": element({}, TYPED_IN),
    "url_text_input": element({}, TYPED_IN),
    "number_input": element(
        {"is_decimal_allowed": flag}, {**TYPED_IN, "min_value": string(100), "max_value": string(100)}
    ),
    "rich_text_input": element(
        {}, {**TYPED_IN, "initial_value": anything, "min_lines": number(1, 100), "max_lines": number(1, 100)}
    ),
    "file_input": element({}, {"action_id": ID, "filetypes": array(string(20), 1, 100), "max_files": number(1, 10)}),
    "image": element({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": anything}),
    "feedback_buttons": element({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ID}),
    "icon_button": element(
        {"icon": one_of("trash"), "text": plain(75)},
        {
            "action_id": ID,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": array(string(30), 0, 100),
        },
    ),
}

SINGLE_SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
MULTI_SELECTS = tuple("multi_" + name for name in SINGLE_SELECTS)
PICKERS = ("datepicker", "timepicker", "checkboxes", "radio_buttons", *SINGLE_SELECTS)
IN_ACTIONS = ("button", "overflow", "datetimepicker", *PICKERS)
IN_SECTION = ("button", "overflow", "image", *PICKERS, *MULTI_SELECTS)
TYPED_INPUTS = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
IN_INPUT = (*TYPED_INPUTS, "datetimepicker", *PICKERS, *MULTI_SELECTS)
STATEFUL = frozenset({"datetimepicker", *TYPED_INPUTS, *PICKERS, *MULTI_SELECTS})


def element_of(*allowed: str) -> Check:
    """One element of the allowed types."""
    return typed({name: ELEMENTS[name] for name in allowed}, "element")


def distinct_action_ids(elements: list[Json], pointer: str) -> Iterator[str]:
    """Say where two elements of one block have the same action_id."""
    ids = [each["action_id"] for each in elements if "action_id" in each]
    if len(set(map(str, ids))) != len(ids):
        yield problem("action_id must be unique within a block", pointer)
