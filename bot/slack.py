"""The sending client: one session, pacing, and Slack's answers as exceptions that say what can be done about them.

SlackFailed
├── SlackAway         no answer; `maybe_done`: the call may have arrived, `slow`: it may even arrive yet
├── Throttled         Slack said when to come back (`after`)
└── Refused           Slack said no, for good; `code` is its word
    ├── Gone          the channel, message, view or person is not there (any more)
    ├── Lacking       this workspace or server does not have the feature: leave it out
    └── ShutOut       the app was removed, or its token revoked
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.metrics import Metrics

log = structlog.get_logger()

GONE = {
    "channel_not_found", "not_in_channel", "is_archived", "message_not_found", "thread_not_found", "cant_update_message", "user_not_found",
    "user_not_in_channel", "not_found", "restricted_action", "cannot_dm_bot", "user_disabled", "messages_tab_disabled", "edit_window_closed",
}  # fmt: skip
LACKING = {
    "unknown_method",
    "missing_scope",
    "method_deprecated",
    "not_allowed_token_type",
    "feature_not_enabled",
    "access_denied",
}
SHUT_OUT = {
    "account_inactive",
    "token_revoked",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "team_access_not_granted",
}
PASSING = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
    "rate_limited",
    "team_added_to_org",
}
FORMS = {"files.getUploadURLExternal"}  # these do not take JSON either
READS = {"users.info", "dnd.teamInfo", "conversations.info", "conversations.history", "conversations.replies"}
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
LONGEST_WAIT_INSIDE = 3.0


class SlackFailed(Exception):
    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code


class SlackAway(SlackFailed):
    def __init__(self, method: str, code: str, *, maybe_done: bool, slow: bool = False) -> None:
        super().__init__(method, code)
        self.maybe_done = maybe_done
        self.slow = slow


class Throttled(SlackFailed):
    def __init__(self, method: str, after: timedelta) -> None:
        super().__init__(method, "ratelimited")
        self.after = after


class Refused(SlackFailed):
    pass


class Gone(Refused):
    pass


class Lacking(Refused):
    pass


class ShutOut(Refused):
    pass


@dataclass
class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    rate: float
    burst: float
    level: float = 0.0
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.level = self.burst

    def take(self) -> float:
        """Takes one token and returns the seconds to wait until it is there."""
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self.at) * self.rate) - 1
        self.at = now
        return max(0.0, -self.level / self.rate)

    def until(self, level: float) -> float:
        """The seconds until one can be taken and `level` tokens are left."""
        there = min(self.burst, self.level + (time.monotonic() - self.at) * self.rate)
        return max(0.0, (level + 1 - there) / self.rate)

    def give_back(self) -> None:
        self.level += 1


@dataclass(frozen=True)
class Pace:
    """Messages a second: Slack allows about one per channel with short bursts, and some hundreds a minute per workspace."""

    per_channel: float = 1.0
    channel_burst: float = 5.0
    per_workspace: float = 5.0
    workspace_burst: float = 50.0


SLACKS_PACE = Pace()


@dataclass
class Slack:
    """One workspace's client. The shared `session` is closed by whoever made it."""

    token: str
    base_url: str
    session: aiohttp.ClientSession
    metrics: Metrics
    pace: Pace = SLACKS_PACE
    _channels: OrderedDict[str, Bucket] = field(default_factory=OrderedDict[str, Bucket])
    _blocked: dict[str, float] = field(default_factory=dict[str, float])
    _lacking: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        # No retry handlers: the default one posts again after a dropped connection, and one message became two.
        self._client = AsyncWebClient(self.token, base_url=self.base_url, session=self.session, retry_handlers=[])
        self._workspace = Bucket(self.pace.per_workspace, self.pace.workspace_burst)

    async def call(self, method: str, **arguments: object) -> dict[str, object]:
        """Calls `method` and returns Slack's answer. Raises a `SlackFailed`; a feature that is lacking is logged once."""
        if (until := self._blocked.get(method, 0.0)) > time.monotonic():
            raise Throttled(method, timedelta(seconds=until - time.monotonic()))
        outcome = "away"
        try:
            given = {name: value for name, value in arguments.items() if value is not None}
            # Slack's reading methods do not take JSON.
            answer = await (
                self._client.api_call(method, http_verb="POST" if method in FORMS else "GET", params=given)
                if method in READS | FORMS
                else self._client.api_call(method, json=given)
            )
            outcome = "ok"
            return cast("dict[str, object]", answer.data)
        except SlackApiError as error:
            failure = self._failure(method, error)
            outcome = failure.code
            raise failure from None
        except aiohttp.ClientConnectorError as error:
            raise SlackAway(method, str(error), maybe_done=False) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackAway(
                method, type(error).__name__, maybe_done=True, slow=isinstance(error, TimeoutError)
            ) from None
        finally:
            self.metrics.slack_calls.labels(method, outcome).inc()

    async def post_patiently(self, channel: str, **message: object) -> dict[str, object]:
        """The same as `post`, but half of the workspace's burst is left to those for whom somebody waits."""
        patience = time.monotonic() + LONGEST_WAIT_INSIDE
        # Asked again after the wait: of several that waited side by side one has taken what was there.
        while (wait := self._workspace.until(self.pace.workspace_burst / 2)) > 0:
            if time.monotonic() + wait > patience:
                raise Throttled("chat.postMessage", timedelta(seconds=wait))
            await asyncio.sleep(wait)
        return await self.post(channel, **message)

    async def post(self, channel: str, **message: object) -> dict[str, object]:
        """`chat.postMessage`, paced: waits up to 3 s for its turn, and raises `Throttled` when that is not enough."""
        waits = [bucket.take() for bucket in (self._workspace, self._channel(channel))]
        if max(waits) > LONGEST_WAIT_INSIDE:
            self._workspace.give_back()
            self._channel(channel).give_back()
            raise Throttled("chat.postMessage", timedelta(seconds=max(waits)))
        if max(waits) > 0:
            await asyncio.sleep(max(waits))
        return await self.call("chat.postMessage", channel=channel, unfurl_links=False, unfurl_media=False, **message)

    async def upload(self, address: str, content: bytes) -> None:
        """Sends a file's bytes to the address that Slack gave for them. Raises `SlackAway`, `Refused`."""
        try:
            async with self.session.post(address, data=content) as answer:
                if answer.status != 200:
                    raise Refused("upload", f"http {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackAway("upload", type(error).__name__, maybe_done=True) from None

    async def respond(self, response_url: str, message: dict[str, object]) -> None:
        """Answers an interaction privately by its response_url. Raises `SlackAway`, or `Refused` when the address is used up."""
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            **{k: v for k, v in message.items() if v is not None},
        }
        try:
            async with self.session.post(response_url, json=body) as answer:
                if answer.status != 200:
                    raise Refused("response_url", f"http {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackAway("response_url", type(error).__name__, maybe_done=True) from None

    def _channel(self, channel: str) -> Bucket:
        bucket = self._channels.setdefault(channel, Bucket(self.pace.per_channel, self.pace.channel_burst))
        self._channels.move_to_end(channel)
        if len(self._channels) > 5_000:
            self._channels.popitem(last=False)
        return bucket

    def _failure(self, method: str, error: SlackApiError) -> SlackFailed:
        response = cast("AsyncSlackResponse", error.response)
        status = cast("int", response.status_code)  # pyright: ignore[reportUnknownMemberType]
        said = cast("Mapping[str, object]", response.data if isinstance(response.data, dict) else {})
        code = str(said.get("error") or f"http {status}")
        if status == 429 or code in {"ratelimited", "rate_limited"}:
            after = _seconds(cast("Mapping[str, object]", response.headers).get("Retry-After"))
            self._blocked[method] = time.monotonic() + after
            return Throttled(method, timedelta(seconds=after))
        if status >= 500 or code in PASSING:
            return SlackAway(method, code, maybe_done=True)
        if code in LACKING or code.startswith("not_allowed"):
            if method not in self._lacking:
                self._lacking.add(method)
                log.warning(
                    "slack lacks a feature; it is left out", method=method, error=code, needed=said.get("needed")
                )
            return Lacking(method, code)
        if code in SHUT_OUT:
            return ShutOut(method, code)
        return Gone(method, code) if code in GONE else Refused(method, code)


def _seconds(header: object) -> float:
    """A `Retry-After` that can be read, or a second."""
    try:
        return max(0.1, float(str(header)))
    except ValueError:
        return 1.0
