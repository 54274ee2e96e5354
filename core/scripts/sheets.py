"""Forms with pages: what a person has typed is kept for them until it is saved, however often they turn the page or close the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from core.accounts import preferences
from core.errors import Conflict
from core.ids import CategoryId, DraftId, FixId, SessionId, SheetId, TemplateId
from core.scripts import boxes, library, queries, service
from core.scripts.commands import AcceptDraft, KeepDraft, PublishTemplate
from core.scripts.dangers import Finding, look, mark_of
from core.scripts.filling import fill
from core.scripts.forms import Written, rows_of
from core.scripts.models import Draft, Sheet, Template
from core.scripts.parameters import Parameter, sample
from core.scripts.resemblance import resembling
from core.text import clean
from core.unit import Unit

Kind = Literal["draft", "fix", "template", "new"]


class Page(Written):
    """A form, what it is about, and, for a script that is built from a fix, its session."""

    kind: Kind = "new"
    session_id: UUID | None = None


@dataclass(frozen=True)
class Open:
    """A form to show. `findings` are what the person must look at, `like` the templates that the script resembles, `said` a word from us."""

    sheet_id: SheetId
    subject: UUID
    page: Page
    categories: Sequence[tuple[str, str]]
    draft: Draft | None = None
    findings: Sequence[Finding] = ()
    like: Sequence[Template] = ()
    said: str | None = None


@dataclass(frozen=True)
class Saved:
    """It is in the library; `following` is the next draft of the same session."""

    template: Template
    following: Draft | None


async def review(unit: Unit, draft_id: DraftId) -> Open:
    """The form for a draft, as the person left it. Raises `Conflict` when it is no longer pending."""
    draft = await service.open_draft(unit, draft_id)
    return await _opened(unit, draft.id, "draft", _of_draft(draft), draft=draft)


def _of_draft(draft: Draft) -> Page:
    return Page(
        kind="draft",
        name=draft.proposed_name,
        language=draft.language,
        body=draft.script_body,
        rows=rows_of(draft.proposed_parameters),
    )


async def build(unit: Unit, wanted: KeepDraft) -> Open:
    """The builder on a fix's script."""
    rows = rows_of([one.model_dump(mode="json") for one in wanted.parameters])
    page = Page(
        kind="fix",
        session_id=wanted.session_id,
        name=wanted.title,
        language=wanted.language,
        body=wanted.script,
        rows=rows,
    )
    return await _opened(unit, wanted.fix_id, "fix", page.completed())


async def edit(unit: Unit, template_id: TemplateId) -> Open:
    """The builder on a template of the library. Raises `NotFound`, `Conflict`."""
    template = await queries.template(unit, template_id)
    template.refuse_inactive()
    page = Page(
        kind="template",
        name=template.name,
        category_id=str(template.category_id),
        description=template.description,
        language=template.language,
        body=template.script_body,
        rows=rows_of(template.parameters_schema),
    )
    return await _opened(unit, template.id, "template", page)


async def begin(unit: Unit) -> Open:
    """The builder on nothing."""
    return await _opened(unit, unit.scope.actor.id, "new", Page())


async def _opened(unit: Unit, subject: UUID, kind: Kind, fresh: Page, *, draft: Draft | None = None) -> Open:
    person = unit.scope.need_engineer("put a script into the library")
    await boxes.stock(unit)
    sheet = await queries.sheet_of(unit, person.id, subject)
    page = Page.model_validate(sheet.content) if sheet.content else fresh
    return await _shown(unit, sheet, page.model_copy(update={"kind": kind}), draft=draft)


async def _shown(
    unit: Unit,
    sheet: Sheet,
    page: Page,
    *,
    draft: Draft | None = None,
    findings: Sequence[Finding] = (),
    said: str | None = None,
) -> Open:
    shown = page.model_copy(update={"revision": page.revision + 1})
    sheet.content, sheet.updated_at = shown.model_dump(mode="json"), unit.now
    like = await resembling(unit, page.body, page.language, apart_from=sheet.subject)
    categories = [(one.name, str(one.id)) for one in await queries.categories(unit)]
    if draft is None and page.kind == "draft":
        draft = await queries.draft(unit, sheet.subject)
    return Open(SheetId(sheet.id), sheet.subject, shown, categories, draft, findings, like, said)


async def _taken(unit: Unit, sheet_id: SheetId, given: Mapping[str, object]) -> tuple[Sheet, Page]:
    person = unit.scope.need_engineer("put a script into the library")
    sheet = await queries.sheet_for_update(unit, sheet_id, person.id)
    if sheet is None:
        raise Conflict("What was written here is saved already, or it was somebody else's. Please open it again.")
    return sheet, Page.model_validate(sheet.content).taking(given)


async def turn(unit: Unit, sheet_id: SheetId, given: Mapping[str, object], to: int) -> Open:
    """Keeps what the open page holds, and shows another. New placeholders get their rows."""
    sheet, page = await _taken(unit, sheet_id, given)
    whole = page.completed()
    return await _shown(unit, sheet, whole.model_copy(update={"page": min(max(0, to), whole.pages - 1)}))


async def kept(unit: Unit, sheet_id: SheetId, given: Mapping[str, object]) -> tuple[UUID, Page]:
    """Keeps what the open page holds, and returns what the form is about, and the whole of it."""
    sheet, page = await _taken(unit, sheet_id, given)
    sheet.content, sheet.updated_at = page.model_dump(mode="json"), unit.now
    return sheet.subject, page


async def preview(unit: Unit, sheet_id: SheetId, given: Mapping[str, object]) -> str:
    """The script filled with the defaults, and with ‹what is meant› where there is none. Raises `Invalid`."""
    _, page = await kept(unit, sheet_id, given)
    whole = page.completed().without_removed()
    parameters = whole.parameters()
    return fill(whole.body, whole.language, parameters, {one.key: sample(one) for one in parameters})


def saying(shown: Open, word: str) -> Open:
    """The same form, with a word from us above it."""
    return replace(shown, said=word)


async def save(unit: Unit, sheet_id: SheetId, given: Mapping[str, object]) -> Saved | Open:
    """Puts the script into the library, or shows the form once more where the person must look at something first.

    Raises `Invalid` on the field that is not right, `Conflict`, `Forbidden`.
    """
    sheet, page = await _taken(unit, sheet_id, given)
    whole = page.completed()
    if fresh := [row.key for row in whole.rows if row.key not in {known.key for known in page.rows}]:
        last = whole.model_copy(update={"page": whole.pages - 1})
        return await _shown(
            unit, sheet, last, said=f"New in the script: {_marks(fresh)}. Look at the rows below, and save again."
        )
    plain = whole.without_removed()
    parameters = plain.parameters()
    beside = [plain.name, plain.description, *_texts(parameters)]
    findings = look(clean(plain.body), plain.language, beside)
    marks = given.get("acknowledged")
    mark = mark_of(findings) if findings else None
    if findings and mark not in (marks if isinstance(marks, list) else []):
        return await _shown(unit, sheet, whole, findings=findings)
    category_id = CategoryId(UUID(whole.category_id)) if whole.category_id else None
    template, session_id = await _published(unit, sheet.subject, whole, plain, parameters, category_id, mark)
    if whole.mute:
        await preferences.change(unit, {"templatize_prompt_enabled": False})
    await queries.forget_sheets(unit, subject=sheet.subject, user_id=unit.scope.actor.id)
    unit.session.expunge(sheet)
    following = await service.next_draft(unit, session_id) if session_id and not whole.mute else None
    return Saved(template, following if following is None or following.id != sheet.subject else None)


async def _published(
    unit: Unit,
    subject: UUID,
    page: Page,
    plain: Written,
    parameters: Sequence[Parameter],
    category_id: CategoryId | None,
    mark: str | None,
) -> tuple[Template, UUID | None]:
    if page.kind == "draft":
        accepted = AcceptDraft(
            draft_id=DraftId(subject),
            name=plain.name,
            category_id=category_id,
            description=plain.description,
            edited_body=plain.body,
            parameters=tuple(parameters),
            acknowledged=mark,
        )
        template = await service.accept(unit, accepted)
        return template, template.source_session_id
    built = PublishTemplate(
        name=plain.name,
        category_id=category_id,
        description=plain.description,
        edited_body=plain.body,
        language=plain.language,
        parameters=tuple(parameters),
        acknowledged=mark,
        template_id=TemplateId(subject) if page.kind == "template" else None,
        fix_id=FixId(subject) if page.kind == "fix" else None,
        session_id=SessionId(page.session_id) if page.session_id else None,
    )
    return await library.publish(unit, built), None


def _texts(parameters: Sequence[Parameter]) -> list[str]:
    return [*(one.default or "" for one in parameters), *(choice for one in parameters for choice in one.choices)]


def _marks(keys: Sequence[str]) -> str:
    return ", ".join(f"{{{{{key}}}}}" for key in keys[:8])
