"""App Home: what needs the person first, acted on there, and true while it is looked at."""

from __future__ import annotations

from bot.app import Bot
from core.fixes.models import FixStatus
from tests.bot import seeds
from tests.slack import Home, Message, Person, Slack
from tests.stories import a_fix, shows, started

PENDING = FixStatus.APPLIED_PENDING


async def home_says(who: Person, sentence: str) -> Home:
    """App Home as last published, as soon as it says the sentence."""

    async def says() -> Home | None:
        home = await who.home_now()
        return home if home is not None and sentence in home.plain() else None

    return await who.slack.until(says)


async def card_of(reader: Person, seed: seeds.Seed) -> Message:
    card = await reader.message("helpdesk", seed.ts)
    assert card is not None
    return card


async def test_it_says_that_nothing_waits_and_follows_what_happens_elsewhere(ana: Person, ben: Person) -> None:
    assert "Nothing waits for you." in (await ana.home()).plain()
    session = await started(ana, "the print spooler on PRN02 keeps stopping and nobody can print")
    await home_says(ana, "the print spooler on PRN02 keeps stopping")
    fix = await a_fix(ben, session)
    modal = await ben.open_modal("Waiting to verify…", on=fix)
    await ben.submit(modal, notes="the next big print run")
    home = await home_says(ana, "Waits for: the next big print run")
    assert home.buttons[:4] == ["It worked", "Didn't work…", "Partly…", "Still waiting…"]
    await ben.press("It worked", on=fix)
    await home_says(ana, "Nothing waits for you.")


async def test_an_outcome_recorded_there_shows_on_the_card_for_everybody(bot: Bot, ana: Person, ben: Person) -> None:
    await ana.home()
    (seed,) = await seeds.fixes_in(bot, 1, status=PENDING)
    home = await ana.home()
    before = home.hash

    async def shown() -> Home | None:
        now = await ana.home_now()
        return now if now is not None and (now.hash != before or seed.title in now.plain()) else None

    home = await ana.slack.until(shown)
    await ana.press("It worked", on=home)
    await shows(ben, await card_of(ben, seed), "*Worked*: recorded by Ana Duarte", buttons=[])
    await home_says(ana, "Nothing waits for you.")


async def test_what_needs_words_opens_the_form_there(bot: Bot, ana: Person, ben: Person) -> None:
    await ana.home()
    (seed,) = await seeds.fixes_in(bot, 1, status=PENDING)
    await ana.home()
    home = await home_says(ana, seed.title)
    modal = await ana.open_modal("Still waiting…", on=home)
    assert modal.values["notes"] == {"value": {"type": "plain_text_input", "value": "the night shift on floor 0"}}
    assert (await ana.submit(modal, notes="the day shift")).closed
    home = await home_says(ana, "Waits for: the day shift")
    modal = await ana.open_modal("Didn't work…", on=home)
    assert (await ana.submit(modal, notes="It stopped again")).closed
    await shows(ben, await card_of(ben, seed), "*Did not work*: recorded by Ana Duarte", buttons=[])


async def test_all_that_waits_can_be_paged_through(bot: Bot, ana: Person) -> None:
    await ana.home()
    some = await seeds.fixes_in(bot, 12, status=PENDING)
    await ana.home()
    home = await home_says(ana, "1 to 10 of 12 that wait to be verified")
    assert "1 to 10 of 12" in home.plain().partition("My sessions")[2]
    assert [seed.title in home.plain() for seed in some] == [True] * 10 + [False] * 2
    await ana.press("home.page.waiting.next", on=home)
    home = await home_says(ana, "11 to 12 of 12 that wait to be verified")
    assert [seed.title in home.plain() for seed in some] == [False] * 10 + [True] * 2
    assert "1 to 10 of 12\n" in home.plain().partition("My sessions")[2], "the other list stays where it was"
    await ana.press("home.page.sessions.next", on=home)
    home = await home_says(ana, "11 to 12 of 12\n")
    assert "11 to 12 of 12 that wait to be verified" in home.plain()
    await ana.press("home.page.waiting.previous", on=home)
    await home_says(ana, "1 to 10 of 12 that wait to be verified")


async def test_a_click_that_comes_too_late_is_told_who_was_first(
    bot: Bot, slack: Slack, ana: Person, ben: Person
) -> None:
    await ana.home()
    (seed,) = await seeds.fixes_in(bot, 1, status=PENDING)
    await ana.home()
    home = await home_says(ana, seed.title)
    await slack.fault("views.publish", "ratelimited", retry_after=1)  # so that App Home stays as it is for a while
    await ben.press("It worked", on=await card_of(ben, seed))
    await shows(ana, await card_of(ana, seed), "recorded by Ben Okafor")
    await ana.press("It worked", on=home)
    modal = await slack.until(ana.modal)
    assert "This fix was already recorded as “worked” by Ben Okafor." in modal.plain()
    await home_says(ana, "Nothing waits for you.")


async def test_an_access_request_is_decided_there(slack: Slack, ana: Person) -> None:
    await ana.home()
    nia = slack.as_("nia")
    await nia.press("Request access", on=await nia.home())
    home = await home_says(ana, "*Nia Park* asks for access")
    await ana.press("Approve as engineer", on=home)
    await home_says(ana, "Nothing waits for you.")
    assert "Your role is engineer." in (await home_says(nia, "Needs you")).plain()


async def test_a_guest_sees_why_there_is_nothing_to_see(slack: Slack) -> None:
    home = await slack.as_("gus").home()
    assert "FlowPilot works for full members of this workspace" in home.plain()
    assert home.buttons == []


async def test_the_button_new_session_opens_the_form_that_asks_where(ana: Person) -> None:
    home = await ana.home()
    modal = await ana.open_modal("New session", on=home)
    assert modal.fields == ["problem", "channel"]
    refused = await ana.submit(modal, problem="the scanner is slow", channel="random")
    assert "FlowPilot is not in this channel yet." in "".join(refused.field_errors.values())
    assert (await ana.submit(modal, channel="helpdesk")).closed
    await home_says(ana, "the scanner is slow")
