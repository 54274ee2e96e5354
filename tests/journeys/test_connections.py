"""An admin connects a ticket system; an operator does the same from the shell."""

from __future__ import annotations

import pytest

from bot.__main__ import connect as connect_command
from bot.__main__ import parser
from bot.app import Bot
from bot.doctor import examine
from bot.sandbox.desk import service
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from core.audit import queries as audit
from core.errors import Invalid
from core.ids import ConnectionId
from core.psa import queries
from core.psa.models import PsaConnection, Target
from core.psa.provider import KeysRefused
from tests.bot import seeds
from tests.conftest import Fresh, a_bot, settings_for
from tests.desk import Desk
from tests.slack import Modal, Person, Slack


async def connections(bot: Bot) -> list[PsaConnection]:
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        return list(await queries.connections(unit))


async def ticket_system(who: Person) -> Modal:
    await who.command("/pilot settings")
    contents = await who.next_modal(None)
    return await who.open_modal("settings.open.psa", on=contents)


async def form(who: Person, system: str = "ConnectWise") -> Modal:
    return await who.open_modal(f"Connect {system}…", on=await ticket_system(who))


def filled(desk: Desk, **other: str) -> dict[str, object]:
    keys = desk.server.keys
    return {
        "site": desk.url,
        "company": keys.company,
        "public_key": keys.public_key,
        "private_key": keys.private_key,
        "client_id": keys.client_id,
        **other,
    }


async def test_connectwise_is_connected_and_its_statuses_chosen(bot: Bot, ana: Person, desk: Desk):
    modal = await form(ana)
    await ana.submit(modal, **filled(desk))
    done = await ana.next_modal(modal)
    assert "Found 2 boards and 4 members" in done.plain()
    assert "and read CW #99126" in done.plain()
    (connection,) = await connections(bot)
    assert connection.members["ben@example.com"] == "502"
    assert desk.server.keys.private_key not in f"{connection.sealed_keys} {connection.login}"
    choose = await ana.open_modal("Choose for Help Desk", on=done)
    assert "Completed" not in choose.plain(), "another board's status"
    await ana.submit(choose, resolved="Resolved (closes it)", escalated="Escalated to Level 2")

    async def chosen() -> PsaConnection | None:
        (now,) = await connections(bot)
        return now if now.target(Target.RESOLVED, "1") else None

    now = await ana.slack.until(chosen)
    target = now.target(Target.RESOLVED, "1")
    assert target is not None
    assert (target.id, target.name, target.closed) == ("15", "Resolved", True)
    assert now.target(Target.RESOLVED, "2") is None
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        trail = await audit.trail(unit, connection.id)
    assert [event.what for event in trail] == ["psa.connected", "psa.aimed"]
    assert desk.server.keys.private_key not in str([event.detail for event in trail])


async def test_a_status_that_left_the_board_meanwhile_is_refused(
    ana: Person, desk: Desk, connection: ConnectionId, monkeypatch: pytest.MonkeyPatch
):
    del connection
    overview = await ana.open_modal("connections.open", on=await ticket_system(ana))
    choose = await ana.open_modal("Choose for Help Desk", on=overview)
    monkeypatch.setitem(service.STATUSES, 1, ((11, "New", False),))
    reply = await ana.submit(choose, resolved="Resolved (closes it)")
    assert reply.field_errors == {
        "resolved": "This status does not belong to the board; please choose one from its list."
    }
    assert await desk.calls("statuses")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("private_key", "wrong", "ConnectWise does not accept our keys"),
        ("company", "nobody", "There is no company “nobody” here."),
        ("company", "a+b", "A company id has no + and no : in it."),
        ("site", "http://psa.example.com", "Keys are sent over https only."),
        ("site", "https://localhost:1", "“localhost” leads into a private network"),
        ("site", "http://127.0.0.1:1", "ConnectWise cannot be reached right now"),
        ("public_key", "two words", "There is a blank in this"),
        ("public_key", "schlüssel", "There is a character in this that no key has"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    bot: Bot, ana: Person, desk: Desk, field: str, value: str, sentence: str
):
    reply = await ana.submit(await form(ana), **filled(desk, **{field: value}))
    assert reply.field_errors is not None
    assert set(reply.field_errors) == {field}
    assert sentence in reply.field_errors[field]
    assert not await connections(bot)


async def test_a_test_that_takes_long_is_shown_when_it_is_done(bot: Bot, ana: Person, desk: Desk):
    await desk.fault("boards", "slow", seconds=2)
    modal = await form(ana)
    await ana.submit(modal, **filled(desk))

    async def done() -> Modal | None:
        top = await ana.modal()
        return top if top is not None and "Found 2 boards" in top.plain() else None

    await ana.slack.until(done)
    assert len(await connections(bot)) == 1


async def test_connecting_the_same_place_again_renews_its_keys(
    bot: Bot, ana: Person, desk: Desk, connection: ConnectionId
):
    (before,) = await connections(bot)
    modal = await form(ana)
    await ana.submit(modal, **filled(desk))
    await ana.next_modal(modal)
    (after,) = await connections(bot)
    assert after.id == before.id == connection
    assert after.sealed_keys != before.sealed_keys
    assert after.targets == before.targets


async def test_a_connection_is_removed_and_its_keys_with_it(bot: Bot, ana: Person, connection: ConnectionId):
    await ana.press("Remove", on=await ticket_system(ana))

    async def gone() -> bool:
        return not await connections(bot)

    await ana.slack.until(gone)
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        assert (await queries.connection(unit, connection)).sealed_keys == ""


async def test_only_admins_connect(bot: Bot, slack: Slack, ben: Person, connection: ConnectionId):
    del connection
    await ben.command("/pilot settings")
    contents = await ben.next_modal(None)
    await ben.press("settings.open.psa", on=contents)

    async def refused() -> bool:
        top = await ben.modal()
        return top is not None and "Only admins and owners can" in top.plain()

    await slack.until(refused)
    assert len(await connections(bot)) == 1


async def test_the_shell_connects_too(
    fresh_database: Fresh, workspace: SandboxServer, desk: Desk, capsys: pytest.CaptureFixture[str]
):
    url = await fresh_database()
    async with a_bot(url, workspace) as bot:
        await _from_the_shell(bot, settings_for(url, workspace), desk)
    printed = capsys.readouterr().out
    assert "WRONG  psa: ConnectWise of flowpilot: ConnectWise does not accept our keys" in printed
    assert desk.server.keys.private_key not in printed


async def _from_the_shell(bot: Bot, settings: Settings, desk: Desk) -> None:
    keys = desk.server.keys
    words = ["connect", "connectwise", "--site", desk.url, "--company", keys.company, "--public-key", keys.public_key]
    words += ["--private-key", keys.private_key, "--client-id", keys.client_id]
    said = await connect_command(settings, parser().parse_args([*words, "--resolved-status", "resolved"]))
    assert said.startswith(
        "ConnectWise of flowpilot is connected: 2 boards, 4 members with 4 addresses; read CW #99126."
    )
    (connection,) = await connections(bot)
    assert connection.target(Target.RESOLVED, "1") is not None
    assert connection.target(Target.ESCALATED, "1") is None
    with pytest.raises(Invalid, match="No board has the status “Erledigt”"):
        await connect_command(settings, parser().parse_args([*words, "--resolved-status", "Erledigt"]))
    wrong = [word if word != keys.private_key else "wrong" for word in words]
    with pytest.raises(KeysRefused):
        await connect_command(settings, parser().parse_args(wrong))
    assert await examine(settings) == 0
    await desk.world(keys="expired")
    assert await examine(settings) == 1


async def test_status_asks_the_ticket_systems(ana: Person, desk: Desk, connection: ConnectionId):
    del connection
    for expired, sentence in ((False, "ConnectWise of flowpilot: answers"), (True, "does not accept our keys")):
        if expired:
            await desk.world(keys="expired")
        await ana.command("/pilot status")

        async def told(wanted: str = sentence) -> bool:
            return any(wanted in one.plain() for one in await ana.ephemerals())

        await ana.slack.until(told)
