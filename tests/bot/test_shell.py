"""What an operator does from the shell, beside a bot that runs."""

from __future__ import annotations

import json
from pathlib import Path

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


async def test_flows_are_written_to_a_file_and_read_from_one(bot: Bot, workspace: SandboxServer, tmp_path: Path):
    settings = settings_for(bot.database.engine.url.set(username="postgres"), workspace)
    file = tmp_path / "flows.yml"
    await shell.export_flows(settings, file)
    text = file.read_text()
    assert text.count("\nflow: ") + text.startswith("flow: ") == 10
    file.write_text(text.replace("title: Account is locked", "title: Locked out"))
    said = (await shell.import_flows(settings, file)).splitlines()
    assert [line.split()[0] for line in said] == ["0", "1", "9"]
    drawing = tmp_path / "printer.png"
    await shell.draw_flow(settings, drawing)
    assert drawing.read_bytes().startswith(b"\x89PNG")
    file.write_text("flow: a\ntitle: A\nsymptoms: [x]\nnodes: {a: {instruction: A, next: b}}\n")
    with pytest.raises(Invalid, match="Line 4: “a” leads to “b”"):
        await shell.import_flows(settings, file)


async def test_the_script_library_goes_out_and_comes_in_as_a_file(bot: Bot, workspace: SandboxServer, tmp_path: Path):
    settings = settings_for(bot.database.engine.url.set(username="postgres"), workspace)
    file = tmp_path / "library.yml"
    assert str(file) in await shell.move_scripts(settings, "export", file, with_secrets=False)
    written = file.read_text()
    assert "slug: unlock-account" in written
    file.write_text(written.replace("name: Find the biggest files of a folder", "name: Biggest files"))
    said = await shell.move_scripts(settings, "import", file, with_secrets=False)
    assert said == "Imported: 0 new, 1 changed, the rest as it was."
    secret = "\n    Set-Item x -Password 'Winter2026!geheim'\n"
    file.write_text(written.replace("script: |\n", f"script: |{secret}", 1))
    with pytest.raises(Invalid, match="Nothing was imported"):
        await shell.move_scripts(settings, "import", file, with_secrets=False)
    assert "2 changed" in await shell.move_scripts(settings, "import", file, with_secrets=True)
    file.write_text("templates: [")
    with pytest.raises(Invalid, match="not valid YAML"):
        await shell.move_scripts(settings, "import", file, with_secrets=False)
