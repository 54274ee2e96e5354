"""Help, the self-test, and whatever nobody else knows."""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence

from bot import blocks
from bot.answers import Answer, Choices, Done, Later, Reply
from bot.interaction import Interaction, Kind
from bot.slack import SlackFailed
from core.errors import Invalid
from core.outbox import queries as outbox
from core.outbox.service import age
from core.psa import queries as psa_queries
from core.psa.trial import asked_how_it_is
from core.spending import service as spending
from core.spending.pages import MICRO, Budget

COMMANDS = [
    ("new [problem]", "start a session here; without a text a form asks for it"),
    ("mine", "my open sessions"),
    ("open", "the team's open sessions"),
    ("find TEXT", "sessions that mention a text, old ones too"),
    ("pending", "applied fixes that wait to be verified, oldest first"),
    ("drafts [all]", "scripts that were run and may become templates: review them"),
    ("scripts [search]", "the script library: find one, fill it in, or build one"),
    ("resolve, escalate", "preview the note of the session in this channel, and close or hand it on"),
    ("escalations", "what was escalated and waits to be claimed"),
    ("link TICKET", "link a ticket to the session of this channel, by number or address"),
    ("pause, resume", "the session of this channel"),
    ("stats", "success of fixes, time to verify, notes as drafted, drafts that wait, walks"),
    ("settings", "roles, and what the team prefers"),
    ("status", "is everything well: database, Slack, queue"),
    ("help", "this list"),
]
L1_COMMANDS = [
    ("new [problem]", "take a call: who, what, and the steps that fit"),
    ("queue [status]", "the calls, newest first; open, walking, resolved, escalated or all"),
    ("mine", "my walks, to go on with"),
    ("escalate [problem]", "hand a call to an engineer without walking it"),
    ("help", "this list"),
]
HELP = {"/pilot": COMMANDS, "/l1": L1_COMMANDS}


async def show(interaction: Interaction) -> Answer:
    async with interaction.read():
        pass  # for members of every role, and for nobody else
    command = interaction.name if interaction.name in HELP else "/pilot"
    commands = HELP[command]
    lines = "\n".join(f"*{command} {usage}*  {what}" for usage, what in commands)
    spoken = f"FlowPilot's commands: {'; '.join(f'{command} {usage}: {what}' for usage, what in commands)}"
    if command == "/l1":
        more = "In a thread, where Slack has no slash commands, the card's buttons do the same; the shortcut *New L1 intake* works everywhere."
        first = blocks.button("New call", "intake.new", "new", style="primary")
    else:
        more = (
            "In a thread, where Slack has no slash commands: mention @FlowPilot with the problem, use a message's shortcut "
            "*Start a session here*, or the buttons and the menu of the session's card."
        )
        first = blocks.button("New session", "sessions.new", "new", style="primary")
    return Reply(spoken, [blocks.section(lines), blocks.context(more), blocks.actions([first])])


def unknown_subcommand(known: Sequence[str]):
    """The listener for a word that is none of `known`: it names the nearest."""

    async def answer(interaction: Interaction) -> Answer:
        word = interaction.text.split()[0][:50]
        near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
        hint = (
            f"Did you mean {interaction.name} {near[0]}?" if near else f"{interaction.name} help lists what there is."
        )
        raise Invalid(f"There is no “{interaction.name} {word}”. {hint}")

    return answer


async def status(interaction: Interaction) -> Answer:
    """The self-test: each part is really asked. Slack's part is asked after the ack."""
    started = time.perf_counter()
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the status")
        waiting, since = await outbox.lag(unit)
        in_question = len(await outbox.unknown(unit))
        budget = await spending.this_month(unit)
        connections = await psa_queries.connections(unit)
        late = age(since, unit.now)
    queue = f"{waiting} due, the oldest {late.total_seconds():.0f} s old" if waiting else "empty"
    if in_question:
        queue += f"; {in_question} in question, see App Home"
    lines = [
        f"*Database*  answers in {(time.perf_counter() - started) * 1000:.0f} ms",
        f"*Queue*  {queue}",
        f"*Model*  {_model(budget)}",
    ]

    async def with_slack() -> Reply:
        psa = [
            f"*PSA*  {blocks.escape(name)}: {blocks.escape(wrong or 'answers')}"
            for name, wrong in await asked_how_it_is(interaction.psas, connections)
        ]
        none = "*PSA*  none is connected yet; an admin can connect one in /pilot settings"
        whole = [lines[0], f"*Slack*  {blocks.escape(await _slack(interaction))}", *lines[1:], *(psa or [none])]
        return Reply("\n".join(whole).replace("*", ""), [blocks.section("\n".join(whole))])

    return Later(with_slack)


def _model(budget: Budget) -> str:
    """What is known of it from inside: what it was asked for this month."""
    if budget.is_used_up:
        return "the month's budget is used up: FlowPilot answers by its playbooks and by what worked here before"
    if not budget.spent.tokens:
        return "not asked this month: FlowPilot answers by its playbooks and by what worked here before"
    return f"${budget.spent.cost_micro_usd / MICRO:,.2f} of ${budget.limit_usd:,} spent this month"


async def _slack(interaction: Interaction) -> str:
    started = time.perf_counter()
    try:
        await interaction.slack.call("auth.test")
    except SlackFailed as error:
        return f"does not answer ({error})"
    return f"answers in {(time.perf_counter() - started) * 1000:.0f} ms"


async def ignore(interaction: Interaction) -> Answer:
    """A payload that needs no answer: a closed modal, a link button, an event nobody subscribed for a person's sake."""
    return Done()


async def unknown(interaction: Interaction) -> Answer:
    """A click nobody knows: from a newer or a much older FlowPilot. It gets an answer all the same."""
    if interaction.kind is Kind.OPTIONS:
        return Choices(())
    if interaction.kind in {Kind.EVENT, Kind.CLOSED}:
        return Done()
    raise Invalid(
        "FlowPilot does not know this button any more. Nothing was changed; please use the newest card, or /pilot help."
    )
