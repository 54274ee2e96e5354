"""Every view is within Slack's limits, whatever texts it is given, and escapes what is not ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

import pytest

from bot.sandbox.blocks import block_problems, blocks_too_long, view_problems
from bot.sandbox.wire import Json, items, obj
from tests.house.rendered import TEXTS, rendered, views_there_are

LONGEST_TEXT = 40_000


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_slack_takes_every_view_whatever_the_text(text: str):
    wrong: list[str] = []
    for one in rendered(text):
        if one.view is not None:
            view: Json = json.loads(json.dumps(one.view))
            kind = "home" if view["type"] == "home" else "modal"
            wrong += [f"{one.by}: {problem}" for problem in view_problems(view, kind)]
        if one.blocks is not None:
            blocks: list[Json] = json.loads(json.dumps(one.blocks))
            wrong += [f"{one.by}: {problem}" for problem in block_problems(blocks, "message")]
            if blocks_too_long(blocks):
                wrong.append(f"{one.by}: {len(json.dumps(blocks, ensure_ascii=False)):,} characters of blocks")
    assert not sorted(set(wrong))


SAID = {name: text for name, text in TEXTS.items() if text.strip()}


@pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
def test_every_message_has_a_text_for_notifications_and_screen_readers(text: str):
    for one in rendered(text):
        if one.text is not None:
            assert 0 < len(one.text.strip()) <= LONGEST_TEXT, one.by


def test_nobodys_mention_or_link_comes_alive():
    hostile = "<!channel> <@U0BEN00001> <https://evil.example|click>"
    signs = ("<!channel", "<@U0BEN", "<https://evil")
    for one in rendered(hostile):
        spoken = [one.text or "", *marked_up(one.blocks if one.view is None else one.view)]
        alive = [text for text in spoken if any(sign in text for sign in signs)]
        assert not alive, one.by


def test_nobodys_formatting_or_emoji_comes_alive():
    hostile = "a *loud* _loud_ ~loud~ `loud` ```loud``` :loud: (*loud*) it:loud: z\n> loud z"
    alive = re.compile(r"[*_~`:]loud|loud[*_~`:]|^(?:>|&gt;)", re.MULTILINE)
    found = {
        (one.by, text)
        for one in rendered(hostile)
        for text in [one.text or "", *marked_up(one.blocks if one.view is None else one.view)]
        if alive.search(text)
    }
    assert not found


def marked_up(value: object) -> Iterator[str]:
    """Every text inside in which Slack would look for markup."""
    if isinstance(value, dict):
        inside = obj(cast("object", value))
        if inside.get("type") == "mrkdwn":
            yield str(inside["text"])
        for one in inside.values():
            yield from marked_up(one)
    else:
        for one in items(value):
            yield from marked_up(one)


def test_every_view_there_is_was_looked_at():
    assert views_there_are() - {one.by for one in rendered("x")} == set()
