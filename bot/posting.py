"""The marker protocol of a post: committed as `sending` before the call, `done` with its place after it; if the answer is lost, the receiver is
searched for our marker before anything is sent again.

What it cannot close: a process that is frozen for more than a minute between that commit and the call (decision 0005).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import cast
from uuid import UUID

from bot.effects import House, NotYet, Outgoing, Post, Posted
from bot.slack import Gone, Refused, SlackAway, Throttled
from core.outbox import service
from core.outbox.models import Delivery, DeliveryState
from core.unit import Event

MARKER = "flowpilot_delivery"
STILL_AT_IT = timedelta(seconds=20)
CLOCKS_DIFFER = 3_600  # seconds: the database stamps the sending, Slack the message


class Lost(Exception):
    """Nobody can tell yet whether the post arrived."""

    def __init__(self, why: str, *, slow: bool = False) -> None:
        super().__init__(why)
        # After a time-out Slack may still be at it: a look that is too early would find nothing, and post a second time.
        self.after = STILL_AT_IT if slow else None


class CannotTell(Exception):
    """Nobody will ever tell, so a person is asked."""


async def put_up(house: House, delivery: Delivery, token: UUID, post: Post, event: Event) -> None:
    """Posts what `post` composes for `event`, once. Raises `Lost`, `CannotTell`, or a `SlackFailed` when it surely did not arrive."""
    if delivery.state is DeliveryState.SENDING:
        found = await _look_for(house, delivery)
        if found is not None:
            await _posted(house, delivery, token, post, event, found)
            return
    for compose in (post.compose, post.elsewhere):
        if compose is None:
            break
        async with house.unit() as unit:
            outgoing = await compose(unit, event)
            if outgoing is None:
                await service.conclude(unit, delivery, token)
                return
            if not await service.sending(unit, delivery, token, target(outgoing)):
                return  # the lease ran out: somebody else has it now
        try:
            where = await send(house, delivery, outgoing, patient=post.patient)
        except Gone as gone:
            if post.displaced is not None:
                async with house.unit() as unit:
                    await post.displaced(unit, event, gone.code)
                raise NotYet(f"its place is gone: {gone}") from None
            if compose is post.elsewhere or post.elsewhere is None:
                raise
            continue
        await _posted(house, delivery, token, post, event, where)
        return


def target(outgoing: Outgoing) -> dict[str, str]:
    """Where a post goes, as its delivery keeps it: there it is looked for when its answer is lost."""
    return {"channel": outgoing.channel, "thread_ts": outgoing.thread_ts or ""}


async def send(house: House, delivery: Delivery, outgoing: Outgoing, *, patient: bool) -> Posted:
    """One call, with the marker that `_look_for` looks for. Raises `Lost` when it may have arrived, a `SlackFailed` when it surely did not."""
    try:
        post = house.slack.post_patiently if patient else house.slack.post
        answer = await post(
            outgoing.channel,
            text=outgoing.text,
            blocks=list(outgoing.blocks),
            thread_ts=outgoing.thread_ts,
            metadata={"event_type": MARKER, "event_payload": {"id": str(delivery.id)}},
        )
    except SlackAway as away:
        if away.maybe_done:
            raise Lost(str(away), slow=away.slow) from None
        raise
    return Posted(str(answer["channel"]), str(answer["ts"]))


async def _posted(house: House, delivery: Delivery, token: UUID, post: Post, event: Event, where: Posted) -> None:
    async with house.unit() as unit:
        if await service.conclude(unit, delivery, token, external_id=f"{where.channel}:{where.ts}"):
            await post.posted(unit, event, where)
    if post.counts is not None:
        post.counts(house.metrics)


async def _look_for(house: House, delivery: Delivery) -> Posted | None:
    """Searches the receiver for our marker. None: surely absent, so it is sent. Raises `Lost` while Slack is away."""
    target = delivery.target or {}
    channel, thread_ts = target.get("channel", ""), target.get("thread_ts", "")
    oldest = str((delivery.sent_at or delivery.due_at).timestamp() - CLOCKS_DIFFER)
    try:
        if channel.startswith(("U", "W")):
            opened = cast(
                "Mapping[str, object]", (await house.slack.call("conversations.open", users=channel))["channel"]
            )
            channel = str(opened["id"])
        cursor = ""
        while True:
            method = "conversations.replies" if thread_ts else "conversations.history"
            page = await house.slack.call(
                method,
                channel=channel,
                ts=thread_ts or None,
                oldest=oldest,
                include_all_metadata=True,
                limit=200,
                cursor=cursor or None,
            )
            for message in cast("list[Mapping[str, object]]", page.get("messages") or []):
                metadata = cast("Mapping[str, object]", message.get("metadata") or {})
                payload = cast("Mapping[str, object]", metadata.get("event_payload") or {})
                if metadata.get("event_type") == MARKER and payload.get("id") == str(delivery.id):
                    return Posted(channel, str(message["ts"]))
            cursor = str(cast("Mapping[str, object]", page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
    except Gone as gone:
        if gone.code in {"thread_not_found", "message_not_found"}:
            return None  # the thread is gone, and a post that was in it with it
        raise CannotTell(f"The answer was lost, and FlowPilot cannot look into the channel any more: {gone}") from None
    except (Throttled, SlackAway) as away:
        raise Lost(str(away)) from None
    except Refused as no:
        raise CannotTell(f"The answer was lost, and FlowPilot may not look for the message: {no}") from None
