"""FlowPilot itself on the page: the story as its users see it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import Fresh, a_bot, a_workspace
from tests.page.steps import say


@pytest.fixture
async def flowpilot(browser: Browser, fresh_database: Fresh) -> AsyncIterator[Page]:
    """The page as Ana sees it, with the real bot beneath it."""
    async with a_workspace() as workspace, a_bot(await fresh_database(), workspace):
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(workspace.url)
        await expect(page.get_by_role("heading", name="# helpdesk")).to_be_visible()
        yield page
        await page.close()


async def test_a_problem_becomes_a_session_whose_fix_is_tried_and_recorded(flowpilot: Page) -> None:
    page = flowpilot
    await say(page, "/pilot new the print spooler stops on PRN01 and nobody can print")
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name="Run once").click()
    await expect(thread.get_by_text("Only visible to you")).to_be_visible()
    await thread.get_by_role("button", name="Waiting to verify…").click()
    form = page.get_by_role("dialog", name="How did it go?")
    await form.get_by_label("What are you waiting for?").fill("the month-end print run")
    await form.get_by_role("button", name="Record").click()
    await expect(form).to_be_hidden()
    await expect(thread.get_by_text("Waits for: the month-end print run")).to_be_visible()
    await thread.get_by_role("button", name="It worked").click()
    await expect(thread.get_by_text("recorded by Ana Duarte")).to_be_visible()
    await expect(thread.get_by_role("button", name="Run once")).to_be_hidden()
