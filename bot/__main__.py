"""The only command line: `python -m bot COMMAND`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import getpass
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import logs
from bot.settings import Settings, load
from core.errors import DomainError, Invalid


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m bot", description="FlowPilot for Slack")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sandbox = commands.add_parser("sandbox", help="everything on this machine, nothing to configure")
    sandbox.add_argument("--port", type=int, default=3333, help="where the page is (default 3333)")
    sandbox.add_argument("--mode", choices=["http", "socket"], default="http", help="how the bot hears from Slack")
    serve = commands.add_parser("serve", help="serve a real workspace")
    serve.add_argument("--role", choices=["all", "web", "worker"], default="all")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("doctor", help="check every setting and connection, and say how to mend what is wrong")
    flows = commands.add_parser("flows", help="publish first-line flows from a file, write all into one, or draw one")
    flows.add_argument("act", choices=["import", "export", "draw"])
    flows.add_argument("file", type=Path, help="YAML; for a drawing NAME.png, where NAME is the flow's")
    grant = commands.add_parser("grant", help="give somebody a role")
    grant.add_argument("slack_user")
    grant.add_argument("role")
    grant.add_argument("--cover-l1", action="store_true", help="an engineer who may also take first-line calls")
    connect = commands.add_parser(
        "connect", help="connect a ticket system; what is secret is asked for unless it is given"
    )
    systems = connect.add_subparsers(dest="system", required=True, metavar="SYSTEM")
    connectwise = systems.add_parser("connectwise", help="ConnectWise PSA")
    for option in ("--site", "--company", "--public-key", "--client-id"):
        connectwise.add_argument(option, required=True)
    connectwise.add_argument("--private-key")
    tracker = systems.add_parser("request-tracker", help="Request Tracker 5")
    for option in ("--url", "--user"):
        tracker.add_argument(option, required=True)
    tracker.add_argument("--password")
    for one in (connectwise, tracker):
        one.add_argument("--resolved-status", help="the status of tickets whose session was resolved, by its name")
        one.add_argument("--escalated-status", help="the same for escalated ones")
    scripts = commands.add_parser("scripts", help="the script library as a YAML file")
    scripts.add_argument("direction", choices=["import", "export"])
    scripts.add_argument("file", help="where it is read from or written to")
    scripts.add_argument("--with-secrets", action="store_true", help="import scripts in which a password or key stands")
    commands.add_parser("export-audit", help="print who did what and when, one JSON object a line")
    return whole


def told_to_stop() -> asyncio.Event:
    """Set by SIGTERM or Ctrl-C, from now on."""
    told = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, told.set)
    return told


async def serve(settings: Settings, role: str) -> None:
    # What a start makes is there to stay: looking through it for garbage costs a fifth of the start, and a little of every click after.
    gc.disable()
    from bot.app import Part, running  # noqa: PLC0415 - `doctor` and a mistyped setting must not wait for all of this

    told = told_to_stop()  # before anything runs that a stop would have to wait for
    async with running(settings, Part(role)) as bot:
        gc.freeze()
        gc.enable()
        await told.wait()
        await bot.not_ready()


async def sandbox(port: int, mode: str) -> None:
    from bot.sandbox.launch import sandbox as launch  # noqa: PLC0415 - only this command knows the sandbox

    await launch(port, mode, told_to_stop())


async def migrate(settings: Settings) -> None:
    from bot.app import database_url  # noqa: PLC0415
    from core.bootstrap import make_ready  # noqa: PLC0415

    await make_ready(await database_url(settings))
    print("The database is up to date.")


async def connect(settings: Settings, arguments: argparse.Namespace) -> str:
    from bot.shell import connect as connect_at_the_shell  # noqa: PLC0415
    from core.psa.commands import ConnectConnectWise, ConnectRequestTracker  # noqa: PLC0415
    from core.psa.models import Target  # noqa: PLC0415

    if arguments.system == "connectwise":
        form = ConnectConnectWise(
            site=arguments.site,
            company=arguments.company,
            public_key=arguments.public_key,
            private_key=arguments.private_key or getpass.getpass("Private key: "),
            client_id=arguments.client_id,
        )
    else:
        form = ConnectRequestTracker(
            url=arguments.url,
            user=arguments.user,
            password=arguments.password or getpass.getpass("Password: "),
        )
    names = {
        Target.RESOLVED: [arguments.resolved_status] if arguments.resolved_status else [],
        Target.ESCALATED: [arguments.escalated_status] if arguments.escalated_status else [],
    }
    return await connect_at_the_shell(settings, form.login(settings.psa_hosts), names)


async def run(arguments: argparse.Namespace) -> int:
    if arguments.command == "sandbox":
        logs.set_up(Settings.model_fields["log_format"].default)
        await sandbox(arguments.port, arguments.mode)
        return 0
    settings = load()
    logs.set_up(settings.log_format)
    match arguments.command:
        case "serve":
            await serve(settings, arguments.role)
        case "migrate":
            await migrate(settings)
        case "doctor":
            from bot.doctor import examine  # noqa: PLC0415

            return await examine(settings)
        case "flows":
            from bot.shell import draw_flow, export_flows, import_flows  # noqa: PLC0415

            acts = {"import": import_flows, "export": export_flows, "draw": draw_flow}
            print(await acts[arguments.act](settings, arguments.file))
        case "grant":
            from bot.shell import grant  # noqa: PLC0415

            print(await grant(settings, arguments.slack_user, arguments.role, cover_l1=arguments.cover_l1))
        case "connect":
            print(await connect(settings, arguments))
        case "scripts":
            from bot.shell import move_scripts  # noqa: PLC0415

            done = await move_scripts(
                settings, arguments.direction, Path(arguments.file), with_secrets=arguments.with_secrets
            )
            print(done)
        case "export-audit":
            from bot.shell import export_audit  # noqa: PLC0415

            await export_audit(settings)
        case _:
            raise Invalid(f"There is no command {arguments.command}.")
    return 0


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; a refusal is one sentence on standard error and exit code 1."""
    arguments = parser().parse_args(words)
    try:
        return asyncio.run(run(arguments))
    except DomainError as refusal:
        print(f"FlowPilot: {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"FlowPilot: {error.strerror or error}{f' ({error.filename})' if error.filename else ''}", file=sys.stderr
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
