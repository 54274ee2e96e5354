"""From a template to the script that is run: checked as a whole, filled in place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import Invalid
from core.scripts.languages import Language
from core.scripts.parameters import Parameter, ParameterType, Value, placeholders
from core.scripts.places import places
from core.scripts.quoting import may_hold_list, written
from core.scripts.reading import Place, Standing


def check(body: str, language: Language, parameters: Sequence[Parameter]) -> tuple[Place, ...]:
    """The places of a body that goes with its parameters.

    Raises `Invalid` on `edited_body`: a placeholder without a parameter and the reverse, or one that stands where its value cannot.
    """
    known = {one.key: one for one in parameters}
    if len(known) != len(parameters):
        raise Invalid("Two parameters have the same name.", field="edited_body")
    used = placeholders(body)
    if missing := [key for key in used if key not in known]:
        raise Invalid(
            f"{_marks(missing)} is used, but is no parameter. Add it, or, where it belongs to another template language, write "
            f"{{{{ {missing[0]} }}}} with blanks.",
            field="edited_body",
        )
    if unused := [key for key in known if key not in used]:
        raise Invalid(
            f"The script does not use {_marks(unused)}. Put it in, or remove the parameter.", field="edited_body"
        )
    found = places(body, language)
    for place in found:
        _check_place(place, known[place.key], language)
    return found


def _check_place(place: Place, parameter: Parameter, language: Language) -> None:
    if place.standing is Standing.DIGITS and parameter.type is not ParameterType.NUMBER:
        raise Invalid(
            f"{{{{{place.key}}}}} stands in a comment or a calculation: only a number can be put in there safely.",
            field="edited_body",
        )
    if parameter.type is ParameterType.LIST and not may_hold_list(place, language):
        how = (
            "in an array, names=({{names}}), or behind “in”"
            if language is Language.BASH
            else "by itself, outside quotes"
        )
        raise Invalid(f"{{{{{place.key}}}}} is a list, which must stand {how}.", field="edited_body")


def fill(body: str, language: Language, parameters: Sequence[Parameter], values: Mapping[str, Value]) -> str:
    """The script with every value quoted where it stands. Raises `Invalid` when body and parameters do not go together."""
    parts: list[str] = []
    at = 0
    for place in check(body, language, parameters):
        parts += [body[at : place.start], written(values[place.key], place, language)]
        at = place.end
    return "".join([*parts, body[at:]])


def _marks(keys: Sequence[str]) -> str:
    return ", ".join(f"{{{{{key}}}}}" for key in keys[:5])
