"""The sandbox's page in a real browser: what a person types, presses and sees makes the whole round trip."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import Shortcut, SlashCommand, WorkspaceSettings
from tests.sandbox.page_bot import HOSTILE, PageBot, hostile_blocks, outcome_modal, running

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 8000

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="No Chromium on this machine (chromium, chromium-browser, google-chrome)."
)
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    server = SandboxServer(
        WorkspaceSettings(
            mode="http",
            ack_seconds=1.0,
            retry_seconds=(0.0, 0.0, 0.0),
            commands=(SlashCommand("/pilot", "Work a ticket", "new | mine"),),
            shortcuts=(Shortcut("Keep as fact", "message", "facts.keep"), Shortcut("New session", "global", "new")),
        )
    )
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[PageBot]:
    async with running(server) as bot:
        yield bot


@pytest.fixture
async def page(browser: Browser, server: SandboxServer, bot: PageBot) -> AsyncIterator[Page]:
    """The page as Ana sees it. A script error, or a request to anywhere else, fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(server.url) else wrong.append(request.url))
    await page.goto(server.url)
    await expect(page.get_by_role("heading", name="# helpdesk")).to_be_visible()
    yield page
    await context.close()
    assert wrong == []


def composer(page: Page) -> Locator:
    return page.get_by_label("Message #helpdesk")


async def say(page: Page, words: str) -> None:
    await composer(page).fill(words)
    await composer(page).press("Enter")


async def open_modal(page: Page) -> Locator:
    await say(page, "/pilot")
    modal = page.get_by_role("dialog", name="Outcome")
    await expect(modal).to_be_visible()
    return modal


async def switch_to(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Switch person").click()
    await page.get_by_role("menuitemradio", name=name).click()
    await expect(page.get_by_role("button", name=f"You are {name}")).to_be_visible()


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


async def test_what_is_typed_survives_a_new_sandbox(page: Page, server: SandboxServer) -> None:
    await composer(page).fill("still here")
    port = int(server.url.rsplit(":", 1)[1])
    await server.stop()
    await expect(page.get_by_text("Sandbox unreachable")).to_be_visible()
    await composer(page).press("Enter")
    await expect(page.get_by_text("The sandbox cannot be reached.")).to_be_visible()
    await expect(composer(page)).to_have_value("still here")
    another = SandboxServer(server.settings)
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


async def test_buttons_menus_and_confirmations_of_a_card(page: Page, bot: PageBot) -> None:
    await say(page, "/pilot card")
    await page.get_by_role("button", name="Dismiss").click()
    await page.get_by_role("alertdialog", name="Really?").get_by_role("button", name="Keep it").click()
    assert bot.bodies("action") == []
    await page.get_by_role("button", name="Dismiss").click()
    await page.get_by_role("button", name="Yes, dismiss").click()
    await page.get_by_role("button", name="More actions").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Drop")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="It worked").click()
    await expect(page.get_by_role("article").last).to_contain_text("It worked, says Ana.")
    await expect(page.get_by_role("article").last).to_contain_text("(edited)")
    pressed = [body["actions"][0] for body in bot.bodies("action")]
    assert [each["action_id"] for each in pressed] == ["dismiss", "menu", "done"]
    assert pressed[1]["selected_option"]["value"] == "drop"


async def test_the_app_shows_its_home_and_its_messages(page: Page) -> None:
    await page.get_by_role("button", name="FlowPilot").click()
    await expect(page.get_by_role("region", name="Home")).to_contain_text("A card")
    await page.get_by_role("tab", name="Messages").click()
    await page.get_by_label("Message FlowPilot").fill("hello")
    await page.get_by_label("Message FlowPilot").press("Enter")
    await expect(page.get_by_role("article")).to_contain_text("hello")
    await page.reload()
    await expect(page.get_by_role("article")).to_contain_text("hello")


async def test_one_can_edit_and_delete_only_ones_own_words(page: Page) -> None:
    await say(page, "frist & only")
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_label("More for this message").click()
    await page.get_by_role("menuitem", name="Edit message").click()
    await page.get_by_label("Message text").fill("first & only")
    await page.get_by_role("button", name="Save").click()
    await expect(article).to_contain_text("first & only")
    await expect(article).to_contain_text("(edited)")
    await switch_to(page, "Ben Okafor")
    await article.hover()
    await article.get_by_label("More for this message").click()
    await expect(page.get_by_role("menuitem", name="Delete message")).to_be_hidden()


async def test_shortcuts_are_in_the_menus(page: Page, bot: PageBot) -> None:
    await page.get_by_role("button", name="Global shortcuts").click()
    await page.get_by_role("menuitem", name="New session").click()
    await say(page, "worth keeping")
    await page.get_by_role("article").hover()
    await page.get_by_label("More for this message").click()
    await page.get_by_role("menuitem", name="Keep as fact").click()
    await expect(page.get_by_role("menu")).to_be_hidden()
    await say(page, "/pilot secret")
    await expect(page.get_by_text("Only visible to you")).to_be_visible()
    heard = bot.bodies("shortcut")
    assert [(each["callback_id"], each["type"]) for each in heard] == [
        ("new", "shortcut"),
        ("facts.keep", "message_action"),
    ]
    assert heard[1]["message"]["text"] == "worth keeping"


async def test_commands_are_suggested_and_others_refused(page: Page) -> None:
    await composer(page).press_sequentially("/p")
    await expect(page.get_by_role("option", name="/pilot new | mine")).to_be_visible()
    await composer(page).press("Tab")
    await expect(composer(page)).to_have_value("/pilot ")
    await say(page, "/nonsense at all")
    await expect(page.get_by_text("/nonsense is not a valid command.")).to_be_visible()
    await say(page, "root")
    await page.get_by_role("article").hover()
    await page.get_by_label("Reply in thread").click()
    await page.get_by_label("Reply…").fill("/pilot mine")
    await page.get_by_label("Reply…").press("Enter")
    await expect(page.get_by_text("/pilot is not supported in threads. Sorry!")).to_be_visible()


async def test_what_slack_itself_says_is_shown(page: Page) -> None:
    await say(page, "/pilot crash")
    toast = page.get_by_role("status").filter(has_text="dispatch_failed")
    await expect(toast).to_be_visible()
    await toast.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_text("dispatch_failed")).to_be_hidden()


async def test_a_submission_that_fails_keeps_the_modal_and_what_was_typed(page: Page) -> None:
    modal = await open_modal(page)
    await modal.get_by_label("Notes").fill("crash")
    await modal.get_by_role("button", name="Record").click()
    await page.get_by_text("dispatch_failed").locator("..").get_by_role("button", name="Dismiss").click()
    await expect(modal.get_by_label("Notes")).to_have_value("crash")
    await modal.get_by_label("Notes").fill("better")
    await modal.get_by_role("button", name="Record").click()
    await expect(modal).to_be_hidden()


async def test_where_one_is_no_member_one_can_only_read(page: Page, server: SandboxServer) -> None:
    await switch_to(page, "Nia Park")
    await page.get_by_role("navigation").get_by_role("button", name="noc").click()
    await expect(page.get_by_label("Message #noc")).to_be_disabled()
    await expect(page.get_by_placeholder("You are not a member of this channel.")).to_be_visible()


async def test_the_bot_can_be_killed_and_started(page: Page, server: SandboxServer) -> None:
    alive = True

    async def control(action: str) -> dict[str, object]:
        nonlocal alive
        alive = {"kill": False, "start": True}.get(action, alive)
        return {"alive": alive}

    server.control_bot_with(control)
    await page.reload()
    await page.get_by_role("button", name="Kill").click()
    await expect(page.get_by_text("FlowPilot is stopped")).to_be_visible()
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_text("FlowPilot is running")).to_be_visible()


async def test_everything_that_can_be_used_has_a_name(page: Page) -> None:
    await say(page, "/pilot card")
    await expect(page.get_by_role("article")).to_have_count(1)
    await open_modal(page)
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, dialog[open]")]
            .filter((one) => one.checkVisibility())
            .filter((one) => !(one.tagName === "BUTTON" && one.textContent.trim()))
            .filter((one) => !one.ariaLabel && !one.labels?.length && !one.getAttribute("aria-labelledby"))
            .map((one) => one.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("width", [360, 820])
async def test_a_narrow_window_needs_no_sideways_scrolling(page: Page, width: int) -> None:
    await say(page, "/pilot card")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.set_viewport_size({"width": width, "height": 700})
    await page.get_by_role("button", name="Conversations").click()
    await page.get_by_role("navigation").get_by_role("button", name="helpdesk").click()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_label("Message #helpdesk").click()
