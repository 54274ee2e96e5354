"""The parameters of a template: what they are called, what may be filled in, and what a filled-in text means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from core.errors import Invalid
from core.text import shorten

# Lower case and no blanks, so that `{{ name }}` and `{{.Name}}` of other template languages stay what they are.
KEY = r"[a-z][a-z0-9_]{0,39}"
PLACEHOLDER = re.compile(r"\{\{(" + KEY + r")\}\}")
VALUE_LIMIT = 3_000
MOST_PARAMETERS = 60
MOST_CHOICES = 50

Value = str | Decimal | bool | tuple[str, ...]


class ParameterType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"
    PASSWORD = "password"  # noqa: S105 - the name of a type


_Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
# Persian and emoji need the two joiners.
_SEEN = "\n\t\u200c\u200d"
_BOOLEAN = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Parameter(BaseModel):
    """One `{{key}}` of a body. `default` is a text as a person would fill it in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
    label: _Label
    type: ParameterType = ParameterType.TEXT
    required: bool = True
    default: Annotated[str, StringConstraints(max_length=VALUE_LIMIT)] | None = None
    choices: tuple[_Choice, ...] = Field(default=(), max_length=MOST_CHOICES)
    help: Annotated[str, StringConstraints(max_length=300)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.type is ParameterType.CHOICE and not self.choices:
            raise ValueError("say between which values to choose, one a line")
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("two of the choices are the same")
        if self.type is ParameterType.PASSWORD and self.default:
            raise ValueError("a password has no default: it would be stored")
        if self.default is not None:
            try:
                self.read(self.default)
            except Invalid as refusal:
                raise ValueError(f"the default does not fit: {refusal}") from None
        return self

    @property
    def is_secret(self) -> bool:
        return self.type is ParameterType.PASSWORD

    def read(self, given: str | None) -> Value:
        """What a filled-in text means; an empty one means the default, else what is empty in the type.

        Raises `Invalid` without a field, since only the form knows where the text stood.
        """
        text = readable(given or "")
        if not text.strip() and not (self.type is ParameterType.PASSWORD and text):
            if self.default is not None and given is None:
                return self.read(self.default)
            if self.required:
                raise Invalid("Please fill this in.")
            text = ""
        match self.type:
            case ParameterType.TEXT | ParameterType.PASSWORD:
                return text
            case ParameterType.NUMBER:
                return _number(text)
            case ParameterType.BOOLEAN:
                return _yes_or_no(text)
            case ParameterType.CHOICE:
                if text and text not in self.choices:
                    raise Invalid(f"“{shorten(text, 80)}” is none of the choices any more.")
                return text
            case ParameterType.LIST:
                return tuple(line.strip() for line in text.split("\n") if line.strip())


_SCHEMA = TypeAdapter(tuple[Parameter, ...])


def readable(text: str) -> str:
    """The text with plain newlines. Raises `Invalid` for what nobody can see, since a script would get it all the same."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(whole) > VALUE_LIMIT:
        raise Invalid(f"This has {len(whole):,} characters; at most {VALUE_LIMIT:,} fit.")
    for character in whole:
        if character not in _SEEN and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise Invalid(f"This holds a character that nobody can see (U+{ord(character):04X}). Please type it again.")
    return whole


def _number(text: str) -> Value:
    wanted = text.strip()
    if not wanted:
        return ""
    if not _NUMBER.fullmatch(wanted) or not wanted.isascii():
        raise Invalid("This is not a number, such as 12 or -3.5.")
    return Decimal(wanted)


def _yes_or_no(text: str) -> Value:
    wanted = text.strip().lower()
    if not wanted:
        return False
    if wanted not in _BOOLEAN:
        raise Invalid("This is neither yes nor no.")
    return _BOOLEAN[wanted]


def placeholders(body: str) -> tuple[str, ...]:
    """The keys a body uses, each once, in the order of their first use."""
    return tuple(dict.fromkeys(match[1] for match in PLACEHOLDER.finditer(body)))


def label_for(key: str) -> str:
    """What a parameter is called until a person calls it something."""
    return key.replace("_", " ").strip().capitalize() or key


def parameters_of(schema: object) -> tuple[Parameter, ...]:
    """The parameters that a row keeps. Raises `Invalid` for what no version of this program wrote."""
    try:
        return _SCHEMA.validate_python(schema or [])
    except ValidationError as error:
        raise Invalid("The parameters kept here cannot be read.") from error


def schema_of(parameters: Sequence[Parameter]) -> list[object]:
    """The parameters as a row keeps them."""
    return [one.model_dump(mode="json") for one in parameters]


def values_of(parameters: Sequence[Parameter], given: Mapping[str, str | None]) -> dict[str, Value]:
    """What was filled in, by key. Raises `Invalid` on the field `values.<key>`."""
    found: dict[str, Value] = {}
    for one in parameters:
        try:
            found[one.key] = one.read(given.get(one.key))
        except Invalid as refusal:
            raise Invalid(str(refusal), field=f"values.{one.key}") from None
    return found


def sample(parameter: Parameter) -> Value:
    """What a preview shows: the default, else something that says what is meant."""
    if parameter.default is not None:
        return parameter.read(parameter.default)
    meant = f"‹{parameter.label}›"
    match parameter.type:
        case ParameterType.NUMBER:
            return Decimal(1)
        case ParameterType.BOOLEAN:
            return True
        case ParameterType.CHOICE:
            return parameter.choices[0]
        case ParameterType.LIST:
            return (meant,)
        case ParameterType.TEXT | ParameterType.PASSWORD:
            return meant
