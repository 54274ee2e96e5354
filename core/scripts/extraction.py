"""Finding a draft's parameters: what a provider proposes is kept only if it gives the script back, letter for letter."""

from __future__ import annotations

import ast
import re

import structlog
from pydantic import ValidationError

from core.errors import Invalid, NotFound
from core.ids import DraftId
from core.llm.provider import FoundParameter, FoundParameters, ScriptView
from core.scripts import queries
from core.scripts.filling import check
from core.scripts.languages import Language
from core.scripts.models import Draft, DraftStatus, Extraction
from core.scripts.parameters import MOST_PARAMETERS, PLACEHOLDER, Parameter, ParameterType
from core.scripts.quoting import literal
from core.secrets import masked
from core.sessions import queries as sessions
from core.unit import Unit

log = structlog.get_logger()

_BARE = {Language.POWERSHELL: re.compile(r"[\w.:/@\\-]+"), Language.BASH: re.compile(r"[\w.:/@-]+", re.ASCII)}


async def question(unit: Unit, draft_id: DraftId) -> ScriptView | None:
    """What to ask for a draft; None when somebody has opened it, or it has its parameters."""
    try:
        draft = await queries.draft(unit, draft_id)
    except NotFound:
        return None
    if not _is_open(draft):
        return None
    session = await sessions.session(unit, draft.source_session_id)
    facts = await sessions.facts(unit, session.id)
    return ScriptView(
        draft.script_body, draft.language.value, masked(session.problem), tuple(masked(fact.text) for fact in facts)
    )


def _is_open(draft: Draft) -> bool:
    return draft.status is DraftStatus.PENDING and draft.opened_at is None and draft.extraction is Extraction.PENDING


async def keep(unit: Unit, draft_id: DraftId, found: FoundParameters) -> Draft:
    """Puts what was found into the draft, unless somebody has opened it meanwhile; what does not give the script back is dropped."""
    draft = await queries.draft_for_update(unit, draft_id)
    if not _is_open(draft):
        return draft
    parameters = proven(draft.script_body, draft.language, found)
    if parameters:
        draft.script_body = found.body
        draft.proposed_parameters = [
            {**one.model_dump(mode="json"), "original": was.original}
            for one, was in zip(parameters, found.parameters, strict=True)
        ]
    elif found.parameters:
        log.warning("parameters that do not give the script back were dropped", draft=str(draft.id))
    draft.extraction = Extraction.DONE if parameters else Extraction.NONE
    return draft


def proven(script: str, language: Language, found: FoundParameters) -> tuple[Parameter, ...]:
    """The parameters of a round trip that holds: the body uses exactly them, each stands where its value is safe, and the originals, written as
    they were, give the script. Else none."""
    try:
        parameters = tuple(_plain(one) for one in found.parameters[: MOST_PARAMETERS + 1])
        if not parameters or len(parameters) > MOST_PARAMETERS:
            return ()
        check(found.body, language, parameters)
    except (Invalid, ValidationError):
        return ()
    originals = {one.parameter.key: one.original for one in found.parameters}
    return parameters if _gives_back(script, language, found.body, originals) else ()


def _plain(one: FoundParameter) -> Parameter:
    """What was found, without the case's value as a default: the next customer is another one."""
    asked = one.parameter
    kind = ParameterType.NUMBER if asked.type == "number" else ParameterType.TEXT
    return Parameter(key=asked.key, label=asked.label, type=kind, help=asked.help)


def _gives_back(script: str, language: Language, body: str, originals: dict[str, str]) -> bool:
    at = behind = 0
    for match in PLACEHOLDER.finditer(body):
        between = body[behind : match.start()]
        if not script.startswith(between, at):
            return False
        at += len(between)
        written = next((way for way in _ways(originals[match[1]], language) if script.startswith(way, at)), None)
        if written is None:
            return False
        at += len(written)
        behind = match.end()
    return script[at:] == body[behind:]


def _ways(value: str, language: Language) -> list[str]:
    """How a script may have written a value as one whole text."""
    ways = [literal(value, language)]
    if language is Language.PYTHON:
        return [*ways, *(way for way in (f"'{value}'", f'"{value}"') if _reads(way) == value)]
    if not re.search(r"[\"$`\\!“”„]", value) or (
        language is Language.POWERSHELL and not re.search(r"[\"$`“”„]", value)
    ):
        ways.append(f'"{value}"')
    if _BARE[language].fullmatch(value) and not value.startswith("-"):
        ways.append(value)
    return ways


def _reads(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None
