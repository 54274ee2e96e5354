"""Settings: the list of sections, roles, and what the whole team prefers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks, inputs
from bot.blocks import Block, View
from core.accounts.models import User
from core.accounts.preferences import Preferences
from core.scope import Role

SECTIONS: Sequence[tuple[str, str, str]] = (
    ("roles", "Roles", "Who may do what"),
    ("team", "Team", "What holds for everybody here"),
    ("scripts", "Scripts", "Who publishes, what is offered, the starter library, categories"),
    ("nudges", "Reminders", "When people are asked how a fix went, and who is asked if they do not answer"),
    ("psa", "Ticket system", "Where the tickets are, and what a session's end means for them"),
    ("model", "Model", "What may be spent on it, and what was"),
    ("l1", "L1", "What first-line staff are walked through"),
)
"""Name in the button's id, title, what it holds."""
YES_NO = (("Yes", "true"), ("No", "false"))


def contents(role: Role) -> View:
    """The list of sections; what only admins may change says so."""
    lines: list[Block] = [
        blocks.section(f"*{title}*\n{what}", blocks.button(f"Open {title}", f"settings.open.{name}", name))
        for name, title, what in SECTIONS
    ]
    if role not in {Role.ADMIN, Role.OWNER}:
        lines.append(blocks.context("Admins and owners can change these; you can look."))
    return blocks.modal("house.notice", "Settings", lines, close="Close")


def roles(people: Sequence[User]) -> View:
    lines: list[Block] = []
    for person in people[:95]:
        covers = " · covers L1" if person.can_cover_l1 else ""
        lines.append(
            blocks.section(
                f"{blocks.escape(person.name)}\n{person.role}{covers}",
                blocks.button(f"Change {person.name}", "settings.role", person.id),
            )
        )
    lines.append(blocks.context("Somebody who is not listed here asks for access in App Home."))
    return blocks.modal("house.notice", "Roles", lines, close="Close")


def role_modal(person: User) -> View:
    covers = "true" if person.can_cover_l1 else "false"
    return blocks.modal(
        "settings.save.role",
        "Role",
        [
            blocks.said(person.name),
            blocks.field("role", "Role", blocks.radio([(role, role) for role in Role], person.role)),
            blocks.field(
                "can_cover_l1",
                "May take calls as L1",
                blocks.radio(YES_NO, covers),
                hint="Engineers and admins who cover the first line.",
            ),
        ],
        submit="Save",
        user_id=person.id,
    )


def team_modal(now: Preferences) -> View:
    return blocks.modal(
        "settings.save.team",
        "Team",
        [
            blocks.field(
                "abandon_after_days",
                "Close a session that nobody touched for so many days",
                blocks.text_input(value=str(now.abandon_after_days), limit=3),
            ),
            blocks.field(
                "mail_customers",
                "Mail the customer when a resolution note is posted",
                blocks.radio(YES_NO, str(now.mail_customers).lower()),
            ),
            blocks.field(
                "escalation_channel",
                "Tell the team of escalations in",
                inputs.channel_choice(now.escalation_channel),
                optional=True,
                hint="Without one they are told in the session's own channel.",
            ),
        ],
        submit="Save",
    )
