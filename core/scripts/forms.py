"""What a person has written into a review or builder so far: kept as it was typed, right or wrong, and read only when it is to be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import Invalid
from core.scripts.languages import Language
from core.scripts.models import BODY_LIMIT
from core.scripts.parameters import (
    MOST_PARAMETERS,
    Parameter,
    ParameterType,
    label_for,
    placeholders,
)
from core.scripts.places import places
from core.scripts.quoting import written
from core.text import clean

PER_PAGE = 8


class Row(BaseModel):
    """One parameter as it was typed. `original` is what stood in the script before it became a parameter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    label: str = ""
    type: ParameterType = ParameterType.TEXT
    required: bool = True
    default: str = ""
    choices: str = ""
    help: str | None = None
    removed: bool = False
    original: str | None = None

    def parameter(self) -> Parameter:
        """Raises `Invalid` on `parameters.<key>.<attribute>`, naming the parameter, since it may be on another page."""
        is_choice = self.type is ParameterType.CHOICE
        try:
            return Parameter(
                key=self.key,
                label=self.label or label_for(self.key),
                type=self.type,
                required=self.required,
                default=self.default or None,
                choices=tuple(line.strip() for line in self.choices.split("\n") if line.strip()) if is_choice else (),
                help=self.help,
            )
        except ValidationError as error:
            first = error.errors()[0]
            attribute = str(first["loc"][0]) if first["loc"] else _about(first["msg"])
            sentence = first["msg"].removeprefix("Value error, ")
            raise Invalid(
                f"{{{{{self.key}}}}}: {sentence}.".replace("..", "."), field=f"parameters.{self.key}.{attribute}"
            ) from None


def _about(sentence: str) -> str:
    return "choices" if "choice" in sentence or "choose" in sentence else "default"


class Written(BaseModel):
    """A whole form. `revision` rises whenever it is drawn anew, so that what is kept here is what the form shows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = ""
    category_id: str | None = None
    description: str = ""
    language: Language = Language.POWERSHELL
    body: str = ""
    rows: tuple[Row, ...] = ()
    page: int = 0
    revision: int = 0
    mute: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.rows) // PER_PAGE))

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[self.page * PER_PAGE : (self.page + 1) * PER_PAGE]

    def taking(self, given: Mapping[str, object]) -> Self:
        """With what the open page holds: fields by the names that the form gives them, `parameters.<key>.<attribute>` among them."""
        changes: dict[str, object] = {}
        for field in ("name", "description"):
            if field in given:
                changes[field] = str(given[field] or "")
        if "edited_body" in given:
            changes["body"] = clean(str(given["edited_body"] or ""))[: BODY_LIMIT + 1]
        if "category_id" in given:
            changes["category_id"] = given["category_id"] and str(given["category_id"])
        if given.get("language") in set(Language):
            changes["language"] = Language(str(given["language"]))
        if "mute" in given:
            changes["mute"] = bool(given["mute"])
        changes["rows"] = tuple(_taking(row, given) for row in self.rows)
        return self.model_copy(update=changes)

    def completed(self) -> Self:
        """With a row for every placeholder that has none: what the person just wrote into the script becomes a parameter to look at."""
        known = {row.key for row in self.rows}
        fresh = [key for key in placeholders(self.body) if key not in known]
        if len(known) + len(fresh) > MOST_PARAMETERS:
            raise Invalid(f"A template has at most {MOST_PARAMETERS} parameters.", field="edited_body")
        revived = {key for key in placeholders(self.body) if key in known}
        rows = [row for row in self.rows if not row.removed or row.key in revived]
        return self.model_copy(update={"rows": (*rows, *(Row(key=key, label=label_for(key)) for key in fresh))})

    def without_removed(self) -> Self:
        """The removed parameters are taken out, and what they stood for is written into the script again.

        Raises `Invalid` on `parameters.<key>.removed` where nothing is known that could stand there.
        """
        gone = {row.key: row for row in self.rows if row.removed}
        body = self.body
        for place in reversed(places(body, self.language)) if gone.keys() & set(placeholders(body)) else ():
            row = gone.get(place.key)
            if row is None:
                continue
            value = row.original if row.original is not None else row.default
            if not value:
                raise Invalid(
                    f"{{{{{row.key}}}}} still stands in the script: write what belongs there, or give it a default to put there.",
                    field=f"parameters.{row.key}.default",
                )
            plain = Parameter(key=row.key, label=row.key, type=_plain(row.type), required=False)
            body = body[: place.start] + written(plain.read(value), place, self.language) + body[place.end :]
        return self.model_copy(update={"body": body, "rows": tuple(row for row in self.rows if not row.removed)})

    def parameters(self) -> tuple[Parameter, ...]:
        """Raises `Invalid` on the row that is not right."""
        return tuple(row.parameter() for row in self.rows)


def _plain(kind: ParameterType) -> ParameterType:
    return ParameterType.TEXT if kind in {ParameterType.CHOICE, ParameterType.PASSWORD} else kind


def _taking(row: Row, given: Mapping[str, object]) -> Row:
    changes: dict[str, object] = {}
    for attribute in ("label", "default", "choices"):
        if (field := f"parameters.{row.key}.{attribute}") in given:
            changes[attribute] = str(given[field] or "")
    if given.get(kind := f"parameters.{row.key}.type") in set(ParameterType):
        changes["type"] = ParameterType(str(given[kind]))
    if (ticked := f"parameters.{row.key}.flags") in given:
        flags = cast("list[object]", given[ticked] or [])
        changes |= {"required": "required" in flags, "removed": "removed" in flags}
    return row.model_copy(update=changes)


def rows_of(parameters: object) -> tuple[Row, ...]:
    """Rows of what a draft or a template keeps: a list of parameters, perhaps with what stood in the script before."""
    rows: list[Row] = []
    for one in cast("list[object]", parameters) if isinstance(parameters, list) else []:
        kept = cast("dict[str, object]", one)
        choices = "\n".join(str(each) for each in cast("list[object]", kept.get("choices") or []))
        rows.append(Row.model_validate({**kept, "choices": choices, "default": kept.get("default") or ""}))
    return tuple(rows)
