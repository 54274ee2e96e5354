"""A script as a file in a conversation: Slack colours it, and it is copied whole."""

from __future__ import annotations

import structlog

from bot.slack import Slack, SlackFailed
from core.scripts.languages import SNIPPET, SUFFIX, Language

log = structlog.get_logger()


async def share(
    slack: Slack, channel: str, thread_ts: str | None, *, name: str, title: str, script: str, language: Language
) -> bool:
    """Puts a snippet into a thread. Says whether it is there; where a workspace lacks files, or Slack is away, it is not."""
    content = script.encode("utf-8")
    try:
        begun = await slack.call(
            "files.getUploadURLExternal",
            filename=f"{name or 'script'}.{SUFFIX[language]}",
            length=len(content),
            snippet_type=SNIPPET[language],
        )
        await slack.upload(str(begun["upload_url"]), content)
        await slack.call(
            "files.completeUploadExternal",
            files=[{"id": begun["file_id"], "title": title[:200]}],
            channel_id=channel,
            thread_ts=thread_ts,
        )
    except SlackFailed as error:
        log.info("a snippet was not shared; the script is shown instead", error=str(error))
        return False
    return True
