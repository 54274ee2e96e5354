"""Runs a listener so that whatever happens in it, the person gets an answer in time, and the answer is true.

Nothing is ever thrown at Bolt: an exception after an ack would make Bolt forget the ack.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from slack_bolt.response import BoltResponse

from bot import errors, people
from bot.answers import Answer, Choices, Done, FieldErrors, Later, Meanwhile, NotNow, Open, Reply, Show, TooEarly
from bot.blocks import FALLBACK, View, escape, notice
from bot.errands import Errands
from bot.interaction import Interaction, Kind
from bot.metrics import Metrics
from bot.replies import open_modal, show, whisper
from bot.slack import SlackFailed
from core.errors import Conflict, DomainError, Unavailable
from core.text import shorten
from core.unit import IN_DOUBT, Again, CommitUnderWay, Duplicate, Stranger

log = structlog.get_logger()

LIMIT = 2.0
COMMIT_GRACE = 0.7

Listener = Callable[[Interaction], Awaitable[Answer]]


@dataclass(frozen=True)
class Guard:
    """`errands` are the answers that go out after the ack."""

    errands: Errands
    metrics: Metrics

    async def run(self, listener: Listener, interaction: Interaction) -> BoltResponse:
        """Runs the listener, at most 2 s, and returns what Slack is answered: 200, but for an event it shall bring again."""
        started = time.perf_counter()
        task = asyncio.ensure_future(self._answer(listener, interaction))
        await asyncio.wait({task}, timeout=LIMIT)
        if not task.done():
            task.cancel()
            # A commit that is under way is not cut off: a moment more, and the answer is the true one.
            await asyncio.wait({task}, timeout=COMMIT_GRACE)
        if task.done():
            answer, outcome = self._result(interaction, task)
        else:
            answer, outcome = Reply(errors.STILL_SAVING), "late"
            self.errands.start(self._tell_the_end(interaction, task))
        self.metrics.interactions.labels(interaction.kind.value, outcome).inc()
        self.metrics.ack_seconds.observe(time.perf_counter() - started)
        return self._respond(interaction, errors.in_its_place(interaction, answer))

    async def _answer(self, listener: Listener, interaction: Interaction) -> Answer:
        """The listener, and once more where coming again is right: for a person just met, or when the database asks for it."""
        for _ in range(2):
            try:
                return await listener(interaction)
            except Stranger:
                await people.meet(
                    interaction.database, interaction.slack, interaction.installation, interaction.slack_user
                )
            except Again:
                continue
        try:
            return await listener(interaction)
        except (Again, Stranger) as error:
            raise Conflict(
                "Somebody else changed this at the same moment. Please look again and repeat it if it is still needed."
            ) from error

    def _result(self, interaction: Interaction, task: asyncio.Task[Answer]) -> tuple[Answer, str]:
        try:
            return task.result(), "done"
        except Duplicate:
            return Done(), "duplicate"
        except TooEarly:
            return NotNow(), "too early"
        except DomainError as error:
            if isinstance(error, Unavailable):
                log.warning("unavailable", service=error.service, name=interaction.name)
            return errors.refused(interaction, error), "refused"
        except CommitUnderWay as late:
            return (Done() if late.committed else errors.refused(interaction, Conflict(IN_DOUBT))), "late"
        except asyncio.CancelledError:
            if (current := asyncio.current_task()) and current.cancelling():
                raise
            return errors.refused(interaction, Conflict(errors.TOO_SLOW)), "too slow"
        except Exception as error:  # noqa: BLE001 - the door: whatever it was, the person gets a reference to it
            return errors.accident(interaction, error), "accident"

    async def _tell_the_end(self, interaction: Interaction, task: asyncio.Task[Answer]) -> None:
        await asyncio.wait({task})
        answer, _ = self._result(interaction, task)
        await whisper(interaction, answer if isinstance(answer, Reply) else Reply("It is saved now."))

    async def _find_and_say(self, interaction: Interaction, find: Callable[[], Awaitable[Reply]]) -> None:
        try:
            reply = await find()
        except DomainError as error:
            reply = Reply(str(error))
        await whisper(interaction, reply)

    async def _find_and_show(self, interaction: Interaction, find: Callable[[], Awaitable[View]]) -> None:
        try:
            view = await find()
        except DomainError as error:
            view = notice("Not done", str(error))
        except Exception as error:  # noqa: BLE001 - the same as at the door: the person gets a reference to it
            answer = errors.accident(None, error)
            view = notice("Something went wrong", answer.text if isinstance(answer, Reply) else "")
        try:
            await interaction.slack.call("views.update", view_id=(interaction.view or {}).get("id"), view=view)
        except SlackFailed as error:
            log.warning("a view was not shown", error=str(error), name=interaction.name)

    def _respond(self, interaction: Interaction, answer: Answer) -> BoltResponse:
        match answer:
            case Done():
                return _ok()
            case NotNow():
                return BoltResponse(status=503, body="")
            case FieldErrors(found):
                return _ok({"response_action": "errors", "errors": dict(found)})
            case Show(view):
                if interaction.kind is Kind.SUBMISSION:
                    return _ok({"response_action": "update", "view": view})
                self.errands.start(show(interaction, view))
                return _ok()
            case Meanwhile(view, find):
                self.errands.start(self._find_and_show(interaction, find))
                return _ok({"response_action": "update", "view": view})
            case Choices(options):
                shown = [
                    {"text": {"type": "plain_text", "text": label[:75]}, "value": value}
                    for label, value in options[:100]
                ]
                return _ok({"options": shown})
            case Later(find):
                self.errands.start(self._find_and_say(interaction, find))
                return _ok()
            case Open(view):
                self.errands.start(open_modal(interaction, view))
                return _ok()
            case Reply(text, blocks):
                if interaction.kind is Kind.COMMAND:
                    return _ok(
                        {
                            "response_type": "ephemeral",
                            "text": escape(shorten(text, FALLBACK)),
                            **({"blocks": list(blocks)} if blocks else {}),
                        }
                    )
                self.errands.start(whisper(interaction, answer))
                return _ok()


def _ok(body: object = None) -> BoltResponse:
    if body is None:
        return BoltResponse(status=200, body="")
    return BoltResponse(status=200, body=json.dumps(body), headers={"Content-Type": "application/json;charset=utf-8"})
