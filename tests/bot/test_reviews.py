"""Reviews as people do them: with long scripts, many parameters, two at once, old buttons."""

from __future__ import annotations

import asyncio

from bot.app import Bot
from bot.sandbox.wire import objs
from core.fixes import service as fixes
from core.fixes.commands import DecideFix
from core.fixes.models import Decision
from core.ids import FixId
from core.scripts import queries
from core.scripts.models import DraftStatus
from core.sessions import queries as sessions
from tests.bot import seeds
from tests.builders import SCRIPTED
from tests.notes import preview, shown_when
from tests.reviews import (
    SPOOLER,
    a_review,
    a_run_to_templatize,
    acknowledged,
    filled,
    offered,
    pressed_with,
    resolved,
    saved,
    typed,
)
from tests.slack import Modal, Person, Slack
from tests.stories import a_fix, shows, started, whispered

SIXTY = "\n".join(f"Set-It -N{n} {{{{p{n}}}}}" for n in range(60))


async def drafts_are(bot: Bot, *states: DraftStatus) -> None:
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        assert [one.draft.status for one in (await queries.drafts(unit, all_of_them=True)).items] == list(states)


async def own_templates(bot: Bot) -> list[str]:
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        return [one.slug for one in await queries.every_template(unit) if one.starter is None]


async def test_a_double_click_and_a_redelivery_save_once(bot: Bot, ana: Person):
    modal = await a_review(ana)
    await ana.submit(modal, filled(modal, category_id="Printing"))
    again = await ana.next_modal(modal)
    await ana.submit(again, acknowledged(again), repeat=4)
    assert len(await own_templates(bot)) == 1
    await drafts_are(bot, DraftStatus.ACCEPTED)


async def test_the_modal_of_the_note_offers_the_draft_until_it_is_reviewed(ana: Person):
    session = await a_run_to_templatize(ana)
    note = await preview(ana, "Resolve…", session)
    await ana.submit(note)
    result = await ana.next_modal(note)
    assert "A draft template from this session can go into the script library." in result.plain()
    review = await ana.open_modal("Review draft", on=result)
    await ana.close(await saved(ana, review, category_id="Printing", name="From the note"))
    result = await shown_when(ana, lambda modal: modal.title == "Resolution note" and "Review" not in modal.plain())
    assert "Resolved. No ticket is linked" in result.plain()


async def test_two_people_review_one_draft_and_the_second_is_told(bot: Bot, ana: Person, ben: Person):
    session = await a_run_to_templatize(ana)
    await resolved(ana, session)
    offer = await offered(ana, session)
    hers = await ana.open_modal("Review draft", on=offer)
    his = await ben.open_modal("Review draft", on=offer)
    done = await saved(ana, hers, category_id="Printing", name="Hers")
    assert "in the library as hers" in done.plain()
    await ben.submit(his, filled(his, category_id="Printing", name="His"))
    again = await ben.next_modal(his)
    refused = await ben.submit(again, acknowledged(again))
    assert any("already accepted by Ana" in sentence for sentence in refused.field_errors.values())
    assert typed(again, "name") == "His", "what was typed stays"
    assert await own_templates(bot) == ["hers"]
    await ben.close(again, all=True)
    await ben.press_stale(offer, "Review draft")
    await whispered(ben, "This draft was already accepted by Ana")


async def test_dont_keep_asks_why_and_the_offer_says_so(bot: Bot, ana: Person):
    session = await a_run_to_templatize(ana)
    await resolved(ana, session)
    offer = await offered(ana, session)
    modal = await ana.open_modal("Review draft", on=offer)
    why = await ana.open_modal("Don't keep…", on=modal)
    assert (await ana.submit(why, reason="only <!channel> here")).closed
    await shows(ana, offer, "not kept, says Ana", buttons=[])
    await drafts_are(bot, DraftStatus.REJECTED)
    assert await ana.slack.violations() == []


async def test_an_offer_that_was_answered_before_it_is_known_to_stand_says_so(bot: Bot, ana: Person):
    session = await a_run_to_templatize(ana)
    await ana.slack.fault("chat.postMessage", "drop_after", times=2)  # the note's card and the offer
    await resolved(ana, session)
    offer = await offered(ana, session)
    why = await ana.open_modal("Don't keep…", on=await ana.open_modal("Review draft", on=offer))
    assert (await ana.submit(why, reason="only here")).closed
    await shows(ana, offer, "not kept, says Ana", buttons=[])
    await drafts_are(bot, DraftStatus.REJECTED)


async def test_closing_the_review_leaves_the_draft_and_what_was_typed_on_a_page_that_was_turned(bot: Bot, ana: Person):
    modal = await a_review(ana)
    again = await pressed_with(ana, "Check the parameters", modal, edited_body="Get-It {{a}}", name="Kept name")
    await ana.close(again)
    await drafts_are(bot, DraftStatus.PENDING)
    listed = (await ana.command("/pilot drafts")).ephemeral
    assert listed is not None
    assert "waits for a review" in listed.plain()
    reopened = await ana.open_modal(next(one for one in listed.buttons if one.startswith("Review")), on=listed)
    assert (typed(reopened, "name"), typed(reopened, "edited_body")) == ("Kept name", "Get-It {{a}}")


async def test_the_team_can_say_that_it_does_not_want_to_be_asked(bot: Bot, ana: Person, ben: Person):
    session = await a_run_to_templatize(ben)
    await resolved(ben, session)
    modal = await ben.open_modal("Review draft", on=await offered(ben, session))
    await saved(ben, modal, category_id="Printing", mute=["Don't ask again for this team"])
    (event,) = await seeds.audited(bot, "preferences.changed")
    assert event.detail["after"] == {"templatize_prompt_enabled": False}
    other = await started(ben, "somebody's mailbox is full and it cannot send mail any more")
    card = await a_fix(ben, other)
    if "Run now, templatize later" in card.buttons:
        await ben.press("Run now, templatize later", on=card)
    await resolved(ben, other)
    await ben.slack.until(lambda: seeds.nothing_waits(bot, "drafts.post_offer"))
    assert not [one for one in await other.replies(ben) if "script library" in one.text]


async def test_sixty_parameters_are_reviewed_eight_a_page_in_slack(bot: Bot, ana: Person):
    modal = await a_review(ana)
    await ana.submit(modal, filled(modal, edited_body=SIXTY, name="Sixty", category_id="Other"))
    modal = await ana.next_modal(modal)
    assert "Parameters 57 to 60 of 60" in modal.plain()
    for page in range(7, 0, -1):
        given = {f"parameters.p{8 * page}.label": f"Page {page}"}
        modal = await pressed_with(ana, "Previous parameters", modal, **given)
    assert (typed(modal, "name"), typed(modal, "edited_body")) == ("Sixty", SIXTY)
    done = await saved(ana, modal)
    assert "in the library as sixty" in done.plain()
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        template = next(one for one in await queries.every_template(unit) if one.slug == "sixty")
    labels = [one["label"] for one in objs(template.parameters_schema)]
    assert [labels[8 * page] for page in range(1, 8)] == [f"Page {page}" for page in range(1, 8)]
    assert await ana.slack.violations() == []


async def test_a_long_script_is_edited_in_several_inputs_and_saved_whole(bot: Bot, ana: Person):
    lines = "\n".join(f"Get-Service -Name 'svc{n:04}'  # number {n}" for n in range(240))
    await a_run_to_templatize(ana)
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        (listed,) = (await queries.drafts(unit)).items
        (await queries.draft_for_update(unit, listed.draft.id)).script_body = lines
    reply = (await ana.command("/pilot drafts")).ephemeral
    assert reply is not None
    modal = await ana.open_modal(next(one for one in reply.buttons if one.startswith("Review")), on=reply)
    parts = [block for block in modal.fields if block.startswith("edited_body.")]
    assert len(parts) > 3
    assert typed(modal, "edited_body") == lines
    done = await saved(ana, modal, category_id="Services and servers", name="Long")
    assert "as long" in done.plain()
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        template = next(one for one in await queries.every_template(unit) if one.slug == "long")
    assert template.script_body == lines


async def test_app_home_counts_the_drafts_and_leads_to_them(bot: Bot, ana: Person):
    await ana.home()
    await a_run_to_templatize(ana)

    async def badge() -> bool:
        home = await ana.home_now()
        return home is not None and "1 draft ready to review" in home.plain()

    await ana.slack.until(badge)
    home = await ana.home_now()
    assert home is not None
    listed = await ana.open_modal("See drafts", on=home)
    review = await ana.open_modal(next(one for one in listed.buttons if one.startswith("Review")), on=listed)
    assert review.title == "Review draft"


async def test_the_next_draft_of_the_session_follows_the_first(bot: Bot, ana: Person):
    session = await a_run_to_templatize(ana)
    account = await seeds.account_of(bot)
    async with bot.database.unit(account, person=seeds.ANA) as unit:
        found = await sessions.in_thread(unit, session.channel, session.root)
        assert found is not None
        fix = await fixes.suggest(unit, found, SCRIPTED)
    async with bot.database.unit(account, person=seeds.ANA) as unit:
        await fixes.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=Decision.DRAFT_TEMPLATE))
    await resolved(ana, session)
    offer = await offered(ana, session)
    assert offer.text.startswith("2 draft templates")
    modal = await ana.open_modal("Review draft", on=offer)
    following = await saved(ana, modal, category_id="Printing", name="First")
    assert "“First” is in the library as first. The next draft of this session:" in following.plain()
    assert typed(following, "edited_body") == SCRIPTED.script
    await shows(ana, offer, "1 draft template from this session")
    done = await saved(ana, following, category_id="Printing", name="Second")
    assert "in the library as second" in done.plain()
    await shows(ana, offer, "are reviewed", buttons=[])


async def test_who_may_not_review_is_refused_whatever_they_press(bot: Bot, slack: Slack, ana: Person):
    session = await a_run_to_templatize(ana)
    await resolved(ana, session)
    offer = await offered(ana, session)
    lena = slack.as_("lena")
    await lena.command("/pilot help")
    await lena.press("Review draft", on=offer)
    await whispered(lena, "Only engineers can")


async def test_preview_shows_the_script_filled_and_saves_nothing(bot: Bot, ana: Person):
    modal = await a_review(ana)
    again = await pressed_with(ana, "Check the parameters", modal, edited_body="Get-It {{server}}")
    preview = await ana.open_modal("Preview", on=again)
    assert "Get-It '‹Server›'" in preview.plain()
    assert await own_templates(bot) == []


async def test_building_a_template_opens_the_builder_and_leaves_the_run_to_the_person(bot: Bot, ana: Person):
    session = await started(ana, SPOOLER)
    card = await a_fix(ana, session)
    builder = await ana.open_modal("Build template", on=card)
    assert (builder.title, "Spooler" in typed(builder, "edited_body")) == ("Build template", True)
    done = await saved(ana, builder, category_id="Printing", name="Built")
    assert "in the library as built" in done.plain()
    card = await shows(ana, card, "Build template: chosen by Ana")
    assert "I applied it" in card.buttons
    await ana.close(done, all=True)
    await ana.press("I applied it", on=card)
    await shows(ana, card, "Applied by Ana")
    await drafts_are(bot)


async def test_many_people_pressing_save_at_once_make_one_template(bot: Bot, slack: Slack, ana: Person, ben: Person):
    session = await a_run_to_templatize(ana)
    await resolved(ana, session)
    offer = await offered(ana, session)
    forms: list[tuple[Person, Modal]] = []
    for person in (ana, ben):
        form = await person.open_modal("Review draft", on=offer)
        await person.submit(form, filled(form, category_id="Printing", name="Once"))
        forms.append((person, await person.next_modal(form)))
    await asyncio.gather(*(person.submit(form, acknowledged(form), repeat=5) for person, form in forms))
    assert await own_templates(bot) == ["once"]
