"""JSON as it comes from outside: small readers that answer with an empty value where the shape is another one."""

import json
from typing import TypeAlias, cast

Json: TypeAlias = dict[str, object]


def obj(value: object) -> Json:
    """Return value if it is a JSON object, else an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return value if it is a JSON array, else an empty one."""
    return cast(list[object], value) if isinstance(value, list) else []


def objs(value: object) -> list[Json]:
    """Return the objects within a JSON array; whatever else it holds is left out."""
    return [cast(Json, each) for each in items(value) if isinstance(each, dict)]


def text(value: object, default: str = "") -> str:
    """Return value if it is a string, else default."""
    return value if isinstance(value, str) else default


def maybe_text(value: object) -> str | None:
    """Return value if it is a non-empty string, else None."""
    return value if isinstance(value, str) and value else None


def whole(value: object, default: int) -> int:
    """Return value as a whole number, also from a form's string; default where it is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return default


def seconds(value: object, default: float) -> float:
    """Return value as a number of seconds; default where it is none."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return default
    return default


def flag(value: object) -> bool:
    """Return whether value means yes, in JSON or as a form writes it."""
    return value in (True, 1, "1", "true", "True")


def decoded(value: object) -> object:
    """Return what a form field holds: arrays and objects travel in it as JSON text.

    Raises ValueError where the field looks like JSON and is not.
    """
    if isinstance(value, str) and value[:1] in ("{", "["):
        parsed: object = json.loads(value)
        return parsed
    return value


def compact(value: object) -> str:
    """Return value as JSON without spaces, which is what Slack's size limits count."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
