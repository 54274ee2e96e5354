"""Drafts and templates that a test needs to exist already."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from core.fixes import service as fixes
from core.fixes.commands import DecideFix
from core.fixes.models import Decision, SuggestedFix
from core.ids import CategoryId, DraftId, FixId
from core.llm.provider import Proposal
from core.scripts import boxes, library, queries
from core.scripts.commands import AcceptDraft, PublishTemplate
from core.scripts.languages import Language
from core.scripts.models import Draft, Template
from core.scripts.parameters import Parameter
from core.sessions.models import Session
from tests.builders import SCRIPTED, Account, a_fix


async def a_category(account: Account, slug: str = "other") -> CategoryId:
    """A category of the starter library."""
    async with account.unit() as unit:
        await boxes.stock(unit)
    async with account.unit() as unit:
        return next(CategoryId(one.id) for one in await queries.categories(unit, active_only=False) if one.slug == slug)


async def decided(account: Account, fix: SuggestedFix, decision: Decision, who: str = "ben") -> SuggestedFix:
    async with account.unit(who) as unit:
        return await fixes.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=decision))


async def a_draft(account: Account, proposal: Proposal = SCRIPTED, *, session: Session | None = None) -> Draft:
    """A draft as *Run now, templatize later* leaves it."""
    fix = await decided(account, await a_fix(account, session, proposal), Decision.DRAFT_TEMPLATE)
    async with account.unit() as unit:
        draft = await queries.draft_of_fix(unit, FixId(fix.id))
    assert draft is not None
    return draft


def scripted(script: str, language: Language = Language.POWERSHELL) -> Proposal:
    return replace(SCRIPTED, script=script, language=language.value)


async def an_acceptance(account: Account, draft: Draft, name: str = "Restart the spooler") -> AcceptDraft:
    return AcceptDraft(draft_id=DraftId(draft.id), name=name, category_id=await a_category(account))


async def a_template(
    account: Account,
    body: str = "Restart-Service {{name}}",
    *parameters: Parameter,
    language: Language = Language.POWERSHELL,
    name: str = "Restart a service",
    who: str = "ben",
) -> Template:
    wanted = PublishTemplate(
        name=name,
        category_id=await a_category(account),
        edited_body=body,
        language=language,
        parameters=parameters or (Parameter(key="name", label="Service"),),
    )
    async with account.unit(who) as unit:
        return await library.publish(unit, wanted)


async def kept(account: Account, draft_id: UUID) -> Draft:
    """A draft as it stands now."""
    async with account.unit() as unit:
        return await queries.draft(unit, draft_id)
