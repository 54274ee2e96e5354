"""What a person fills in to connect a ticket system."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from core.errors import Invalid
from core.psa.address import TrustedHosts, site
from core.psa.login import ConnectWiseLogin, Login, RequestTrackerLogin
from core.text import required

LONGEST = 300


class ConnectConnectWise(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str | None = None
    company: str | None = None
    public_key: str | None = None
    private_key: str | None = None
    client_id: str | None = None

    def login(self, trusted: TrustedHosts) -> Login:
        """Raises `Invalid` on the field that is missing, `AddressRefused` on `site`."""
        at = site(_given(self.site, "site", "Say where your ConnectWise is."), trusted, field="site")
        company = _given(self.company, "company", "Say your company's id in ConnectWise.")
        if "+" in company or ":" in company:
            raise Invalid("A company id has no + and no : in it.", field="company")
        return ConnectWiseLogin(
            at,
            company,
            _given(self.public_key, "public_key", "Paste the public key of the API member."),
            _given(self.private_key, "private_key", "Paste the private key of the API member."),
            _given(self.client_id, "client_id", "Paste the client id from developer.connectwise.com."),
        )


class ConnectRequestTracker(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    user: str | None = None
    password: str | None = None

    def login(self, trusted: TrustedHosts) -> Login:
        """Raises `Invalid` on the field that is missing, `AddressRefused` on `url`."""
        at = site(_given(self.url, "url", "Say where your Request Tracker is."), trusted, field="url", path=True)
        user = _given(self.user, "user", "Say which user FlowPilot is in Request Tracker.")
        if ":" in user:
            raise Invalid("A user's name has no : in it.", field="user")
        return RequestTrackerLogin(at, user, _given(self.password, "password", "Give that user's password."))


def _given(text: str | None, field: str, empty: str) -> str:
    kept = required(text, field=field, limit=LONGEST, empty=empty)
    if any(character.isspace() for character in kept) and field not in {"password"}:
        raise Invalid("There is a blank in this; please paste it again.", field=field)
    try:
        kept.encode("ascii" if field in {"public_key", "private_key", "client_id"} else "utf-8")
    except UnicodeEncodeError:
        raise Invalid("There is a character in this that no key has; please paste it again.", field=field) from None
    return kept
