"""The starter playbooks: known problems, how people word them, and what to do; one YAML file each."""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from core.llm.provider import TITLE_LIMIT, Language

STARTER = Path(__file__).with_name("playbooks")

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


# The safe loader in C, where the wheel has it: sixty playbooks are read at every start.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenPlaybook(Exception):
    """A playbook cannot be read; the message names the file, the field and the fault."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaybookFix(_Strict):
    """What to do: a script, steps, or both; `confidence` is the percentage of such problems that it mends."""

    title: Annotated[str, StringConstraints(min_length=5, max_length=TITLE_LIMIT)]
    confidence: int = Field(ge=1, le=95)
    language: Language | None = None
    script: str | None = None
    steps: tuple[_Line, ...] = ()

    @model_validator(mode="after")
    def _is_something_to_do(self) -> Self:
        if (self.script is None) != (self.language is None):
            raise ValueError("script and language go together")
        if self.script is None and not self.steps:
            raise ValueError("needs a script or steps")
        return self


class Playbook(_Strict):
    """A known problem with the questions that tell it apart, why it happens, its fix, and how to see that it worked."""

    slug: _Slug
    title: _Line
    symptoms: tuple[_Line, ...] = Field(min_length=1)
    examples: tuple[_Line, ...] = Field(min_length=5)
    questions: tuple[_Line, ...] = Field(min_length=2)
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=600)]
    fix: PlaybookFix
    checks: tuple[_Line, ...] = Field(min_length=1)


@cache
def load_playbooks(folder: Path = STARTER) -> tuple[Playbook, ...]:
    """Return the playbooks of a folder, by slug, read once; raises BrokenPlaybook on the first that cannot be read."""
    return tuple(_load(file) for file in sorted(folder.glob("*.yml")))


def _load(file: Path) -> Playbook:
    try:
        playbook = Playbook.model_validate(yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER))  # noqa: S506 - it is the safe one
    except yaml.YAMLError as error:
        raise BrokenPlaybook(f"{file.name}: not valid YAML: {error}") from error
    except ValidationError as error:
        faults = (".".join(map(str, fault["loc"])) + ": " + fault["msg"] for fault in error.errors())
        raise BrokenPlaybook(f"{file.name}: " + "; ".join(faults)) from error
    if playbook.slug != file.stem:
        raise BrokenPlaybook(f"{file.name}: slug: must be the file's name, {file.stem}, not {playbook.slug}")
    return playbook
