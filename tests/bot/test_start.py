"""`python -m bot serve` with what people really get wrong: one clear sentence, and exit code 1."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GOOD = {
    "DATABASE_URL": "postgresql://nobody:secret-word@127.0.0.1:1/nothing",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
}
WRONG: list[tuple[dict[str, str | None], str]] = [
    ({"DATABASE_URL": None}, "DATABASE_URL is not set: give the address of a PostgreSQL, or the word “embedded”"),
    ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    (
        {"DATABASE_URL": "mysql://u:secret-word@h/d"},
        "DATABASE_URL names “mysql”; FlowPilot keeps its data in PostgreSQL",
    ),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not a database address; it looks like postgresql://"),
    ({}, "The database at 127.0.0.1:1/nothing cannot be reached"),
    ({"SLACK_BOT_TOKEN": None}, "SLACK_BOT_TOKEN is not set: the token of your Slack app in your workspace, xoxb-…"),
    ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN: a bot token begins with xoxb-"),
    ({"SLACK_BOT_TOKNE": "xoxb-1"}, "There is no setting SLACK_BOT_TOKNE. Did you mean SLACK_BOT_TOKEN?"),
    ({"SLACK_SIGNING_SECRET": None}, "SLACK_SIGNING_SECRET is not set: set it for HTTP mode, or set SLACK_APP_TOKEN"),
    ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: an app-level token begins with xapp-"),
    (
        {"SLACK_API_URL": "slack.com/api"},
        "SLACK_API_URL: this is not a web address; it looks like https://slack.com/api/",
    ),
    ({"FLOWPILOT_OWNER": "U0ANA00001"}, "There is no setting FLOWPILOT_OWNER. Did you mean FLOWPILOT_OWNERS?"),
    ({"FLOWPILOT_COLOUR": "red"}, "There is no setting FLOWPILOT_COLOUR. The settings are "),
    ({"PORT": "eighty"}, "PORT: "),
    ({"PORT": "65536"}, "PORT: "),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: "),
]


async def serve(folder: Path, **settings: str | None) -> tuple[int | None, str, str]:
    """Runs it with these settings and no others; returns exit code, output and errors."""
    given = {name: value for name, value in {**GOOD, **settings}.items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "serve"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(("settings", "sentence"), WRONG, ids=[sentence[:40] for _, sentence in WRONG])
async def test_a_wrong_setting_is_one_sentence(tmp_path: Path, settings: dict[str, str | None], sentence: str) -> None:
    code, out, err = await serve(tmp_path, **settings)
    assert code == 1
    assert err.startswith(f"FlowPilot: {sentence}")
    assert err.count("\n") == 1, "more than the sentence"
    assert out == ""
    assert "secret-word" not in err


async def test_a_mistyped_setting_in_the_file_is_found_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FLOWPILOT_OWNRES=U0ANA00001\n")
    code, _, err = await serve(tmp_path)
    assert (code, err) == (1, "FlowPilot: There is no setting FLOWPILOT_OWNRES. Did you mean FLOWPILOT_OWNERS?\n")
