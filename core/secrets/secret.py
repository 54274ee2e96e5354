"""What is found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret at `start` to `end` of the text; `kind` says to a person what it is ("password", "access token", …)."""

    kind: str
    start: int
    end: int
