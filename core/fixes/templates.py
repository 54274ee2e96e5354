"""Where a fix meets the script library: its script becomes a draft, and a template it resembles takes the script's place."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from core.accounts import preferences
from core.errors import NotFound
from core.fixes import queries
from core.fixes.models import SuggestedFix
from core.ids import FixId, SessionId
from core.llm.provider import KnownTemplate, Proposal, Source
from core.scripts import boxes
from core.scripts import queries as scripts
from core.scripts.commands import KeepDraft
from core.scripts.languages import language_of
from core.scripts.models import Template
from core.scripts.parameters import Parameter
from core.text import shorten
from core.unit import Unit

TOLD = 100  # templates that a provider is told of
TOLD_DESCRIPTION = 200


def draft_from(fix: SuggestedFix) -> KeepDraft:
    """The draft of a fix's script, with the parameters it came with where they can be read."""
    script = fix.ai_drafted_script or ""
    try:
        parameters = tuple(Parameter.model_validate(one) for one in (fix.ai_drafted_parameters or {}).values())
    except ValidationError:
        parameters = ()
    return KeepDraft(
        fix_id=FixId(fix.id),
        session_id=SessionId(fix.session_id),
        title=fix.title,
        script=script,
        language=language_of(fix.ai_drafted_language, script),
        parameters=parameters,
    )


async def template_for(unit: Unit, proposal: Proposal) -> Template | None:
    """The template of the library that a proposal means: the one it names, the one made from the past fix it repeats, or the starter
    template of its playbook."""
    if proposal.template_id is not None:
        return await _active(unit, proposal.template_id)
    for source in proposal.sources:
        if (found := await _of_source(unit, source, proposal.title)) is not None:
            return found
    return None


async def _of_source(unit: Unit, source: Source, title: str) -> Template | None:
    match source.kind:
        case "past_fix":
            past = await queries.titled(unit, UUID(source.ref), title)
            made = await scripts.templates_of_fixes(unit, [fix.id for fix in past])
            used = next((fix.script_template_id for fix in past if fix.script_template_id), None)
            return made[0] if made else await _active(unit, used) if used else None
        case "playbook" if (await preferences.of(unit)).starter_library_enabled:
            await boxes.stock(unit)
            return await scripts.starter_template(unit, source.ref)
        case _:
            return None


async def _active(unit: Unit, template_id: UUID) -> Template | None:
    try:
        template = await scripts.template(unit, template_id)
    except NotFound:
        return None
    return template if template.is_active else None


async def known_templates(unit: Unit) -> tuple[KnownTemplate, ...]:
    """What a provider is told of the library, what is used most first."""
    starters = (await preferences.of(unit)).starter_library_enabled
    return tuple(
        KnownTemplate(one.id, one.name, shorten(one.description, TOLD_DESCRIPTION), one.language.value, one.usage_count)
        for one in await scripts.templates(unit, starters=starters, limit=TOLD)
    )
