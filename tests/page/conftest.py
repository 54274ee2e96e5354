"""A real browser on the sandbox's page."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import Shortcut, SlashCommand, WorkspaceSettings
from tests.sandbox.page_bot import PageBot, running

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
PATIENCE_MS = 20_000

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine (chromium, chromium-browser, google-chrome).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxServer]:
    sandbox = SandboxServer(
        WorkspaceSettings(
            mode="http",
            ack_seconds=1.0,
            retry_seconds=(0.0, 0.0, 0.0),
            commands=(SlashCommand("/pilot", "Work a ticket", "new | mine"),),
            shortcuts=(Shortcut("Keep as fact", "message", "facts.keep"), Shortcut("New session", "global", "new")),
        )
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def bot(sandbox: SandboxServer) -> AsyncIterator[PageBot]:
    async with running(sandbox) as bot:
        yield bot


@pytest.fixture
async def page(browser: Browser, sandbox: SandboxServer, bot: PageBot) -> AsyncIterator[Page]:
    """The page as Ana sees it. A script error, or a request to anywhere else, fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(sandbox.url) else wrong.append(request.url))
    await page.goto(sandbox.url)
    await expect(page.get_by_role("heading", name="# helpdesk")).to_be_visible()
    yield page
    await context.close()
    assert wrong == []
