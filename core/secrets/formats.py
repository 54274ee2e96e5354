"""Secrets that are known by their format, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Protocol

from core.secrets.secret import Secret

_WINDOW = 2_000  # the formats of detect-secrets are tried on pieces, so that no text makes them slow


def formatted(text: str) -> Iterator[Secret]:
    """The secrets in `text` that have a known format, in no order."""
    for kind, pattern in _FORMATS:
        yield from (Secret(kind, *found.span("secret")) for found in pattern.finditer(text))
    yield from _vendors(text)


_FORMATS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "private key",
            r"(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,20000}(?:-----END [A-Z0-9 ]{0,40}-----)?)",
        ),
        ("private key", r"(?P<secret>PuTTY-User-Key-File-\d:(?:[^P]|P(?!uTTY-User|rivate-MAC)){0,20000}(?:Private-MAC: ?[0-9a-fA-F]{8,64})?)"),
        # The user's name stays: it says whose address it is.
        ("password", r"(?<![\w+.-])[A-Za-z][\w+.-]{1,20}://[^\s/:@?#]{0,80}:(?P<secret>[^\s/@{<$*\[][^\s/@]{0,120})@(?=[\w\[])"),
        ("access token", r"(?<![\w-])(?P<secret>eyJ[\w-]{8,4000}\.eyJ[\w-]{8,4000}(?:\.[\w-]{0,2000})?)"),
        ("access token", r"(?<![\w-])(?P<secret>xapp-\d-[\w-]{20,200})"),
        ("access token", r"(?<![\w-])(?P<secret>xoxe(?:\.xox[bp])?-[\w-]{20,400})"),
        ("access token", r"(?<![\w-])(?P<secret>gl(?:pat|dt|ft|soat|rt|cbt|ptt|imt|agent|oas)-[\w-]{20,300})"),
        ("access token", r"(?<![\w-])(?P<secret>github_pat_\w{30,120})"),
        ("access token", r"(?<![\w-])(?P<secret>npm_[A-Za-z0-9]{36})(?!\w)"),
        ("access token", r"(?i:\bauthorization: *(?:bearer|basic) +|\bbearer +)(?P<secret>(?=[^\s]*\d)[\w.~+/-]{20,2000}=*)"),
        ("access token", r"[?&](?:sig|signature|code|access_token|token)=(?P<secret>[\w%+/-]{20,400}=*)"),
        ("API key", r"(?<![\w-])(?P<secret>sk-(?=[\w-]*\d)[\w-]{20,300})"),
        ("API key", r"(?<![\w-])(?P<secret>AIza[\w-]{35})(?![\w-])"),
        ("recovery key", r"(?<![\d-])(?P<secret>\d{6}(?:[- ]\d{6}){7})(?![\d-])"),
        ("access key", r"(?i:account|shared ?access)key ?= ?(?P<secret>[\w+/]{40,100}={0,2})"),
        # Scripts and consoles: net use, net user, psexec, -p'…', ConvertTo-SecureString '…'
        ("password", r"(?i)\bConvertTo-SecureString\s+(?:-String\s+)?(?P<q>['\"])(?P<secret>(?!\$)[^'\"\n]{1,120})(?P=q)"),
        ("password", r"(?i)\bnet\s+user\s+[\w.-]{1,60}\s+(?P<secret>(?![/*\[])[^\s]{1,120})(?=\s|$)"),
        ("password", r"(?i)\bnet\s+use\b[^\n]{0,200}?/user:\S{1,80}\s+(?P<secret>(?![/*\[])[^\s]{1,120})"),
        ("password", r"(?i)\bnet\s+use\b[^\n]{0,200}?\\\\\S{1,120}\s+(?P<secret>(?![/*\[])[^\s]{1,120})\s+/user:"),
        ("password", r"(?i)\b(?:sshpass|mysql|mysqldump|plink|psexec)\b[^\n]{0,80}?\s-pw?\s?(?P<secret>(?=\S*[\d!@#%^&*])(?![-\[])\S{4,120})"),
        ("password", r"(?i)\bcurl\b[^\n]{0,120}?\s(?:-u|--user)\s+['\"]?[\w.@\\-]{1,60}:(?P<secret>(?!\[)[^\s'\"]{3,120})"),
    )
)  # fmt: skip

# What every format of detect-secrets has: a long run without a space. Prose does not, and then the package is not even imported.
_LONG_RUN = re.compile(r"[^\s]{20}")


class _Detector(Protocol):
    @property
    def denylist(self) -> Iterable[re.Pattern[str]]: ...


@cache
def _detectors() -> tuple[tuple[str, _Detector], ...]:
    # Imported on first use: it costs a seventh of a second. Its guesses by entropy and by keyword are made for source code,
    # and take hashes and ordinary sentences for secrets, so only its formats are used.
    from detect_secrets.plugins import (  # noqa: PLC0415
        aws,
        discord,
        github_token,
        mailchimp,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
        stripe,
        telegram_token,
        twilio,
    )

    return (
        ("access key", aws.AWSKeyDetector()),
        ("access token", discord.DiscordBotTokenDetector()),
        ("access token", github_token.GitHubTokenDetector()),
        ("API key", mailchimp.MailchimpDetector()),
        ("access token", pypi_token.PypiTokenDetector()),
        ("API key", sendgrid.SendGridDetector()),
        ("access token", slack.SlackDetector()),
        ("API key", square_oauth.SquareOAuthDetector()),
        ("API key", stripe.StripeDetector()),
        ("access token", telegram_token.TelegramBotTokenDetector()),
        ("access token", twilio.TwilioKeyDetector()),
    )


def _vendors(text: str) -> Iterator[Secret]:
    for line in re.finditer(r"[^\n]+", text):
        if not _LONG_RUN.search(line[0]):
            continue
        for offset in range(0, len(line[0]), _WINDOW):
            # A piece reaches into the next one, so that nothing is cut in two.
            start = line.start() + offset
            piece = line[0][offset : offset + _WINDOW + 300]
            for kind, detector in _detectors():
                for hit in (hit for pattern in detector.denylist for hit in pattern.finditer(piece)):
                    # What only resembles a format goes on before or behind it: a longer hash, a path.
                    if not re.match(r"\w", piece[hit.end() :]) and not re.search(r"[\w/-]$", piece[: hit.start()]):
                        yield Secret(kind, start + hit.start(), start + hit.end())
