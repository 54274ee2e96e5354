"""Drafts, their review and the builder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bot.features.drafts import views as drafts
from core.ids import SheetId, new_id
from core.scripts.dangers import Finding
from core.scripts.forms import Row
from core.scripts.languages import Language
from core.scripts.models import Draft, DraftStatus
from core.scripts.pages import DraftPage, ListedDraft
from core.scripts.parameters import ParameterType
from core.scripts.sheets import Open, Page
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message
from tests.house.rendered.scripts import a_template


def a_draft(data: Data, status: DraftStatus = DraftStatus.PENDING) -> Draft:
    return Draft(
        account_id=new_id(),
        id=new_id(),
        source_session_id=new_id(),
        source_user_id=new_id(),
        source_fix_id=new_id(),
        language=Language.BASH,
        script_body=data.text,
        proposed_parameters=[],
        proposed_name=data.title[:120],
        status=status,
        reject_reason=data.text[:500],
        created_at=NOON,
    )


def a_form(data: Data, kind: Literal["draft", "fix", "template", "new"], *, rows: int, page: int = 0) -> Open:
    long = data.text[:3_000]
    shown = Page(
        kind=kind,
        name=data.title[:120],
        description=data.text[:1_000],
        body=(data.text * 6)[:30_000],
        rows=tuple(
            Row(
                key=f"k{n}",
                label=data.name,
                default=long,
                choices=long,
                original=data.text,
                type=list(ParameterType)[n % 6],
            )
            for n in range(rows)
        ),
        page=page,
        revision=12,
    )
    findings = [Finding(data.text, n, data.text, is_secret=n % 2 == 0) for n in range(40)]
    categories = [(data.name, str(n)) for n in range(120)] if rows else []
    like = [a_template(data) for _ in range(3)]
    return Open(SheetId(new_id()), new_id(), shown, categories, None, findings if rows else [], like, data.text or None)


def drafts_views(data: Data) -> Iterator[Rendered]:
    for rows, page in ((0, 0), (8, 0), (60, 0), (60, 7)):
        form = a_form(data, "draft", rows=rows, page=page)
        yield Rendered("drafts.review_modal", None, view=drafts.review_modal(form, data.session(), "worked"))
        for kind in ("fix", "template", "new"):
            form = a_form(data, kind, rows=rows, page=page)
            yield Rendered("drafts.builder_modal", None, view=drafts.builder_modal(form))
    yield Rendered("drafts.preview_modal", None, view=drafts.preview_modal((data.text * 6)[:40_000]))
    yield Rendered("drafts.reject_modal", None, view=drafts.reject_modal(a_draft(data)))
    yield Rendered("drafts.saved_modal", None, view=drafts.saved_modal(a_template(data)))
    listed = [
        ListedDraft(a_draft(data, list(DraftStatus)[n % 3]), data.session(private=n % 2 == 0), data.name)
        for n in range(10)
    ]
    yield message("drafts.offer", drafts.offer([(one.draft, one.reviewer) for one in listed] * 2))
    yield message("drafts.offer", drafts.offer([(a_draft(data, DraftStatus.ACCEPTED), None)]))
    for page in (DraftPage(listed, 1_000, 1), DraftPage([], 0, 0)):
        for all_of_them in (True, False):
            both = drafts.listing(page, NOON, URL, all_of_them=all_of_them)
            yield message("drafts.listing", both)
            yield Rendered("drafts.list_modal", None, view=drafts.list_modal(both[1]))
