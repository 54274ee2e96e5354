"""The sandbox stays quick however much has happened in it: a look costs what has changed, not what there is."""

import asyncio
import time

from bot.sandbox.journal import Journal
from tests.sandbox.tiny_bot import TinyBot
from tests.slack import Slack


async def test_a_thousand_messages_do_not_slow_the_next_click_down(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny card")
    card = (await ana.messages("helpdesk"))[-1]

    async def clicks() -> float:
        begun = time.perf_counter()
        for _ in range(20):
            await ana.press("Ask", on=card)
            shown = await ana.modal()
            assert shown is not None
            await ana.close(shown)
        return time.perf_counter() - begun

    await clicks()  # warms up
    before = await clicks()
    for _ in range(20):
        await asyncio.gather(*(ana.say("noc", "hello") for _ in range(50)))
    await ana.messages("noc")
    assert await clicks() < 3 * before + 0.5
    state = await slack.ask("GET", f"/sandbox/state?as=ana&delta=1&since={(await ana.screen()).version}")
    assert state["messages"] == {}


async def test_a_reader_is_woken_by_a_change_and_by_time() -> None:
    journal = Journal()
    reader = asyncio.ensure_future(journal.beyond(0, 5))
    await asyncio.sleep(0)
    journal.note(("C", "1"))
    await reader
    await journal.beyond(0, 5)  # answers at once: there is news already
    await journal.beyond(1, 0.01)
    assert journal.waiting == set()
    journal.note()
    journal.note(("C", "2"))
    journal.note(("C", "1"))
    assert journal.messages_since(1) == [("C", "2"), ("C", "1")]
