"""The only reader of the environment (and of `.env`)."""

from __future__ import annotations

import difflib
import os
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid
from core.llm.access import ModelAccess
from core.psa.address import TrustedHosts
from core.sealed import Keyring

OURS = ("FLOWPILOT_", "SLACK_", "DATABASE_", "ANTHROPIC_")
SLACK = "https://slack.com/api/"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """What one process runs with. Names are the environment's; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK
    flowpilot_owners: str = ""
    flowpilot_secret_keys: SecretStr = SecretStr("")
    flowpilot_psa_hosts: str = ""
    flowpilot_public_url: str = ""
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    flowpilot_model_notes: str = "claude-sonnet-5-5"
    flowpilot_model_fast: str = "claude-haiku-5-5"
    port: int = Field(default=3000, ge=0, le=65535)
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and token.get_secret_value() and not token.get_secret_value().startswith(("xoxb-", "xoxe.")):
            raise ValueError("a bot token begins with xoxb-; you find it under “OAuth & Permissions” of your Slack app")
        return token

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and token.get_secret_value() and not token.get_secret_value().startswith("xapp-"):
            raise ValueError(
                "an app-level token begins with xapp-; you find it under “Basic Information” of your Slack app"
            )
        return token

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("this is not a web address; it looks like https://slack.com/api/")
        return address if address.endswith("/") else address + "/"

    @field_validator("flowpilot_secret_keys")
    @classmethod
    def _secret_keys(cls, keys: SecretStr) -> SecretStr:
        try:
            Keyring.parse(keys.get_secret_value())
        except Invalid as wrong:
            raise ValueError(str(wrong).partition(": ")[2] or str(wrong)) from None
        return keys

    @field_validator("flowpilot_public_url")
    @classmethod
    def _public_url(cls, address: str) -> str:
        if address and (urlsplit(address).scheme != "https" or not urlsplit(address).hostname):
            raise ValueError("this is not an address others can call; it looks like https://flowpilot.example.com")
        return address.rstrip("/")

    @property
    def keyring(self) -> Keyring:
        return Keyring.parse(self.flowpilot_secret_keys.get_secret_value())

    @property
    def psa_hosts(self) -> TrustedHosts:
        return TrustedHosts.parse(self.flowpilot_psa_hosts)

    @field_validator("anthropic_base_url")
    @classmethod
    def _model_address(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "")
        if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("this is not a web address; it looks like https://api.anthropic.com")
        return address or None

    @property
    def model(self) -> ModelAccess | None:
        """How the model is reached; None without a key, and then everything works without it."""
        key = self.anthropic_api_key.get_secret_value().strip() if self.anthropic_api_key else ""
        if not key:
            return None
        return ModelAccess(key, self.flowpilot_model_notes, self.flowpilot_model_fast, self.anthropic_base_url)

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(word for word in self.flowpilot_owners.replace(",", " ").split() if word)

    @property
    def socket_mode(self) -> bool:
        """With an app-level token Slack is reached by Socket Mode, without one it reaches us by HTTP."""
        return bool(self.slack_app_token and self.slack_app_token.get_secret_value())

    def need(self, name: str, why: str) -> str:
        """The value of the setting `name` (lower case). Raises `Invalid` saying that it is missing and `why` it is needed."""
        secret: SecretStr | None = getattr(self, name)
        if secret is None or not secret.get_secret_value():
            raise Invalid(f"{name.upper()} is not set: {why}.")
        return secret.get_secret_value()

    def check_for_serving(self) -> None:
        """Raises `Invalid` for the first setting that `serve` misses."""
        self.need(
            "database_url",
            "give the address of a PostgreSQL, or the word “embedded” for the built-in one on this machine",
        )
        self.need("slack_bot_token", "the token of your Slack app in your workspace, xoxb-…")
        if not self.socket_mode:
            self.need("slack_signing_secret", "set it for HTTP mode, or set SLACK_APP_TOKEN for Socket Mode")


def load(folder: Path | None = None) -> Settings:
    """Reads the environment and `folder`/.env. Raises `Invalid`, naming the variable, for a value or a name that cannot be meant."""
    file = (folder or Path.cwd()) / ".env"
    _refuse_mistyped({**dotenv_values(file), **os.environ})
    try:
        return Settings(_env_file=file)  # pyright: ignore[reportCallIssue] - pydantic-settings takes it, its stubs do not say so
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise Invalid(f"{name}: {first['msg'].removeprefix('Value error, ')}.") from None


LATER = {
    "SLACK_CLIENT_ID": "installing into many workspaces is not there yet; use SLACK_BOT_TOKEN",
    "SLACK_CLIENT_SECRET": "installing into many workspaces is not there yet; use SLACK_BOT_TOKEN",
}


def _refuse_mistyped(names: dict[str, str | None]) -> None:
    known = [name.upper() for name in Settings.model_fields]
    for name, value in names.items():
        if name in LATER and value:
            raise Invalid(f"{name} is set, but {LATER[name]}.")
        if name in known or not name.startswith(OURS):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if near:
            raise Invalid(f"There is no setting {name}. Did you mean {near[0]}?")
        if name.startswith("FLOWPILOT_"):
            settings = ", ".join(known)
            raise Invalid(f"There is no setting {name}. The settings are {settings}.")
