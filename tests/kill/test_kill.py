"""Killed at any message: an acknowledged click is a committed one, nothing happens twice, nothing is lost.

One click after the other, each killed one message later than the last, until a click comes through whole; the bot that starts after a kill
puts right what the dead one left, and serves the next click. `PART` of `PARTS` takes every so many-th message, so that they run side by side.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.kill.place import Place, fix_with_card

PROBLEM = "the print spooler keeps stopping on PRN{:03} and nobody can print"
Case = Callable[[Place, int], Awaitable[bool]]


async def recorded(place: Place, n: int) -> bool:
    """Ana presses *It worked*, the bot dies at message n of it. False: there are fewer than n."""
    problem = PROBLEM.format(n)
    fix_id, card = await place.new_fix(problem)
    place.replica.arm(n)
    reply = await place.ana.press("It worked", on=card)
    killed = await place.ended()
    if reply.error is None:
        assert await place.database.recorded(fix_id) == ["applied_success"], "acknowledged, but not there"
    if killed:
        await place.recover()
    if reply.error is not None:
        again = await place.ana.press_stale(card, "It worked")
        assert again.error is None
    await place.until(place.database.settled)
    assert await place.database.recorded(fix_id) == ["applied_success"]
    await place.only_fix(problem)
    return killed


async def judged_in_the_form(place: Place, n: int) -> bool:
    """The same for the form, until its ack: it is sent again as it stands, which is the same delivery to the bot."""
    problem = PROBLEM.format(n)
    fix_id, card = await place.new_fix(problem)
    form = await place.ana.open_modal("Waiting to verify…", on=card)
    place.replica.arm(n)
    reply = await place.ana.submit(form, notes="until tomorrow")
    if reply.error is None:
        assert reply.closed
        assert await place.database.recorded(fix_id) == ["applied_pending"], "acknowledged, but not there"
    if place.replica.disarm():
        await place.recover()
    if reply.error is not None:
        again = await place.ana.submit(form, notes="until tomorrow")
        assert (again.error, again.closed) == (None, True)
    await place.until(place.database.settled)
    assert await place.database.recorded(fix_id) == ["applied_pending"]
    await place.only_fix(problem)
    return reply.error is not None


async def started(place: Place, n: int) -> bool:
    """`/pilot new`, with both cards that follow. Whoever saw an error repeats it, and it is one session all the same."""
    problem = PROBLEM.format(n)
    place.replica.arm(n)
    reply = await place.ana.command(f"/pilot new {problem}", "helpdesk")
    killed = await place.ended()
    before = len(await place.database.sessions(problem))
    assert before == 1 if reply.error is None else before <= 1
    if killed:
        await place.recover()
    if reply.error is not None:  # whoever repeats what was saved all the same is shown the session that is open
        again = await place.ana.command(f"/pilot new {problem}", "helpdesk")
        assert again.error is None
    await place.until(place.database.settled)
    (session_id,) = await place.database.sessions(problem)
    await fix_with_card(place.ana, place.database, session_id)
    return killed


async def answered(place: Place, n: int) -> bool:
    """Ana writes in the session's thread, and the bot dies at message n of it. What was not acknowledged Slack brings again."""
    problem = PROBLEM.format(n)
    _, card = await place.new_fix(problem)
    (session_id,) = await place.database.sessions(problem)
    place.replica.arm(n)
    await place.ana.say("helpdesk", "it is only floor 2, since Monday", card.thread_ts)
    killed = await place.ended()
    if killed:
        await place.recover()

    async def heard() -> bool:
        said = "select count(*) from session_messages where author = 'person' and session_id = $1"
        return await place.database.count(said, session_id) == 1

    await place.until(heard)
    await place.until(place.database.settled)
    assert await heard(), "kept twice"
    thread = await place.ana.messages("helpdesk", card.thread_ts)
    after = [each for each in thread if each.by_bot and each.ts not in (card.ts, card.thread_ts)]
    assert len(after) == 1, "not exactly one answer"
    return killed


EVERY_SO_MANY = [(recorded, 3, 11), (judged_in_the_form, 0, 1), (started, 4, 17)]
EVERY_ONE = [
    (answered, 2, 9),
    *((recorded, part, 2) for part in range(2)),
    *((started, part, 5) for part in range(5)),
]


@pytest.mark.parametrize(
    ("case", "part", "parts"),
    [*EVERY_SO_MANY, *(pytest.param(*part, marks=pytest.mark.long) for part in EVERY_ONE)],
)
async def test_killed_at_every_message_the_bot_keeps_its_promises(
    place: Place, case: Case, part: int, parts: int
) -> None:
    n = part + 1
    while await case(place, n):
        n += parts
    await place.all_is_well()
    points = (n - 1 - part) // parts
    assert points, "nobody was killed"
    print(f"{points} kill points of {case.__name__}, {part + 1}/{parts}; it takes fewer than {n} messages")
