"""A private, real Request Tracker 5 on the loopback, with SQLite: Debian's packages request-tracker5, rt5-standalone, rt5-db-sqlite,
dbconfig-sqlite3."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiohttp

from core.psa.address import site
from core.psa.login import RequestTrackerLogin
from tests.desk import TRUSTED

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SET_UP = Path("/usr/sbin/rt-setup-database-5")
PATIENCE = 60.0
MISSING = (
    None
    if SERVER.exists() and SET_UP.exists()
    else "Request Tracker 5 (request-tracker5, rt5-standalone) is not installed"
)
CONFIG = """
Set($rtname, 'desk'); Set($Organization, 'desk.local');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rtdb'); Set($DatabaseHost, ''); Set($DatabaseUser, '');
Set($DatabasePassword, '');
Set($MailCommand, 'testfile'); Set($LogToSTDERR, 'warning'); Set($LogToSyslog, undef); Set($LogToFile, undef);
Set($Timezone, 'UTC');
Set($CorrespondAddress, 'rt\\@desk.local'); Set($CommentAddress, 'rt-comment\\@desk.local');
1;
"""
Json = Mapping[str, object]


@dataclass
class RealTracker:
    """A running one. Its first user is root."""

    url: str
    session: aiohttp.ClientSession
    user: str = "root"
    password: str = "password"

    @property
    def login(self) -> RequestTrackerLogin:
        return RequestTrackerLogin(site(self.url, TRUSTED, field="url", path=True), self.user, self.password)

    async def ask(self, method: str, path: str, body: object = None) -> Json:
        """One call of its API, as root. Returns what it says, an empty object where that is a list."""
        headers = {"Authorization": aiohttp.encode_basic_auth(self.user, self.password)}
        async with self.session.request(method, f"{self.url}/REST/2.0{path}", json=body, headers=headers) as answer:
            assert answer.status < 400, await answer.text()
            said: object = await answer.json()
            return cast("Json", said) if isinstance(said, dict) else {}

    async def open(
        self, subject: str, *, queue: str = "General", requestor: str = "kim.novak@northwind.example"
    ) -> str:
        """Opens a ticket and returns its number."""
        ticket = {
            "Queue": queue,
            "Subject": subject,
            "Requestor": requestor,
            "Content": subject,
            "ContentType": "text/plain",
        }
        return str((await self.ask("POST", "/ticket", ticket))["id"])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def a_request_tracker() -> AsyncGenerator[RealTracker]:
    """One of its own, up in some seconds and gone afterwards."""
    folder, port = Path(tempfile.mkdtemp(prefix="rt-")), free_port()
    (folder / "d").mkdir()  # it reads /etc as well, unless told where else to look
    (folder / "RT_SiteConfig.pm").write_text(CONFIG.format(port=port, folder=folder))
    environment = {
        **os.environ,
        "RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"),
        "RT_SITE_CONFIG_DIR": str(folder / "d"),
    }
    with (folder / "rt.log").open("wb") as log:
        init = [str(SET_UP), "--action", "init", "--dba", "", "--dba-password", ""]
        making = await asyncio.create_subprocess_exec(*init, env=environment, stdout=log, stderr=subprocess.STDOUT)
        assert await making.wait() == 0, (folder / "rt.log").read_text()[-2000:]
        process = await asyncio.create_subprocess_exec(
            str(SERVER), "--host", "127.0.0.1", "--port", str(port),
            env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            async with aiohttp.ClientSession() as session:
                tracker = RealTracker(f"http://127.0.0.1:{port}", session)
                await _until_up(tracker, folder)
                yield tracker
        finally:
            # It has workers of its own; they are one group, which nothing else is in.
            os.killpg(process.pid, signal.SIGTERM)
            await process.wait()
            shutil.rmtree(folder, ignore_errors=True)


async def _until_up(tracker: RealTracker, folder: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await tracker.ask("GET", "/queues/all")
            except (aiohttp.ClientError, AssertionError):
                await asyncio.sleep(0.1)
            else:
                return
