"""Plays the stories against the whole product, without a model, and writes down what came out: `python -m tests.conversations`."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import yaml
from sqlalchemy.engine import URL

from bot.app import Bot
from bot.sandbox.wire import obj, objs, text
from core import bootstrap, embedded
from core.unit import Role
from tests.bot import seeds
from tests.conftest import a_bot, a_workspace
from tests.slack import Message, Person, Slack
from tests.stories import Session, started

STORIES = Path(__file__).with_name("stories.yml")
INTO = Path(__file__).parents[2] / "docs" / "conversations"
NAMES = {"ana": "Ana", "ben": "Ben"}
PEOPLE = {seeds.ANA: "Ana", seeds.BEN: "Ben"}
ASKED = "*Is that so?*"
UNSAID = {"FlowPilot · composed without AI", "👍 Helpful", "👎 Not helpful…"}

Act = Mapping[str, Mapping[str, object]]


async def main() -> None:
    """Plays all stories in one workspace, one after the other, so that what worked in the first is known in the last."""
    folder = Path(tempfile.mkdtemp(prefix="fp-talk-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    try:
        url = await embedded.database(embedded.start(folder), "talk")
        await bootstrap.make_ready(url)
        await play_all(url)
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


async def play_all(url: URL) -> None:
    async with a_workspace() as workspace, a_bot(url, workspace) as bot, Slack(workspace.url) as slack:
        await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
        INTO.mkdir(parents=True, exist_ok=True)
        for story in cast("Sequence[Mapping[str, object]]", yaml.safe_load(STORIES.read_text(encoding="utf-8"))):
            page = await play(bot, slack, story)
            (INTO / f"{story['name']}.md").write_text(page, encoding="utf-8")
            print(f"{story['name']}: {len(page.splitlines())} lines")


async def play(bot: Bot, slack: Slack, story: Mapping[str, object]) -> str:
    """Plays one story; returns its page."""
    first = next(iter(cast("Sequence[Act]", story["acts"])[0]))
    who = slack.as_(first)
    session = await started(who, text(story["ticket"]))
    await quiet(slack, bot)
    lines = [f"# {story['title']}", "", PREFACE, "", f"**{NAMES[first]}** types `/pilot new` and the ticket's text."]
    shown: set[str] = set()
    lines += await news(session, who, shown)
    for act in cast("Sequence[Act]", story["acts"]):
        ((name, deed),) = act.items()
        lines += await do(slack.as_(name), session, name, deed)
        await quiet(slack, bot)
        lines += await news(session, who, shown)
        for private in await slack.as_(name).ephemerals():
            if private.ts not in shown and private.thread_ts == session.root:
                shown.add(private.ts)
                lines += ["", f"> *Only {NAMES[name]} sees this:*", ">", *quoted(private, scripts=False)]
    lines += ["", "## Where it stands in the end", "", *quoted(await session.card(who)), ""]
    return "\n".join(lines)


PREFACE = (
    "A conversation as it came out of the sandbox, with no model connected: everything FlowPilot says here is composed from its playbooks and "
    "from what worked in the workspace before. The ticket is a real one, in the words its collection has left of it. "
    "`python -m tests.conversations` makes this page."
)


async def do(who: Person, session: Session, name: str, deed: Mapping[str, object]) -> list[str]:
    ((kind, what),) = deed.items()
    match kind:
        case "say":
            await who.say(session.channel, str(what), session.root)
            return ["", f"**{NAMES[name]}:** {what}"]
        case "press":
            fix = (await session.fixes(who))[-1]
            await who.press(str(what), on=fix)
            return ["", f"**{NAMES[name]}** presses *{what}*."]
        case _:
            modal = await who.slack.until(who.modal)
            await who.submit(modal, cast("dict[str, object]", what))
            return ["", f"**{NAMES[name]}** fills in the form *{modal.title}*."]


async def quiet(slack: Slack, bot: Bot) -> None:
    """Everything that was to be said has been."""
    async with asyncio.timeout(30):
        for _ in range(3):  # what is delivered may bring about more
            await slack.until(lambda: seeds.nothing_waits(bot))
            await asyncio.sleep(0.2)


async def news(session: Session, who: Person, shown: set[str]) -> list[str]:
    """What FlowPilot wrote in the thread since the last look, as quotes."""
    lines: list[str] = []
    for message in await session.replies(who):
        if message.ts not in shown:
            shown.add(message.ts)
            lines += ["", "> **FlowPilot**", ">", *quoted(message)]
        elif ASKED in message.plain() and f"{message.ts} asks" not in shown:
            shown.add(f"{message.ts} asks")
            at = next(n for n, block in enumerate(message.blocks) if ASKED in str(block))
            asked = Message({**message.raw, "blocks": message.blocks[at:-2]})
            lines += ["", "> *On the card of the fix:*", ">", *quoted(asked)]
    return lines


def quoted(message: Message, *, scripts: bool = True) -> list[str]:
    """A message's blocks as markdown quotes: texts, scripts as code, and what can be pressed."""
    lines: list[str] = []
    for block in message.blocks:
        if block.get("type") == "rich_text" and not scripts:
            lines += [">", "> _(the script above)_"]
            continue
        shown = [f"> {line}".rstrip() for line in rendered(block)]
        lines += [*([">"] if lines and shown else []), *shown]
    return lines


def rendered(block: Mapping[str, object]) -> list[str]:
    match block.get("type"):
        case "header":
            return [f"**{text(obj(block['text'])['text'])}**"]
        case "section":
            words = obj(block["text"])
            return plain(words).splitlines()
        case "context":
            said = [plain(each) for each in objs(block["elements"]) if text(each["text"]) not in UNSAID]
            return [f"_{line}_" for line in said]
        case "rich_text":
            code = text(objs(objs(block["elements"])[0]["elements"])[0]["text"])
            return ["```", *code.splitlines(), "```"]
        case "actions":
            labels = [text(obj(each.get("text")).get("text")) for each in objs(block["elements"])]
            pressed = [label for label in labels if label and label not in UNSAID]
            return [" ".join(f"`{label}`" for label in pressed)] if pressed else []
        case _:
            return []


def plain(words: Mapping[str, object]) -> str:
    """Slack's markup as markdown: bold, people, and no times, which would differ in every run."""
    said = text(words["text"])
    if words.get("type") != "mrkdwn":
        return said
    said = re.sub(r"[,·]? ?(?:Started )?<!date\^[^>]*>", "", said)
    said = re.sub(r"<@(\w+)>", lambda found: PEOPLE.get(found[1], found[1]), said)
    return re.sub(r"\*([^*]+)\*", r"**\1**", said).strip(" ·")


if __name__ == "__main__":
    asyncio.run(main())
