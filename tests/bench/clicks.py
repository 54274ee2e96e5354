"""Clicks as Slack sends them: form-encoded, signed, each with a trigger and an action time of its own."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT_TOKEN = "xoxb-1-bench"
TEAM = "T0BENCH001"
PERSON = "U0BENCH001"
ACK = "value"  # the id of an input inside a form: FlowPilot acknowledges it, and that is all
CHANNEL = "C0BENCH001"
BOT_PERSON = "U0BENCHBOT"
BOT = "B0BENCH001"

_counter = itertools.count(1)


class Click:
    """Requests for one action id. What is the same in all of them is encoded once, so that making one costs little."""

    def __init__(self, action_id: str, *, port: int, path: str = "/slack/events") -> None:
        payload = json.dumps(_block_actions(action_id), separators=(",", ":"))
        self._body = urlencode({"payload": payload})
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
            "accept: application/json,*/*\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        )

    def request(self, value: str) -> bytes:
        """One signed request, whose button carries `value`."""
        number = next(_counter)
        now = time.time()
        body = (
            self._body.replace("VALUE_HERE", value)
            .replace("TRIGGER_HERE", f"{number}.{TEAM}.{number:032x}")
            .replace("ACTION_TS_HERE", f"{now:.6f}")
        ).encode()
        stamp = str(int(now))
        signature = hmac.new(SIGNING_SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        head = (
            f"{self._head}x-slack-request-timestamp: {stamp}\r\nx-slack-signature: v0={signature}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def requests(self, values: Iterator[str]) -> Iterator[bytes]:
        """A request for each of `values`."""
        return map(self.request, values)


def _block_actions(action_id: str) -> dict[str, object]:
    """A button on a card as large as a real one, since Slack sends the card along with the click."""
    blocks: list[dict[str, object]] = [
        {
            "type": "section",
            "block_id": f"b{n}",
            "text": {
                "type": "mrkdwn",
                "text": "The print spooler stops with an error after the driver update. " * 4,
                "verbatim": False,
            },
        }
        for n in range(5)
    ]
    buttons = [
        {
            "type": "button",
            "action_id": f"fixes.record.{outcome}",
            "text": {"type": "plain_text", "text": label, "emoji": True},
            "value": "VALUE_HERE",
        }
        for outcome, label in (("applied_success", "It worked"), ("applied_failed", "Didn't work…"))
    ]
    blocks.append({"type": "actions", "block_id": "outcome", "elements": buttons})
    return {
        "type": "block_actions",
        "user": {"id": PERSON, "username": "ana", "name": "ana", "team_id": TEAM},
        "api_app_id": "A0BENCH001",
        "token": "verification-token",
        "container": {
            "type": "message",
            "message_ts": "1700000000.000100",
            "channel_id": CHANNEL,
            "is_ephemeral": False,
            "thread_ts": "1700000000.000001",
        },
        "trigger_id": "TRIGGER_HERE",
        "team": {"id": TEAM, "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "helpdesk"},
        "message": {
            "type": "message",
            "user": BOT_PERSON,
            "bot_id": BOT,
            "ts": "1700000000.000100",
            "thread_ts": "1700000000.000001",
            "team": TEAM,
            "text": "A fix is proposed: restart the print spooler with the previous driver",
            "blocks": blocks,
        },
        "state": {"values": {}},
        "response_url": "http://127.0.0.1:9/",  # nobody listens there, and no click that is measured needs it
        "actions": [
            {
                "action_id": action_id,
                "block_id": "outcome",
                "text": {"type": "plain_text", "text": "It worked", "emoji": True},
                "value": "VALUE_HERE",
                "type": "button",
                "action_ts": "ACTION_TS_HERE",
            }
        ],
    }
