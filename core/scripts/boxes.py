"""Templates and categories as YAML: what is in the box, and what an account exports and imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.errors import Invalid
from core.ids import new_id
from core.llm.playbooks import LOADER
from core.scripts import queries
from core.scripts.dangers import look
from core.scripts.filling import check
from core.scripts.languages import Language
from core.scripts.models import (
    BODY_LIMIT,
    DESCRIPTION_LIMIT,
    NAME_LIMIT,
    SLUG_LIMIT,
    Category,
    Template,
    TemplateVersion,
)
from core.scripts.parameters import MOST_PARAMETERS, Parameter, parameters_of, schema_of
from core.unit import Unit

STARTER = Path(__file__).with_name("starter") / "library.yml"
LONGEST_FILE = 5_000_000

_Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=SLUG_LIMIT)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LIMIT)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BoxedCategory(_Strict):
    slug: _Slug
    name: _Name


class BoxedTemplate(_Strict):
    """`category` is a slug; `answers` is the starter playbook whose fix this is."""

    slug: _Slug
    name: _Name
    description: Annotated[str, StringConstraints(max_length=DESCRIPTION_LIMIT)] = ""
    category: _Slug
    language: Language
    answers: _Slug | None = None
    parameters: tuple[Parameter, ...] = Field(default=(), max_length=MOST_PARAMETERS)
    script: Annotated[str, StringConstraints(min_length=1, max_length=BODY_LIMIT)]


class Box(_Strict):
    categories: tuple[BoxedCategory, ...] = ()
    templates: tuple[BoxedTemplate, ...] = ()


def read(text: str, named: str) -> Box:
    """The box that a YAML text holds, every template checked. Raises `Invalid`, naming the file (`named`), the place and the fault."""
    if len(text) > LONGEST_FILE:
        raise Invalid(f"{named} is longer than {LONGEST_FILE:,} characters.")
    try:
        box = Box.model_validate(yaml.load(text, Loader=LOADER))  # noqa: S506 - it is the safe one
    except yaml.YAMLError as error:
        raise Invalid(f"{named} is not valid YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{named}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    for template in box.templates:
        try:
            check(template.script, template.language, template.parameters)
        except Invalid as refusal:
            raise Invalid(f"{named}: {template.slug}: {refusal}") from refusal
    return box


def with_secrets(box: Box) -> Sequence[str]:
    """The slugs of the templates in which a password, key or token stands."""
    return [
        one.slug
        for one in box.templates
        if any(
            finding.is_secret
            for finding in look(one.script, one.language, [one.description, *(p.default or "" for p in one.parameters)])
        )
    ]


async def import_box(unit: Unit, box: Box, *, starter: bool = False) -> tuple[int, int]:
    """Puts a box into the account, by slug: what is there already is brought up to date as a new version. Returns how many are new and changed.

    Raises `Invalid` for a category that neither the box nor the account has.
    """
    categories = {one.slug: one for one in await queries.categories(unit, active_only=False)}
    for given in box.categories:
        known = categories.get(given.slug)
        if known is None:
            known = Category(account_id=unit.account_id, id=new_id(), slug=given.slug, name=given.name)
            categories[given.slug] = unit.add(known)
        known.name = given.name
    by_slug = {one.slug: one for one in await queries.every_template(unit)}
    new = changed = 0
    for given in box.templates:
        category = categories.get(given.category)
        if category is None:
            raise Invalid(f"{given.slug}: there is no category “{given.category}”.")
        template = by_slug.get(given.slug)
        if template is None:
            _add(unit, given, category, starter=starter)
            new += 1
        elif _bring_up_to_date(unit, template, given, category):
            changed += 1
    unit.audit("library.imported", unit.account_id, new=new, changed=changed, starter=starter)
    return new, changed


def _add(unit: Unit, given: BoxedTemplate, category: Category, *, starter: bool) -> None:
    template = unit.add(
        Template(
            account_id=unit.account_id,
            id=new_id(),
            slug=given.slug,
            name=given.name,
            description=given.description,
            category_id=category.id,
            language=given.language,
            script_body=given.script,
            parameters_schema=schema_of(given.parameters),
            starter=(given.answers or given.slug) if starter else None,
            created_at=unit.now,
        )
    )
    _version(unit, template)


def _bring_up_to_date(unit: Unit, template: Template, given: BoxedTemplate, category: Category) -> bool:
    wanted = (given.name, given.description, category.id, given.language, given.script, schema_of(given.parameters))
    had = (
        template.name,
        template.description,
        template.category_id,
        template.language,
        template.script_body,
        template.parameters_schema,
    )
    if wanted == had:
        return False
    template.name, template.description, template.category_id = given.name, given.description, category.id
    if wanted[3:] != had[3:]:
        template.language, template.script_body, template.parameters_schema = wanted[3:]
        template.version += 1
        _version(unit, template)
    return True


def _version(unit: Unit, template: Template) -> None:
    unit.add(
        TemplateVersion(
            account_id=unit.account_id,
            id=new_id(),
            template_id=template.id,
            number=template.version,
            script_body=template.script_body,
            parameters_schema=template.parameters_schema,
            made_by=unit.scope.person and unit.scope.person.id,
            made_at=unit.now,
        )
    )


async def stock(unit: Unit) -> None:
    """Puts the starter library on the shelf of an account that has none yet; once, since categories are switched off and never deleted."""
    if not await queries.has_categories(unit):
        await import_box(unit, read(STARTER.read_text(encoding="utf-8"), STARTER.name), starter=True)
        await unit.flush()


async def export_box(unit: Unit) -> str:
    """The account's categories and active templates as YAML that `read` takes."""
    categories = await queries.categories(unit, active_only=False)
    slugs = {one.id: one.slug for one in categories}
    box = {
        "categories": [{"slug": one.slug, "name": one.name} for one in categories],
        "templates": [
            {
                "slug": one.slug,
                "name": one.name,
                "description": one.description,
                "category": slugs[one.category_id],
                "language": one.language.value,
                "parameters": [
                    p.model_dump(mode="json", exclude_defaults=True) for p in parameters_of(one.parameters_schema)
                ],
                "script": one.script_body,
            }
            for one in await queries.every_template(unit)
            if one.is_active
        ],
    }
    return yaml.dump(box, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=150)


class _Dumper(yaml.SafeDumper):
    """Scripts as blocks, as a person would write them."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_block)
