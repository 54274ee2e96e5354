"""How a model is asked: a prompt from a file, data beside it, and an answer of a given shape that is read field by field.

`core.llm.claude` is the one that really asks; this file knows no vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, cast

import structlog
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic_core import PydanticUseDefault

from core.errors import Unavailable
from core.llm.provider import Usage
from core.secrets import masked

log = structlog.get_logger()

PROMPTS = Path(__file__).with_name("prompts")

Json = Mapping[str, "JsonValue"]
JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Json


class ModelAway(Unavailable):
    """The model cannot be reached, or wants no more just now. `after`: the seconds it asks to be left alone, if it says so."""

    def __init__(self, why: str, *, after: float | None = None) -> None:
        super().__init__("model", f"The AI model is not available: {why}.")
        self.after = after


class Unusable(Unavailable):
    """The model answered, but with nothing that can be used. `refused`: it did not want to. It has its price all the same."""

    def __init__(self, why: str, *, usage: Usage | None = None, refused: bool = False) -> None:
        super().__init__("model", f"The AI model gave no usable answer: {why}.")
        self.usage = usage
        self.refused = refused


def _all_wanted(schema: dict[str, Any]) -> None:
    """The model is asked for every field, whatever becomes of one that does not fit."""
    schema["required"] = list(schema.get("properties", {}))
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Wire(BaseModel):
    """The shape of an answer. A field that does not fit becomes its default, an item of a list that does not fit is left out; both are logged.

    So give every field a default. What is written in the descriptions reaches the model.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra=_all_wanted)

    @field_validator("*", mode="wrap")
    @classmethod
    def _keeps_what_fits(cls, value: object, fits: ValidatorFunctionWrapHandler) -> object:
        try:
            return fits(value)
        except ValidationError:
            if not isinstance(value, list):
                log.warning("a field of the model's answer does not fit", shape=cls.__name__)
                raise PydanticUseDefault from None
        whole: list[object] = []
        for item in cast("list[object]", value):
            try:
                whole += fits([item])
            except ValidationError:
                log.warning("an item of the model's answer does not fit", shape=cls.__name__)
        return tuple(whole)


class Prompt(BaseModel):
    """A prompt file: what stands between the two lines of `---` at its top, and the text below. Raise `version` with every change of the text.

    `model` is the setting that names the model, `max_tokens` the longest answer, `seconds` how long one call may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int = Field(ge=1)
    model: Literal["notes", "fast"]
    max_tokens: int = Field(ge=1, le=16_000)
    seconds: float = Field(gt=0, le=120)
    text: str

    @property
    def id(self) -> str:
        """Name and version, as kept with whatever was made by it: "turn-3"."""
        return f"{self.name}-{self.version}"


@cache
def prompt(name: str) -> Prompt:
    """The prompt `name`.md. Raises FileNotFoundError or ValueError: a program without its prompts is broken."""
    text = (PROMPTS / f"{name}.md").read_text(encoding="utf-8")
    found = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL)
    if found is None:
        raise ValueError(f"{name}.md does not begin with a header between two lines of ---")
    return Prompt.model_validate({"name": name, "text": found[2].strip(), **yaml.safe_load(found[1])})


_Shape = TypeVar("_Shape", bound=Wire)


@dataclass(frozen=True, slots=True)
class Answer(Generic[_Shape]):
    """What a model said, in the asked shape but not yet checked against its sources, and what it took."""

    output: _Shape
    usage: Usage
    prompt_version: str


class Asks(Protocol):
    async def ask(self, wanted: Prompt, payload: Json, shape: type[_Shape]) -> Answer[_Shape]:
        """Return the model's answer to `wanted` about `payload`, which it sees as data, with secrets masked.

        One try, within the prompt's seconds. Raises `ModelAway` or `Unusable`.
        """
        ...


def as_data(payload: Json) -> str:
    """`payload` as the JSON that is sent: secrets masked in every text, keys in the given order."""
    return json.dumps(_masked(payload), ensure_ascii=False, separators=(",", ":"), default=str)


def _masked(value: JsonValue) -> Any:  # JSON, as json.dumps takes it
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_masked(item) for item in value]
    return value
