"""The library: putting a template in, changing it, filling it in. Each function returns what it made or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import preferences
from core.errors import Forbidden, Invalid
from core.ids import CategoryId, TemplateId, new_id
from core.scope import Person, Role
from core.scripts import queries
from core.scripts.commands import FillTemplate, PublishTemplate
from core.scripts.dangers import look, mark_of
from core.scripts.filling import check, fill
from core.scripts.languages import Language
from core.scripts.models import (
    BODY_LIMIT,
    DESCRIPTION_LIMIT,
    NAME_LIMIT,
    Category,
    Generation,
    Template,
    TemplateVersion,
    slug_of,
)
from core.scripts.parameters import MOST_PARAMETERS, Parameter, parameters_of, schema_of, values_of
from core.secrets import masked
from core.sessions import queries as sessions
from core.sessions.service import changed
from core.text import clean, first_line, optional, required
from core.unit import Unit


@dataclass(frozen=True)
class Source:
    """Where a template comes from."""

    session_id: UUID | None = None
    user_id: UUID | None = None
    fix_id: UUID | None = None
    ticket_ref: str | None = None


@dataclass(frozen=True)
class Content:
    """What a template says, checked as a whole."""

    name: str
    category: Category
    description: str
    body: str
    language: Language
    parameters: tuple[Parameter, ...]


async def may_publish(unit: Unit) -> Person:
    """Who acts, if they may put scripts into the library. Raises `Forbidden`."""
    person = unit.scope.need_engineer("put a script into the library")
    only_admins = (await preferences.of(unit)).script_publishers == "admins"
    if only_admins and person.role not in {Role.ADMIN, Role.OWNER}:
        raise Forbidden(
            "In this team admins and owners put scripts into the library. The draft stays; ask one of them to review it."
        )
    return person


async def content_of(
    unit: Unit,
    *,
    name: str | None,
    category_id: CategoryId | None,
    description: str | None,
    body: str | None,
    language: Language,
    parameters: Sequence[Parameter],
    acknowledged: str | None,
) -> Content:
    """Everything that must hold before a script is kept for others. Raises `Invalid` on the field that is not right."""
    called = first_line(required(name, field="name", limit=NAME_LIMIT, empty="Give it a name."), NAME_LIMIT)
    said = optional(description, field="description", limit=DESCRIPTION_LIMIT) or ""
    script = required(body, field="edited_body", limit=BODY_LIMIT, empty="There is no script.")
    category = await queries.category(unit, category_id) if category_id else None
    if category is None or not category.is_active:
        raise Invalid(
            "This category is not there any more; choose another." if category_id else "Choose a category.",
            field="category_id",
        )
    if len(parameters) > MOST_PARAMETERS:
        raise Invalid(f"A template has at most {MOST_PARAMETERS} parameters.", field="edited_body")
    check(script, language, parameters)
    beside = [
        called,
        said,
        *(one.default or "" for one in parameters),
        *(choice for one in parameters for choice in one.choices),
    ]
    if (found := look(script, language, beside)) and acknowledged != mark_of(found):
        raise Invalid("Look at what was found in this script, and confirm that it is meant.", field="acknowledged")
    return Content(called, category, said, script, language, tuple(parameters))


async def put_in(unit: Unit, person: Person, content: Content, source: Source) -> Template:
    """A new template of `content`; its slug is made from the name and unique."""
    template = unit.add(
        Template(
            account_id=unit.account_id,
            id=(template_id := new_id()),
            slug=await free_slug(unit, content.name, template_id),
            name=content.name,
            description=content.description,
            category_id=content.category.id,
            language=content.language,
            script_body=content.body,
            parameters_schema=schema_of(content.parameters),
            source_session_id=source.session_id,
            source_user_id=source.user_id,
            source_fix_id=source.fix_id,
            source_ticket_ref=source.ticket_ref,
            created_by=person.id,
            created_at=unit.now,
        )
    )
    _keep_version(unit, template, person)
    unit.audit("template.made", template.id, slug=template.slug, session=source.session_id and str(source.session_id))
    return template


async def free_slug(unit: Unit, name: str, template_id: UUID) -> str:
    """A slug that no template of the account has: `name-2` where there is a `name`."""
    wanted = slug_of(name) or f"template-{template_id.hex[-8:]}"
    taken = await queries.slugs_like(unit, wanted)
    number = 1
    slug = wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


async def publish(unit: Unit, wanted: PublishTemplate) -> Template:
    """Puts a built script into the library, or makes the next version of the template it names. Raises `Forbidden`, `Invalid`, `Conflict`."""
    person = await may_publish(unit)
    content = await content_of(
        unit,
        name=wanted.name,
        category_id=wanted.category_id,
        description=wanted.description,
        body=wanted.edited_body,
        language=wanted.language,
        parameters=wanted.parameters,
        acknowledged=wanted.acknowledged,
    )
    if wanted.template_id is not None:
        return await _change(unit, person, wanted.template_id, content)
    source = Source()
    if wanted.session_id is not None:
        session = await sessions.session(unit, wanted.session_id)
        source = Source(session.id, person.id, wanted.fix_id, session.psa_ticket_label)
    return await put_in(unit, person, content, source)


async def _change(unit: Unit, person: Person, template_id: TemplateId, content: Content) -> Template:
    template = await queries.template_for_update(unit, template_id)
    template.refuse_inactive()
    schema = schema_of(content.parameters)
    moved = (template.script_body, template.parameters_schema, template.language) != (
        content.body,
        schema,
        content.language,
    )
    template.name, template.description, template.category_id = content.name, content.description, content.category.id
    if moved:
        template.script_body, template.parameters_schema, template.language = content.body, schema, content.language
        template.version += 1
        _keep_version(unit, template, person)
    unit.audit("template.changed", template.id, version=template.version)
    return template


def _keep_version(unit: Unit, template: Template, person: Person | None) -> None:
    unit.add(
        TemplateVersion(
            account_id=unit.account_id,
            id=new_id(),
            template_id=template.id,
            number=template.version,
            script_body=template.script_body,
            parameters_schema=template.parameters_schema,
            made_by=person and person.id,
            made_at=unit.now,
        )
    )


async def switch(unit: Unit, template_id: TemplateId, *, active: bool) -> Template:
    """Takes a template out of the library, or puts it back; what was made from it stays on record."""
    await may_publish(unit)
    template = await queries.template_for_update(unit, template_id)
    if template.is_active != active:
        template.is_active = active
        unit.audit("template.switched", template.id, active=active)
    return template


async def switch_categories(unit: Unit, active: Sequence[UUID]) -> None:
    """Only these categories are offered from now on; templates that have another keep it."""
    unit.scope.need_admin("change the categories")
    for category in await queries.categories(unit, active_only=False):
        wanted = category.id in active
        if category.is_active != wanted:
            category.is_active = wanted
            unit.audit("category.switched", category.id, active=wanted)


@dataclass(frozen=True)
class Filled:
    """A template with its values in it: shown to the person who filled it in, and kept nowhere."""

    template: Template
    script: str
    holds_secret: bool
    session_id: UUID | None

    def __repr__(self) -> str:
        return f"Filled({self.template.slug})"


async def generate(unit: Unit, wanted: FillTemplate) -> Filled:
    """Fills a template in, counts it, and writes it into the session it is for. Raises `Invalid` on `values.<key>`, `Conflict`."""
    person = unit.scope.need_engineer("fill in a script")
    template = await queries.template_for_update(unit, wanted.template_id)
    template.refuse_inactive()
    parameters = parameters_of(template.parameters_schema)
    values = values_of(parameters, wanted.values)
    script = fill(template.script_body, template.language, parameters, values)
    template.usage_count += 1
    typed = {one.key: masked(clean(wanted.values.get(one.key) or "")) for one in parameters if not one.is_secret}
    generation = unit.add(
        Generation(
            account_id=unit.account_id,
            id=new_id(),
            template_id=template.id,
            template_version=template.version,
            session_id=wanted.session_id,
            fix_id=wanted.fix_id,
            user_id=person.id,
            filled={key: value for key, value in typed.items() if value},
            generated_at=unit.now,
        )
    )
    unit.audit("script.generated", template.id, generation=str(generation.id), version=template.version)
    if wanted.session_id is not None:
        session = await sessions.session_for_update(unit, wanted.session_id)
        session.touch(unit.now)
        changed(unit, session)
    return Filled(template, script, any(one.is_secret for one in parameters), wanted.session_id)
