from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.errors import NotFound
from core.ids import CategoryId, DraftId, FixId, SessionId, SheetId, TemplateId, UserId, new_id
from core.scripts.models import Category, Draft, DraftStatus, Generation, Sheet, Template, TemplateVersion
from core.scripts.pages import PAGE, DraftPage, Listed, ListedDraft, Shelf
from core.sessions.models import Session
from core.unit import Unit

KNOWN_TO_PROVIDERS = 200
GENERATIONS = 100


async def draft_for_update(unit: Unit, draft_id: DraftId | UUID) -> Draft:
    """The draft, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Draft).where(Draft.account_id == unit.account_id, Draft.id == draft_id).with_for_update()
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("That draft is not there.")
    return row


async def draft(unit: Unit, draft_id: DraftId | UUID) -> Draft:
    """Raises `NotFound`."""
    row = await unit.session.scalar(select(Draft).where(Draft.account_id == unit.account_id, Draft.id == draft_id))
    if row is None:
        raise NotFound("That draft is not there.")
    return row


async def draft_of_fix(unit: Unit, fix_id: FixId) -> Draft | None:
    return await unit.session.scalar(
        select(Draft).where(Draft.account_id == unit.account_id, Draft.source_fix_id == fix_id)
    )


async def drafts_of(unit: Unit, session_id: SessionId | UUID, *, lock: bool = False) -> Sequence[Draft]:
    """Every draft of one session, oldest first."""
    wanted = select(Draft).where(Draft.account_id == unit.account_id, Draft.source_session_id == session_id)
    wanted = wanted.order_by(Draft.id)
    return (await unit.session.scalars(wanted.with_for_update() if lock else wanted)).all()


async def drafts(unit: Unit, number: int = 0, *, all_of_them: bool = False) -> DraftPage:
    """A page of the account's drafts, newest first, each with its session and who reviewed it; counted up to 1,000."""
    condition = Draft.account_id == unit.account_id
    if not all_of_them:
        condition &= Draft.status == DraftStatus.PENDING
    counted = select(Draft.id).where(condition).limit(1_000).subquery()
    total = await unit.session.scalar(select(func.count()).select_from(counted))
    reviewer = (
        select(User.name).where(User.account_id == Draft.account_id, User.id == Draft.resolved_by).scalar_subquery()
    )
    wanted = (
        select(Draft, Session, reviewer)
        .join(Session, and_(Session.account_id == Draft.account_id, Session.id == Draft.source_session_id))
        .where(condition)
        .order_by(Draft.id.desc())
        .offset(number * PAGE)
        .limit(PAGE)
    )
    return DraftPage([ListedDraft(*row) for row in await unit.session.execute(wanted)], total or 0, number)


@dataclass(frozen=True)
class Kept:
    """A draft with its session, the name of who ran the script, and of who reviewed it."""

    draft: Draft
    session: Session
    runner: str
    reviewer: str | None


async def kept(unit: Unit, ids: Sequence[UUID]) -> Sequence[Kept]:
    """The drafts with these ids, as far as they are there."""
    runner, reviewer = aliased(User), aliased(User)
    wanted = (
        select(Draft, Session, runner.name, reviewer.name)
        .join(Session, and_(Session.account_id == Draft.account_id, Session.id == Draft.source_session_id))
        .join(runner, and_(runner.account_id == Draft.account_id, runner.id == Draft.source_user_id))
        .outerjoin(reviewer, and_(reviewer.account_id == Draft.account_id, reviewer.id == Draft.resolved_by))
        .where(Draft.account_id == unit.account_id, Draft.id.in_(ids))
    )
    return [Kept(*row) for row in await unit.session.execute(wanted)]


async def pending_drafts(unit: Unit) -> int:
    """How many drafts wait for a review, counted up to 100."""
    waiting = (Draft.account_id == unit.account_id) & (Draft.status == DraftStatus.PENDING)
    counted = select(Draft.id).where(waiting).limit(100).subquery()
    return await unit.session.scalar(select(func.count()).select_from(counted)) or 0


async def waiting_since(unit: Unit) -> Sequence[datetime]:
    """When each draft that waits for a review was made, oldest first, at most 1,000."""
    wanted = select(Draft.created_at).where(Draft.account_id == unit.account_id, Draft.status == DraftStatus.PENDING)
    return (await unit.session.scalars(wanted.order_by(Draft.created_at).limit(1_000))).all()


async def categories(unit: Unit, *, active_only: bool = True) -> Sequence[Category]:
    """By name."""
    wanted = select(Category).where(Category.account_id == unit.account_id)
    if active_only:
        wanted = wanted.where(Category.is_active)
    return (await unit.session.scalars(wanted.order_by(Category.name, Category.id))).all()


async def has_categories(unit: Unit) -> bool:
    """Whether the account ever had any: they are switched off, never deleted."""
    wanted = select(Category.id).where(Category.account_id == unit.account_id).limit(1)
    return (await unit.session.execute(wanted)).first() is not None


async def category(unit: Unit, category_id: CategoryId | UUID) -> Category | None:
    return await unit.session.scalar(
        select(Category).where(Category.account_id == unit.account_id, Category.id == category_id)
    )


async def template(unit: Unit, template_id: TemplateId | UUID) -> Template:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(Template).where(Template.account_id == unit.account_id, Template.id == template_id)
    )
    if row is None:
        raise NotFound("That template is not there.")
    return row


async def template_for_update(unit: Unit, template_id: TemplateId | UUID) -> Template:
    """The template, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Template).where(Template.account_id == unit.account_id, Template.id == template_id)
    row = await unit.session.scalar(wanted.with_for_update())
    if row is None:
        raise NotFound("That template is not there.")
    return row


async def templates(unit: Unit, *, starters: bool, limit: int = 1_000) -> Sequence[Template]:
    """The library, what is used most first. Without `starters` only what people made here."""
    wanted = select(Template).where(_on_the_shelf(unit, starters=starters))
    return (await unit.session.scalars(wanted.order_by(Template.usage_count.desc(), Template.id).limit(limit))).all()


async def every_template(unit: Unit) -> Sequence[Template]:
    """Those that were taken out too, by slug."""
    wanted = select(Template).where(Template.account_id == unit.account_id)
    return (await unit.session.scalars(wanted.order_by(Template.slug))).all()


def _on_the_shelf(unit: Unit, *, starters: bool) -> ColumnElement[bool]:
    condition = (Template.account_id == unit.account_id) & Template.is_active
    return condition if starters else condition & Template.starter.is_(None)


async def shelf(unit: Unit, text: str, category_id: CategoryId | None, number: int, *, starters: bool) -> Shelf:
    """A page of the templates whose name, description or slug holds every word of `text`, what is used most first; counted up to 1,000."""
    condition = _on_the_shelf(unit, starters=starters)
    for word in text.lower().split()[:10]:
        condition &= or_(
            *(
                func.lower(column).contains(word, autoescape=True)
                for column in (Template.name, Template.description, Template.slug)
            )
        )
    if category_id is not None:
        condition &= Template.category_id == category_id
    counted = select(Template.id).where(condition).limit(1_000).subquery()
    total = await unit.session.scalar(select(func.count()).select_from(counted))
    wanted = (
        select(Template, Category.name)
        .join(Category, and_(Category.account_id == Template.account_id, Category.id == Template.category_id))
        .where(condition)
        .order_by(Template.usage_count.desc(), Template.name, Template.id)
        .offset(number * PAGE)
        .limit(PAGE)
    )
    return Shelf([Listed(*row) for row in await unit.session.execute(wanted)], total or 0, number)


async def slugs_like(unit: Unit, beginning: str) -> set[str]:
    """The slugs that begin so, those of inactive templates too."""
    wanted = select(Template.slug).where(
        Template.account_id == unit.account_id, Template.slug.startswith(beginning, autoescape=True)
    )
    return set(await unit.session.scalars(wanted))


async def templates_of_fixes(unit: Unit, fix_ids: Sequence[UUID]) -> Sequence[Template]:
    """The active templates that were made from one of these fixes, the newest first."""
    wanted = select(Template).where(
        Template.account_id == unit.account_id, Template.source_fix_id.in_(fix_ids), Template.is_active
    )
    return (await unit.session.scalars(wanted.order_by(Template.id.desc()))).all()


async def starter_template(unit: Unit, starter: str) -> Template | None:
    wanted = select(Template).where(
        Template.account_id == unit.account_id, Template.starter == starter, Template.is_active
    )
    return await unit.session.scalar(wanted.limit(1))


async def versions(unit: Unit, template_id: TemplateId | UUID) -> Sequence[tuple[TemplateVersion, str | None]]:
    """What a template was, the newest first, each with who made it; at most 20."""
    wanted = (
        select(TemplateVersion, User.name)
        .outerjoin(User, and_(User.account_id == TemplateVersion.account_id, User.id == TemplateVersion.made_by))
        .where(TemplateVersion.account_id == unit.account_id, TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
        .limit(20)
    )
    return [(row[0], row[1]) for row in await unit.session.execute(wanted)]


@dataclass(frozen=True)
class Generated:
    """A template that was filled in, with the template's name and that of who did it."""

    generation: Generation
    name: str
    by: str


async def generations_of(unit: Unit, session_id: SessionId | UUID) -> Sequence[Generated]:
    """What was generated in one session, oldest first; of very many the newest 100."""
    wanted = (
        select(Generation, Template.name, User.name)
        .join(Template, and_(Template.account_id == Generation.account_id, Template.id == Generation.template_id))
        .join(User, and_(User.account_id == Generation.account_id, User.id == Generation.user_id))
        .where(Generation.account_id == unit.account_id, Generation.session_id == session_id)
        .order_by(Generation.id.desc())
        .limit(GENERATIONS)
    )
    return [Generated(*row) for row in await unit.session.execute(wanted)][::-1]


async def sheet_of(unit: Unit, user_id: UserId, subject: UUID) -> Sheet:
    """What the person has written about `subject` so far, locked; a new one is empty. Two clicks at once get the same one."""
    fresh = insert(Sheet).values(
        account_id=unit.account_id, id=new_id(), user_id=user_id, subject=subject, content={}, updated_at=unit.now
    )
    await unit.session.execute(fresh.on_conflict_do_nothing())
    wanted = select(Sheet).where(
        Sheet.account_id == unit.account_id, Sheet.user_id == user_id, Sheet.subject == subject
    )
    return (await unit.session.scalars(wanted.with_for_update())).one()


async def sheet_for_update(unit: Unit, sheet_id: SheetId, user_id: UserId) -> Sheet | None:
    wanted = select(Sheet).where(Sheet.account_id == unit.account_id, Sheet.id == sheet_id, Sheet.user_id == user_id)
    return await unit.session.scalar(wanted.with_for_update())


async def forget_sheets(unit: Unit, *, subject: UUID, user_id: UserId) -> None:
    """What was written is saved: the person's own sheet goes."""
    await unit.session.execute(
        delete(Sheet)
        .where(Sheet.account_id == unit.account_id, Sheet.subject == subject, Sheet.user_id == user_id)
        .execution_options(synchronize_session=False)
    )


async def prune_sheets(unit: Unit, before: datetime) -> None:
    """Forgets what was typed and neither saved nor touched since `before`."""
    await unit.session.execute(
        delete(Sheet)
        .where(Sheet.account_id == unit.account_id, Sheet.updated_at < before)
        .execution_options(synchronize_session=False)
    )
