"""What first-line flows are not about, from the start: the problems that engineers know."""

from __future__ import annotations

from core.llm.playbooks import load_playbooks

# Playbooks about what the ten categories are about, or near it.
_FIRST_LINE = frozenset((
    "account-lockout", "password-reset", "print-spooler", "printer-setup", "outlook-profile", "vpn-connect", "vpn-routes", "wifi",
    "network-down", "browser", "peripheral", "monitor-dock", "windows-update-stuck", "slow-computer", "slow-logon", "blue-screen",
    "credential-prompt-loop", "meeting-room", "mail-not-delivered", "mailbox-full", "mfa-new-phone", "calendar-access", "office-app",
    "mobile-device", "mapped-drive",
))  # fmt: skip


def of_none() -> tuple[str, ...]:
    """Statements of problems that engineers know and first-line flows do not: those of the other playbooks."""
    return tuple(
        text
        for playbook in load_playbooks()
        if playbook.slug not in _FIRST_LINE
        for text in (playbook.title, *playbook.symptoms, *playbook.examples)
    )
