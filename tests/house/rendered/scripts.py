"""The script library."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.scripts import views as scripts
from core.accounts.preferences import Preferences
from core.fixes.library import Library, Provenance
from core.ids import CategoryId, new_id
from core.scripts.languages import Language
from core.scripts.models import Category, Template, TemplateVersion
from core.scripts.pages import Listed, Shelf
from core.scripts.parameters import Parameter, ParameterType, schema_of
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message


def a_template(data: Data, *, parameters: int = 0) -> Template:
    return Template(
        account_id=new_id(),
        id=new_id(),
        slug="a" * 60,
        name=data.title[:120],
        description=data.text[:1_000],
        category_id=new_id(),
        language=Language.POWERSHELL,
        script_body=data.text * 6,
        parameters_schema=schema_of([a_parameter(data, n) for n in range(parameters)]),
        created_at=NOON,
    )


def a_parameter(data: Data, number: int) -> Parameter:
    kind = list(ParameterType)[number % 6]
    said = data.text.strip()
    return Parameter(
        key=f"k{number}",
        label=said[:80].strip() or "–",
        type=kind,
        required=number % 2 == 0,
        default=said.replace("\u202e", "")[:3_000] or None if kind is ParameterType.TEXT else None,
        choices=tuple(f"{n}{said[:100]}".strip() for n in range(50)) if kind is ParameterType.CHOICE else (),
        help=data.text[:300],
    )


def scripts_views(data: Data) -> Iterator[Rendered]:
    listed = [Listed(a_template(data), data.name) for _ in range(10)]
    ids = [one.template.id for one in listed]
    categories = [Category(account_id=new_id(), id=new_id(), slug="c", name=data.name) for _ in range(30)]
    provenance = {known: Provenance(data.title[:150], "C0HELPDESK", "1.0", data.name, data.name) for known in ids}
    success = dict.fromkeys(ids, (2, 3))
    for found in (
        Library(data.text[:200], None, Shelf(listed, 1_000, 0), categories, success, provenance),
        Library("", CategoryId(categories[0].id), Shelf(listed, 1_000, 1), categories, success, provenance),
        Library("", None, Shelf([], 0, 0), [], {}, {}),
    ):
        yield message("scripts.listing", scripts.listing(found, URL))
        yield Rendered("scripts.found_modal", None, view=scripts.found_modal(found, URL))
    yield Rendered("scripts.search_modal", None, view=scripts.search_modal("C0HELPDESK"))
    sessions = [data.session() for _ in range(30)]
    for parameters in (0, 60):
        template = a_template(data, parameters=parameters)
        yield Rendered(
            "scripts.fill_modal", None, view=scripts.fill_modal(template, sessions, fix_id=None, session_id=None)
        )
        fixed = scripts.fill_modal(template, [], fix_id=new_id(), session_id=new_id())
        yield Rendered("scripts.fill_modal", None, view=fixed)
    for secret in (True, False):
        made = scripts.generated_modal(a_template(data), data.text * 40, holds_secret=secret)
        yield Rendered("scripts.generated_modal", None, view=made)
    yield Rendered("scripts.script_modal", None, view=scripts.script_modal(data.title, data.text * 6))
    yield Rendered("scripts.removed_modal", None, view=scripts.removed_modal(a_template(data)))
    versions = [
        TemplateVersion(
            account_id=new_id(),
            id=new_id(),
            template_id=new_id(),
            number=n,
            script_body=data.text,
            parameters_schema=[],
            made_by=None,
            made_at=NOON,
        )
        for n in range(20)
    ]
    yield Rendered(
        "scripts.versions_modal",
        None,
        view=scripts.versions_modal(a_template(data), [(one, data.name) for one in versions]),
    )
    yield Rendered("scripts.settings_modal", None, view=scripts.settings_modal(Preferences(), categories))
    yield Rendered("scripts.settings_modal", None, view=scripts.settings_modal(Preferences(), []))
