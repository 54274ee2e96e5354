"""Parameters are found carefully, and kept only when they give the script back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ids import DraftId, FixId, SessionId
from core.llm.parameters import found_by_rules
from core.llm.provider import FoundParameter, FoundParameters, ScriptParameter, ScriptView
from core.scripts import extraction, queries, service
from core.scripts.filling import fill
from core.scripts.languages import Language
from core.scripts.models import Extraction
from core.sessions import service as sessions
from core.sessions.commands import AddFact
from tests.builders import Account, a_session
from tests.core.scripts.shelves import a_draft, kept, scripted


def found(script: str, *facts: str, language: Language = Language.POWERSHELL) -> FoundParameters:
    return found_by_rules(ScriptView(script, language.value, facts=facts))


@pytest.mark.parametrize(
    ("language", "script", "facts", "body", "originals"),
    [
        (Language.POWERSHELL, "ping PRN02", ["It is PRN02."], "ping {{host}}", {"host": "PRN02"}),
        (Language.POWERSHELL, "Get-It 'PRN02' PRN02", ["PRN02"], "Get-It {{host}} {{host}}", {"host": "PRN02"}),
        (Language.BASH, "ssh 10.0.0.7 'ls'", ["10.0.0.7 hangs"], "ssh {{address}} 'ls'", {"address": "10.0.0.7"}),
        (
            Language.PYTHON,
            "print('srv01.example.com', \"ana@example.com\")",
            ["srv01.example.com", "ana@example.com"],
            "print({{host}}, {{email}})",
            {"host": "srv01.example.com", "email": "ana@example.com"},
        ),
        (Language.POWERSHELL, "cd 'C:\\Data\\Old'", ["in C:\\Data\\Old it hangs"], "cd {{path}}", {"path": "C:\\Data\\Old"}),
        (Language.POWERSHELL, "Get-It '\\\\fs01\\hr'", ["\\\\fs01\\hr"], "Get-It {{share}}", {"share": "\\\\fs01\\hr"}),
        (Language.BASH, "find /var/log/app -newermt '2026-11-02'", ["/var/log/app since 2026-11-02"],
         "find {{path}} -newermt {{date}}", {"path": "/var/log/app", "date": "2026-11-02"}),
        (Language.POWERSHELL, "Get-ADUser 'Jane Doe'", ["Jane Doe cannot sign in"], "Get-ADUser {{name}}", {"name": "Jane Doe"}),
        (Language.POWERSHELL, "ping PRN02; ping PRN03", ["PRN02 and PRN03"], "ping {{host}}; ping {{host_2}}",
         {"host": "PRN02", "host_2": "PRN03"}),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_was_said_of_the_case_becomes_a_parameter(
    language: Language, script: str, facts: list[str], body: str, originals: dict[str, str]
):
    proposal = found(script, *facts, language=language)
    assert proposal.body == body
    assert {one.parameter.key: one.original for one in proposal.parameters} == originals
    parameters = extraction.proven(script, language, proposal)
    assert [one.key for one in parameters] == list(originals)
    assert all(one.default is None for one in parameters), "the next customer is another one"


@pytest.mark.parametrize(
    ("script", "facts"),
    [
        ("$ErrorActionPreference = 'Stop'", "Stop the spooler"),
        ("Restart-Service Spooler", "The Spooler hangs"),
        ("ping PRN021", "It is PRN02"),
        ("ping PRN02", "nothing is known"),
        ("# for PRN02\nGet-It", "PRN02"),
        ('Get-It "$PRN02"', "PRN02"),
    ],
    ids=range(6),
)
def test_rather_none_than_one_too_many(script: str, facts: str):
    assert found(script, facts).parameters == ()


def a_proposal(body: str, **originals: str) -> FoundParameters:
    return FoundParameters(
        body, tuple(FoundParameter(ScriptParameter(key=key, label=key), was) for key, was in originals.items())
    )


@pytest.mark.parametrize(
    ("script", "proposal"),
    [
        ("ping 'a'", a_proposal("ping {{x}}", x="b")),
        ("ping 'a'", a_proposal("pong {{x}}", x="a")),
        ("ping 'a' -n 1", a_proposal("ping {{x}}", x="a")),
        ("ping 'a'", a_proposal("ping {{x}}", x="a", y="b")),
        ("ping 'a'", a_proposal("ping {{x}} {{y}}", x="a")),
        ('ping "$a"', a_proposal("ping {{x}}", x="$a")),
        ("ping 'it''s'", a_proposal("ping '{{x}}'", x="it's")),
        ("C:\\a\\b.exe", a_proposal("C:\\{{x}}\\b.exe", x="a")),
        ("ping 'a'", a_proposal("ping {{X}}", X="a")),
        ("'a' 'b'", a_proposal("{{x}} {{x}}", x="a")),
        ("ping a", a_proposal("ping a")),
    ],
    ids=range(11),
)
def test_what_does_not_give_the_script_back_is_dropped(script: str, proposal: FoundParameters):
    assert extraction.proven(script, Language.POWERSHELL, proposal) == ()


def test_filled_with_the_originals_the_script_is_what_it_was_but_for_its_quotes():
    proposal = found("ping PRN02 -c 'PRN02'", "PRN02", language=Language.BASH)
    parameters = extraction.proven("ping PRN02 -c 'PRN02'", Language.BASH, proposal)
    assert fill(proposal.body, Language.BASH, parameters, {"host": "PRN02"}) == "ping 'PRN02' -c 'PRN02'"


async def a_draft_with_a_fact(account: Account) -> DraftId:
    session = await a_session(account)
    async with account.unit("ben") as unit:
        await sessions.add_fact(unit, AddFact(session_id=SessionId(session.id), text="The server is PRN02."))
    return DraftId((await a_draft(account, scripted("Get-Printer -ComputerName PRN02"), session=session)).id)


async def test_a_draft_gets_its_parameters_from_the_facts_of_its_session(account: Account):
    draft_id = await a_draft_with_a_fact(account)
    async with account.unit() as unit:
        asked = await extraction.question(unit, draft_id)
    assert asked is not None
    async with account.unit() as unit:
        await extraction.keep(unit, draft_id, found_by_rules(asked))
    draft = await kept(account, draft_id)
    assert (draft.script_body, draft.extraction) == ("Get-Printer -ComputerName {{host}}", Extraction.DONE)
    assert [(one["key"], one["original"]) for one in draft.proposed_parameters if isinstance(one, dict)] == [
        ("host", "PRN02")
    ]
    async with account.unit() as unit:
        assert await extraction.question(unit, draft_id) is None


async def test_a_draft_that_somebody_opened_meanwhile_is_left_alone(account: Account):
    draft_id = await a_draft_with_a_fact(account)
    async with account.unit() as unit:
        asked = await extraction.question(unit, draft_id)
    assert asked is not None
    async with account.unit("eva") as unit:
        await service.open_draft(unit, draft_id)
    async with account.unit() as unit:
        await extraction.keep(unit, draft_id, found_by_rules(asked))
    draft = await kept(account, draft_id)
    assert (draft.script_body, draft.proposed_parameters) == ("Get-Printer -ComputerName PRN02", [])


async def test_a_draft_of_which_nothing_can_be_found_has_no_parameters(account: Account):
    draft = await a_draft(account)
    async with account.unit() as unit:
        await extraction.keep(unit, DraftId(draft.id), FoundParameters(draft.script_body))
    assert (await kept(account, draft.id)).extraction is Extraction.NONE


async def test_a_script_that_came_with_parameters_keeps_them(account: Account):
    proposal = replace(scripted("Get-It {{host}}"), parameters=(ScriptParameter("host", "Host", default="PRN02"),))
    draft = await a_draft(account, proposal)
    assert draft.extraction is Extraction.DONE
    async with account.unit() as unit:
        assert await extraction.question(unit, DraftId(draft.id)) is None
        again = await queries.draft_of_fix(unit, FixId(draft.source_fix_id))
    assert again is not None
    assert [(one["key"], one["default"]) for one in again.proposed_parameters if isinstance(one, dict)] == [
        ("host", "PRN02")
    ]
