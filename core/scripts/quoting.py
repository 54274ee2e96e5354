"""A value as a script's language writes it down, so that whatever it holds it stays a value.

PowerShell and bash: single quotes, in which nothing is live but the quote itself. Python: `ascii`, which escapes everything else.
"""

from __future__ import annotations

from decimal import Decimal

from core.errors import Invalid
from core.scripts.languages import Language
from core.scripts.parameters import Value
from core.scripts.powershell import SINGLE_QUOTES
from core.scripts.reading import Place, Standing


def literal(value: Value, language: Language) -> str:
    """The value by itself, as source text."""
    match value:
        case bool():
            return _truth(value, language)
        case Decimal():
            number = f"{value:f}"
            return f"({number})" if value < 0 and language is Language.PYTHON else number
        case str():
            return _text(value, language)
        case tuple():
            words = [_text(each, language) for each in value]
            match language:
                case Language.POWERSHELL:
                    return f"@({', '.join(words)})"
                case Language.BASH:
                    return " ".join(words)
                case Language.PYTHON:
                    return f"[{', '.join(words)}]"


def written(value: Value, place: Place, language: Language) -> str:
    """The value as it stands at `place`. Raises `Invalid` on `values.<key>` where such a value cannot stand there."""
    if place.standing is Standing.DIGITS and not isinstance(value, Decimal):
        raise Invalid("Only a number can stand where this is used in the script.", field=f"values.{place.key}")
    if isinstance(value, Decimal) and place.standing is not Standing.BARE:
        return f"{value:f}"
    if isinstance(value, tuple):
        if not may_hold_list(place, language):
            raise Invalid("A list cannot stand where this is used in the script.", field=f"values.{place.key}")
        return literal(value, language)
    if place.standing in {Standing.BARE, Standing.WORDS}:
        return literal(value, language)
    text = _spoken(value, language)
    match language, place.standing:
        case Language.BASH, Standing.DOUBLE:
            return f'"{_text(text, language)}"'
        case Language.BASH, Standing.SINGLE:
            return f"'{_text(text, language)}'"
        case Language.POWERSHELL, Standing.DOUBLE:
            return f"$({_text(text, language)})"
        case Language.POWERSHELL, Standing.SINGLE:
            return _doubled(text)
        case _:
            raise Invalid("This cannot be filled in safely where it stands.", field=f"values.{place.key}")


def may_hold_list(place: Place, language: Language) -> bool:
    """In bash a list is several words: only an array and `for … in` take them as what they are."""
    return place.standing is (Standing.WORDS if language is Language.BASH else Standing.BARE)


def _spoken(value: str | Decimal | bool, language: Language) -> str:
    """The value as a text, for a place inside quotes."""
    match value:
        case bool():
            return _truth(value, language).removeprefix("$")
        case Decimal():
            return f"{value:f}"
        case str():
            return value


def _truth(value: bool, language: Language) -> str:
    match language:
        case Language.POWERSHELL:
            return "$true" if value else "$false"
        case Language.BASH:
            return "true" if value else "false"
        case Language.PYTHON:
            return "True" if value else "False"


def _text(value: str, language: Language) -> str:
    if "\0" in value:
        raise Invalid("This holds a null byte, which no script can take.")
    match language:
        case Language.POWERSHELL:
            return f"'{_doubled(value)}'"
        case Language.BASH:
            return "'" + value.replace("'", "'\\''") + "'"
        case Language.PYTHON:
            return ascii(value)


def _doubled(value: str) -> str:
    return "".join(one * 2 if one in SINGLE_QUOTES else one for one in value)
