"""What an operator does from the shell, beside a bot that runs."""

from __future__ import annotations

import json

import pytest

from bot import shell
from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.errors import Conflict, Invalid
from tests.bot import seeds
from tests.conftest import Fresh, settings_for
from tests.slack import Person


async def test_a_role_is_granted_and_the_audit_tells_all_of_it(
    bot: Bot, workspace: SandboxServer, ana: Person, capsys: pytest.CaptureFixture[str]
):
    settings = settings_for(bot.database.engine.url.set(username="postgres"), workspace)
    said = await shell.grant(settings, seeds.NIA, "l1", cover_l1=False)
    assert said == f"{seeds.NIA} is now l1."
    await ana.command("/pilot new the print spooler keeps stopping on PRN02")
    await shell.export_audit(settings)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["what"] for line in lines if line["source"] == "shell"] == ["role.changed"]
    started = next(line for line in lines if line["what"] == "session.started")
    assert (started["slack_user_id"], started["role"]) == (seeds.ANA, "owner")
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)


async def test_what_cannot_be_granted_is_said(bot: Bot, workspace: SandboxServer):
    settings = settings_for(bot.database.engine.url.set(username="postgres"), workspace)
    with pytest.raises(Invalid, match="There is no role “boss”"):
        await shell.grant(settings, seeds.NIA, "boss", cover_l1=False)
    with pytest.raises(Conflict, match="last owner"):
        await shell.grant(settings, seeds.ANA, "viewer", cover_l1=False)


async def test_before_the_first_start_there_is_nothing_to_grant_in(fresh_database: Fresh, workspace: SandboxServer):
    with pytest.raises(Invalid, match="start `serve` once"):
        await shell.grant(settings_for(await fresh_database(), workspace), seeds.NIA, "l1", cover_l1=False)
