"""What can be asked of the script library."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from core.ids import CategoryId, DraftId, FixId, SessionId, TemplateId
from core.scripts.languages import Language
from core.scripts.parameters import Parameter
from core.sessions.commands import Command


class KeepDraft(Command):
    """A script was run and is to become a template later. `original` parameters are those the script came with, by key."""

    fix_id: FixId
    session_id: SessionId
    title: str
    script: str
    language: Language
    parameters: tuple[Parameter, ...] = ()


class AcceptDraft(Command):
    """`acknowledged` is the mark of the findings that a person has looked at."""

    draft_id: DraftId
    name: str | None = None
    category_id: CategoryId | None = None
    description: str | None = None
    edited_body: str | None = None
    parameters: tuple[Parameter, ...] | None = None
    acknowledged: str | None = None


class RejectDraft(Command):
    draft_id: DraftId
    reason: str | None = None


class PublishTemplate(Command):
    """A template that was built by hand, or, with `template_id`, the next version of one."""

    name: str | None = None
    category_id: CategoryId | None = None
    description: str | None = None
    edited_body: str | None = None
    language: Language
    parameters: tuple[Parameter, ...] = ()
    acknowledged: str | None = None
    template_id: TemplateId | None = None
    fix_id: FixId | None = None
    session_id: SessionId | None = None


class FillTemplate(Command):
    """`values` has what was typed, by key. It is never logged, since passwords are in it."""

    template_id: TemplateId
    values: Mapping[str, str | None] = Field(repr=False)
    session_id: SessionId | None = None
    fix_id: FixId | None = None
