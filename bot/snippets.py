"""Files in a conversation: a script, which Slack colours and people copy whole, or a picture."""

from __future__ import annotations

import structlog

from bot.slack import Slack, SlackFailed
from core.scripts.languages import SNIPPET, SUFFIX, Language

log = structlog.get_logger()


async def share(
    slack: Slack, channel: str, thread_ts: str | None, *, name: str, title: str, script: str, language: Language
) -> bool:
    """Puts a snippet into a thread. Says whether it is there; where a workspace lacks files, or Slack is away, it is not."""
    filename, content = f"{name or 'script'}.{SUFFIX[language]}", script.encode("utf-8")
    return await _share(slack, channel, thread_ts, filename, title, content, SNIPPET[language])


async def share_picture(
    slack: Slack, channel: str, thread_ts: str | None, *, name: str, title: str, png: bytes
) -> bool:
    """Puts a PNG into a thread. Says whether it is there, as `share` does."""
    return await _share(slack, channel, thread_ts, f"{name}.png", title, png)


async def _share(
    slack: Slack,
    channel: str,
    thread_ts: str | None,
    filename: str,
    title: str,
    content: bytes,
    snippet_type: str | None = None,
) -> bool:
    kind = {"snippet_type": snippet_type} if snippet_type else {}
    try:
        begun = await slack.call("files.getUploadURLExternal", filename=filename, length=len(content), **kind)
        await slack.upload(str(begun["upload_url"]), content)
        await slack.call(
            "files.completeUploadExternal",
            files=[{"id": begun["file_id"], "title": title[:200]}],
            channel_id=channel,
            thread_ts=thread_ts,
        )
    except SlackFailed as error:
        log.info("a file was not shared; it is done without", file=filename, error=str(error))
        return False
    return True
