"""Clicks as Slack sends them, from anybody, signed."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

import aiohttp

from tests.bench.clicks import SIGNING_SECRET, TEAM

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Click:
    """One payload; sent again it is the same one."""

    body: bytes
    kind: str = "application/x-www-form-urlencoded"

    async def send(self, session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
        """The bot's answer. Raises aiohttp.ClientError when it is not there."""
        stamp = str(int(time.time()))
        mark = hmac.new(SIGNING_SECRET.encode(), b"v0:" + stamp.encode() + b":" + self.body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": self.kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={mark}",
        }
        async with session.post(f"{url}/slack/events", data=self.body, headers=headers) as answer:
            return answer.status, await answer.text()


def press(who: str, action_id: str, value: UUID, answers: str) -> Click:
    """A button in a direct message; private answers go to `answers`."""
    number = next(_numbers)
    return _click(
        who,
        type="block_actions",
        container={"type": "message", "channel_id": f"D{who[1:]}", "message_ts": "1.0"},
        channel={"id": f"D{who[1:]}", "name": "directmessage"},
        message={"ts": "1.0", "blocks": []},
        trigger_id=f"{number}.press",
        response_url=answers,
        actions=[
            {
                "type": "button",
                "action_id": action_id,
                "block_id": "b",
                "value": str(value),
                "action_ts": f"{time.time():.6f}",
            }
        ],
    )


def park(who: str, fix_id: UUID, reason: str, check_at: datetime | None) -> Click:
    """The form that says what a fix waits for, and until when."""
    number = next(_numbers)
    moment = {"type": "datetimepicker", "selected_date_time": int(check_at.timestamp()) if check_at else None}
    state = {"notes": {"value": {"type": "plain_text_input", "value": reason}}, "check_at": {"value": moment}}
    view: dict[str, object] = {
        "id": f"V{number}",
        "hash": f"{number}.park",
        "type": "modal",
        "callback_id": "fixes.outcome",
        "private_metadata": json.dumps({"fix_id": str(fix_id), "outcome": "applied_pending"}),
        "state": {"values": state},
        "blocks": [],
    }
    return _click(who, type="view_submission", trigger_id=f"{number}.park", view=view)


def home(who: str) -> Click:
    """Somebody opens App Home."""
    event = {"type": "app_home_opened", "user": who, "channel": f"D{who[1:]}", "tab": "home"}
    body = {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0",
        "token": "t",
        "event_id": f"Ev{next(_numbers)}",
        "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": who, "is_bot": False, "is_enterprise_install": False}],
    }
    return Click(json.dumps(body).encode(), "application/json")


def _click(who: str, **said: object) -> Click:
    payload = {"user": {"id": who, "team_id": TEAM}, "team": {"id": TEAM}, "api_app_id": "A0", "token": "t", **said}
    return Click(urlencode({"payload": json.dumps(payload)}).encode())
