"""The app's own tabs, menus, notices, people, and the page's own manners."""

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.server import SandboxServer
from tests.page.steps import composer, open_modal, say, switch_to
from tests.sandbox.page_bot import PageBot


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


async def test_where_one_is_no_member_one_can_only_read(page: Page, sandbox: SandboxServer) -> None:
    await switch_to(page, "Nia Park")
    await page.get_by_role("navigation").get_by_role("button", name="noc").click()
    await expect(page.get_by_label("Message #noc")).to_be_disabled()
    await expect(page.get_by_placeholder("You are not a member of this channel.")).to_be_visible()


async def test_the_bot_can_be_killed_and_started(page: Page, sandbox: SandboxServer) -> None:
    alive = True

    async def control(action: str) -> dict[str, object]:
        nonlocal alive
        alive = {"kill": False, "start": True}.get(action, alive)
        return {"alive": alive}

    sandbox.control_bot_with(control)
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
