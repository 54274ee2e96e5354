"""What a person does on the page."""

from playwright.async_api import Locator, Page, expect


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
