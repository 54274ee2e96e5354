"""Answers that need a call to Slack: they go out after the ack, by the shortest way that reaches only the clicker."""

from __future__ import annotations

import structlog

from bot.answers import Reply
from bot.blocks import FALLBACK, View, escape
from bot.interaction import Interaction, Kind
from bot.slack import Lacking, Refused, SlackFailed
from core.ids import new_id
from core.text import shorten

log = structlog.get_logger()


async def open_modal(interaction: Interaction, view: View) -> None:
    """Opens `view`; on top of the open modal if the click was in one. If Slack's three seconds are over, the person is told."""
    in_modal = interaction.view is not None and interaction.view.get("type") == "modal"
    method = "views.push" if in_modal else "views.open"
    try:
        await interaction.slack.call(
            method, trigger_id=interaction.trigger_id, view={"external_id": f"fp-{new_id()}", **view}
        )
    except SlackFailed as error:
        if error.code == "exchanged_trigger_id":
            return  # the click came twice, and its form is open
        log.warning("a modal did not open", error=str(error), name=interaction.name)
        await whisper(interaction, Reply("Slack was too slow to open the form. Please press the button again."))


async def whisper(interaction: Interaction, reply: Reply) -> None:
    """Says something to the clicker only. In a direct message it is an ordinary message: nobody else is there."""
    message: dict[str, object] = {
        "text": escape(shorten(reply.text, FALLBACK)),
        "blocks": list(reply.blocks) if reply.blocks else None,
    }
    channel = interaction.channel
    try:
        if interaction.kind is Kind.EVENT and interaction.is_direct and channel:
            await interaction.slack.post(channel, thread_ts=interaction.thread_ts or interaction.message_ts, **message)
            return
        if interaction.response_url:
            await interaction.slack.respond(interaction.response_url, {**message, "thread_ts": interaction.thread_ts})
            return
        if channel:
            await interaction.slack.call(
                "chat.postEphemeral",
                channel=channel,
                user=interaction.slack_user,
                thread_ts=interaction.thread_ts,
                **message,
            )
            return
    except (Refused, Lacking) as error:
        log.info("no way to answer in the channel; the answer goes to the direct messages", error=str(error))
    except SlackFailed as error:
        log.warning("an answer did not arrive", error=str(error), name=interaction.name)
        return
    try:
        await interaction.slack.post(interaction.slack_user, **message)
    except SlackFailed as error:
        log.warning("an answer did not arrive", error=str(error), name=interaction.name)


async def show(interaction: Interaction, view: View) -> None:
    """The view the click was in turns into this one: the open modal, or else the clicker's App Home.

    A modal that changed meanwhile (a click before this one was faster) is left as it is.
    """
    clicked = interaction.view
    try:
        if clicked is not None and clicked.get("type") == "modal":
            await interaction.slack.call("views.update", view_id=clicked.get("id"), hash=clicked.get("hash"), view=view)
        else:
            await interaction.slack.call("views.publish", user_id=interaction.slack_user, view=view)
    except SlackFailed as error:
        if error.code != "hash_conflict":
            log.warning("a view was not shown", error=str(error), name=interaction.name)
