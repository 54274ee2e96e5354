"""What a person types, presses and sees makes the whole round trip, and nothing typed is lost."""

from playwright.async_api import Page, expect

from bot.sandbox.server import SandboxServer
from tests.page.steps import composer, open_modal, say, switch_to
from tests.sandbox.page_bot import HOSTILE, PageBot, hostile_blocks, outcome_modal


async def test_a_whole_click_from_the_command_to_the_thread(page: Page, bot: PageBot) -> None:
    modal = await open_modal(page)
    notes = modal.get_by_label("Notes")
    await expect(notes).to_be_focused()

    await modal.get_by_role("button", name="Record").click()
    await expect(modal.locator('[data-block-id="notes"]')).to_contain_text("Please complete this required field.")
    assert bot.bodies("submission") == []

    await notes.fill("bad")
    await modal.get_by_role("button", name="Record").click()
    await expect(modal.locator('[data-block-id="notes"]')).to_contain_text("Say what you are waiting for.")
    await expect(notes).to_have_attribute("aria-invalid", "true")
    await expect(notes).to_have_value("bad")

    await notes.fill("good & <done>")
    await modal.get_by_role("button", name="Record").click()
    await expect(modal).to_be_hidden()
    assert bot.bodies("submission")[-1]["view"]["state"]["values"]["notes"]["value"]["value"] == "good & <done>"

    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("Thread starts here")
    await thread.get_by_label("Reply…").fill("I am here")
    await thread.get_by_label("Reply…").press("Enter")
    await expect(thread.get_by_role("article").last).to_contain_text("I am here")
    await expect(page.get_by_role("button", name="2 replies")).to_be_visible()


async def test_every_kind_of_input_reaches_the_bot(page: Page, bot: PageBot) -> None:
    modal = await open_modal(page)
    await modal.get_by_label("Notes").fill("all")
    await modal.get_by_role("combobox", name="Day").select_option("tue")
    await modal.get_by_role("radiogroup", name="Kind").get_by_label("Tuesday").check()
    await modal.get_by_role("group", name="Also").get_by_label("Monday").check()
    await modal.get_by_role("combobox", name="Ticket").fill("Out")
    await modal.get_by_role("option", name="Out #2").click()
    for begun, name in (("ben", "Ben Okafor"), ("len", "Lena Vogt")):
        await modal.get_by_role("combobox", name="Tell").fill(begun)
        await expect(modal.get_by_role("option", name=name)).to_be_visible()
        await modal.get_by_role("combobox", name="Tell").press("Enter")
    await modal.get_by_label("Until").fill("2026-12-24")
    await modal.get_by_label("Check at").fill("2026-12-24T09:00")
    local = await page.evaluate("new Date('2026-12-24T09:00').getTime() / 1000")
    await modal.get_by_role("button", name="Record").click()
    await expect(modal).to_be_hidden()
    said = {name: each["value"] for name, each in bot.bodies("submission")[-1]["view"]["state"]["values"].items()}
    assert said["day"]["selected_option"]["value"] == "tue"
    assert said["kind"]["selected_option"]["value"] == "tue"
    assert [each["value"] for each in said["also"]["selected_options"]] == ["mon"]
    assert said["ticket"]["selected_option"]["value"] == "T2"
    assert said["tell"]["selected_users"] == ["U0BEN00001", "U0LENA0001"]
    assert said["until"]["selected_date"] == "2026-12-24"
    assert said["check"]["selected_date_time"] == local


async def test_switching_the_person_hides_what_only_one_may_see(page: Page) -> None:
    await say(page, "/pilot secret")
    private = page.get_by_role("article").filter(has_text="Between us")
    await expect(private).to_contain_text("Only visible to you")
    await composer(page).fill("half a sentence")
    await switch_to(page, "Ben Okafor")
    await expect(private).to_be_hidden()
    await expect(composer(page)).to_have_value("")
    await switch_to(page, "Ana Duarte")
    await expect(private).to_be_visible()
    await expect(composer(page)).to_have_value("half a sentence")
    await switch_to(page, "Gus Hartmann")
    await expect(page.get_by_role("navigation").get_by_text("noc")).to_be_hidden()


async def test_hostile_texts_are_only_texts(page: Page) -> None:
    await say(page, f"{HOSTILE} <javascript:window.hacked=1|x>")
    await say(page, "/pilot hostile")
    await expect(page.get_by_role("article")).to_have_count(2)
    for article in await page.get_by_role("article").all():
        await expect(article).to_contain_text(HOSTILE)
    await expect(page.get_by_text("*not bold*")).to_be_visible()
    assert await page.locator(".message :is(script, img, iframe), a[href^='javascript']").count() == 0
    assert await page.evaluate("window.hacked === undefined")
    assert len(hostile_blocks()) == await page.get_by_role("article").last.locator(".block").count()


async def test_what_is_typed_survives_what_comes_in(page: Page, bot: PageBot) -> None:
    await composer(page).press_sequentially("I am writing")
    await composer(page).press("Home")
    await bot.client.chat_postMessage(channel="C0HELPDESK", text="News")
    await expect(page.get_by_role("article").last).to_contain_text("News")
    await expect(composer(page)).to_be_focused()
    await composer(page).press_sequentially("> ")
    await expect(composer(page)).to_have_value("> I am writing")

    modal = await open_modal(page)
    notes = modal.get_by_label("Notes")
    await notes.press_sequentially("so far")
    await modal.get_by_role("combobox", name="Day").select_option("mon")
    await notes.focus()
    view_id = await modal.locator("form").get_attribute("data-view")
    changed = outcome_modal("Somebody else was faster")
    changed["blocks"][1]["label"]["text"] = "Notes, please"
    await bot.client.views_update(view_id=view_id, view=changed)
    await expect(modal).to_contain_text("Somebody else was faster")
    notes = modal.get_by_label("Notes, please")
    await expect(notes).to_be_focused()
    await notes.press_sequentially(", so good")
    await expect(notes).to_have_value("so far, so good")
    await expect(modal.get_by_role("combobox", name="Day")).to_have_value("mon")


async def test_what_is_typed_survives_a_new_sandbox(page: Page, sandbox: SandboxServer) -> None:
    await composer(page).fill("still here")
    port = int(sandbox.url.rsplit(":", 1)[1])
    await sandbox.stop()
    await expect(page.get_by_text("Sandbox unreachable")).to_be_visible()
    await composer(page).press("Enter")
    await expect(page.get_by_text("The sandbox cannot be reached.")).to_be_visible()
    await expect(composer(page)).to_have_value("still here")
    another = SandboxServer(sandbox.settings)
    await another.start(port=port)
    try:
        await expect(page.get_by_text("Sandbox unreachable")).to_be_hidden()
        await composer(page).press("Enter")
        await expect(page.get_by_role("article")).to_contain_text("still here")
    finally:
        await another.stop()


async def test_a_pushed_view_goes_and_the_one_below_is_as_it_was(page: Page, bot: PageBot) -> None:
    modal = await open_modal(page)
    await modal.get_by_label("Notes").fill("below")
    await modal.get_by_role("button", name="Deeper").click()
    second = page.get_by_role("dialog", name="Second")
    await expect(second).to_contain_text("Deeper now")
    await expect(second.get_by_role("textbox", name="Notes")).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(modal.get_by_role("textbox", name="Notes")).to_have_value("below")
    assert bot.bodies("action")[-1]["view"]["state"]["values"]["notes"]["value"]["value"] == "below"
    await modal.get_by_role("button", name="Close").click()
    await expect(modal).to_be_hidden()
    assert len(bot.bodies("closed")) == 2
