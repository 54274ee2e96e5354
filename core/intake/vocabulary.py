"""The words of first-line work: what a problem is about, and why a walk is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.escalations.models import Reason


class Category(StrEnum):
    """What first-line staff may be walked through. Anything else is out of scope unless a published flow covers it."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a category
    ACCOUNT_LOCKOUT = "account_lockout"
    PRINTER = "printer"
    EMAIL_OUTLOOK_CLIENT = "email_outlook_client"
    WIFI_NETWORK_BASICS = "wifi_network_basics"
    VPN_CONNECT = "vpn_connect"
    TEAMS_ZOOM_AV = "teams_zoom_av"
    BROWSER_CACHE_COOKIES = "browser_cache_cookies"
    PERIPHERAL_RECONNECT = "peripheral_reconnect"
    OS_RESTART_UPDATE = "os_restart_update"


CATEGORY_LABEL: Mapping[Category, str] = {
    Category.PASSWORD_RESET: "Password reset",
    Category.ACCOUNT_LOCKOUT: "Account lockout",
    Category.PRINTER: "Printer",
    Category.EMAIL_OUTLOOK_CLIENT: "Mail and Outlook",
    Category.WIFI_NETWORK_BASICS: "Wi-Fi and network basics",
    Category.VPN_CONNECT: "VPN",
    Category.TEAMS_ZOOM_AV: "Sound and picture in Teams or Zoom",
    Category.BROWSER_CACHE_COOKIES: "Browser, cache and cookies",
    Category.PERIPHERAL_RECONNECT: "Keyboard, mouse, screen, headset",
    Category.OS_RESTART_UPDATE: "Restart and updates",
}


REASON_LABEL: Mapping[Reason, str] = {
    Reason.NEEDS_ADMIN_RIGHTS: "Needs admin rights",
    Reason.OUTSIDE_SCOPE: "Outside what L1 does",
    Reason.NOT_FIXED_BY_STEPS: "The steps did not fix it",
    Reason.CUSTOMER_REQUEST: "The customer asked for it",
    Reason.SUSPECTED_INCIDENT: "Looks like an incident",
    Reason.OTHER: "Something else",
}

ReasonCategory = Reason
