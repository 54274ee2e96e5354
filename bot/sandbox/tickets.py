"""What an interaction hands to the app for a short while: trigger ids and response URLs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

RESPONSE_USES = 5
RESPONSE_SECONDS = 30 * 60
REMEMBERED_SECONDS = 60


@dataclass
class Trigger:
    """Leave to open one modal for the user; view_id is the modal in which the interaction happened, if any."""

    user: str
    issued: float
    view_id: str | None
    used: bool = False


@dataclass
class ResponseUrl:
    """Leave to answer an interaction; ts is the message it happened on, if any."""

    channel: str
    user: str
    issued: float
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class TicketRefused(Exception):
    """A trigger or response URL that no longer holds; its argument is Slack's error code."""


@dataclass
class Tickets:
    """All triggers and response URLs that are still remembered."""

    trigger_seconds: float
    clock: Callable[[], float] = time.monotonic
    triggers: dict[str, Trigger] = field(default_factory=dict[str, Trigger])
    urls: dict[str, ResponseUrl] = field(default_factory=dict[str, ResponseUrl])
    issued: int = 0

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger_id for the user."""
        now = self.clock()
        while self.triggers:  # oldest first: what is long dead makes room
            oldest = next(iter(self.triggers))
            if now - self.triggers[oldest].issued < REMEMBERED_SECONDS:
                break
            del self.triggers[oldest]
        self.issued += 1
        trigger_id = f"{self.issued}.{int(now * 1000)}.{hash((user, self.issued)) & 0xFFFFFFFFFFFF:012x}"
        self.triggers[trigger_id] = Trigger(user, now, view_id)
        return trigger_id

    def redeemable(self, trigger_id: str) -> Trigger:
        """Return the trigger, unused and fresh; the caller sets `used` when the modal is open. Raises TicketRefused."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise TicketRefused("invalid_trigger_id")
        if trigger.used:
            raise TicketRefused("exchanged_trigger_id")
        if self.clock() - trigger.issued > self.trigger_seconds:
            raise TicketRefused("expired_trigger_id")
        return trigger

    def response_url(self, channel: str, user: str, ts: str | None = None, thread_ts: str | None = None) -> str:
        """Return the id of a new response URL."""
        now = self.clock()
        while self.urls:
            oldest = next(iter(self.urls))
            if now - self.urls[oldest].issued < RESPONSE_SECONDS:
                break
            del self.urls[oldest]
        self.issued += 1
        url_id = f"{self.issued:x}-{hash((channel, user, self.issued)) & 0xFFFFFFFF:08x}"
        self.urls[url_id] = ResponseUrl(channel, user, now, ts, thread_ts)
        return url_id

    def use(self, url_id: str) -> ResponseUrl:
        """Return what the URL answers to, and count the use. Raises TicketRefused: expired_url, used_url."""
        url = self.urls.get(url_id)
        if url is None or self.clock() - url.issued > RESPONSE_SECONDS:
            raise TicketRefused("expired_url")
        if url.uses >= RESPONSE_USES:
            raise TicketRefused("used_url")
        url.uses += 1
        return url
