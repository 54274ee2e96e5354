"""Logs: one line per event, and never a secret in it, whatever an exception's text holds."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping

import structlog

from bot.settings import LogFormat

SECRETS = re.compile(r"(xox[abeprs]|xapp)-[\w.-]+|https://hooks\.slack\.com/\S+|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
Line = MutableMapping[str, object]


def redact(_: object, __: str, line: Line) -> Line:
    """Takes tokens, webhook addresses and passwords out of every text of a line."""
    return {name: SECRETS.sub("…", value) if isinstance(value, str) else value for name, value in line.items()}


def set_up(form: LogFormat) -> None:
    """Routes our logs and the libraries' warnings through one chain to standard error."""
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, redact, last],  # type: ignore[list-item]
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, last],
        )  # type: ignore[list-item]
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # Bolt logs whole bodies of unsigned requests at INFO, and warns of settings that it reads by itself and that are ours.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
