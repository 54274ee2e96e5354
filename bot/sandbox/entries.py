"""From what a person picked or typed in one element to the form in which Slack reports it."""

from bot.sandbox.views import LISTS, answer_field
from bot.sandbox.wire import Json, items, obj, objs, text


class Impossible(Exception):
    """A person at a screen could not do this; the argument says why."""


def options_of(element: Json, served: list[Json]) -> list[Json]:
    """Return the options a person sees in the element; served are those an external select was given."""
    offered = [*objs(element.get("options")), *served]
    for group in objs(element.get("option_groups")):
        offered += objs(group.get("options"))
    return [
        *offered,
        *objs(element.get("initial_options")),
        *([obj(element["initial_option"])] if "initial_option" in element else []),
    ]


def chosen(element: Json, value: object, served: list[Json]) -> Json:
    """Return the option with that value. Raises Impossible when there is none."""
    for option in options_of(element, served):
        if option.get("value") == value:
            return option
    raise Impossible(f"There is no option {value!r} in {element.get('action_id')!r}.")


def answer(element: Json, value: object, served: list[Json]) -> Json:
    """Return the state of the element after the person entered value (an option's value, an id, a date, typed text).

    Raises Impossible where no person could enter this.
    """
    kind, name = text(element.get("type")), answer_field(element)
    blank = value is None or value in ("", [])
    if name in LISTS:
        picked = [] if blank else items(value) or [value]
        options = name == "selected_options"
        return {"type": kind, name: [chosen(element, each, served) if options else each for each in picked]}
    if blank:
        return {"type": kind, name: None}
    match name:
        case "selected_option":
            value = chosen(element, value, served)
        case "selected_date_time":
            if not isinstance(value, int):
                raise Impossible("A date and time is chosen as seconds since 1970.")
        case "rich_text_value":
            pass
        case _:
            if not isinstance(value, str):
                raise Impossible(f"{element.get('action_id')!r} takes text, not {value!r}.")
    return {"type": kind, name: value}


def is_empty(entered: Json, element: Json) -> bool:
    """Return whether nothing stands in the element."""
    return entered.get(answer_field(element)) in (None, "", [])


def client_refusal(element: Json, entered: Json, *, optional: bool) -> str | None:
    """Return the sentence with which Slack's own client refuses to submit, or None."""
    if is_empty(entered, element):
        return None if optional else "Please complete this required field."
    value = text(entered.get("value"))
    match element.get("type"):
        case "plain_text_input":
            return _length_refusal(element, value)
        case "number_input":
            return _number_refusal(element, value)
        case "email_text_input" if "@" not in value:
            return "Please enter a valid email address."
        case "url_text_input" if "://" not in value:
            return "Please enter a valid URL."
        case _:
            return None


def _length_refusal(element: Json, value: str) -> str | None:
    least, most = element.get("min_length"), element.get("max_length", 3000)
    if isinstance(least, int) and len(value) < least:
        return f"Please use {least} characters or more."
    if isinstance(most, int) and len(value) > most:
        return f"Please use {most} characters or fewer."
    return None


def _number_refusal(element: Json, value: str) -> str | None:
    try:
        entered = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not entered.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and entered < float(text(element["min_value"])):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and entered > float(text(element["max_value"])):
        return f"Please enter {element['max_value']} or less."
    return None


def action(block: Json, element: Json, value: object, action_ts: str, served: list[Json]) -> Json:
    """Return the entry of `actions` for a press or choice. Raises Impossible where no person could do it."""
    kind = text(element.get("type"))
    done: Json = {
        "type": kind,
        "action_id": element.get("action_id"),
        "block_id": block.get("block_id"),
        "action_ts": action_ts,
    }
    for name in ("text", "placeholder", "confirm", "style", "url"):
        if name in element and kind != "plain_text_input":
            done[name] = element[name]
    match kind:
        case "button" | "icon_button":
            if "value" in element:
                done["value"] = element["value"]
        case "feedback_buttons":
            pair = [obj(element.get("positive_button")), obj(element.get("negative_button"))]
            pressed = next((each for each in pair if each.get("value") == value), None)
            if pressed is None:
                raise Impossible(f"There is no feedback button with the value {value!r}.")
            done |= {"value": value, "text": pressed.get("text")}
        case _:
            entered = answer(element, value, served)
            done |= {name: each for name, each in entered.items() if name != "type"}
    return done
