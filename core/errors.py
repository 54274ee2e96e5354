"""Every refusal a person can meet.

DomainError              a sentence for the person: what is wrong, and what to do
├── NotFound             not there, or another account's (never told apart)
├── Forbidden            the role does not allow it; `may_ask` when asking for access would help
├── Conflict             the state does not allow it (any more); says which state and who made it
├── Invalid              the input is wrong; `field` names where it belongs
└── Unavailable          something outside is away; nothing was done
    └── StatusNotVerified    done, but what was read back differs
"""

from __future__ import annotations


class DomainError(Exception):
    """A refusal. Its message is shown to the person as it stands."""


class NotFound(DomainError):
    pass


class Forbidden(DomainError):
    def __init__(self, sentence: str, *, may_ask: bool = False) -> None:
        super().__init__(sentence)
        self.may_ask = may_ask


class Conflict(DomainError):
    pass


class Invalid(DomainError):
    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Unavailable(DomainError):
    def __init__(self, service: str, sentence: str) -> None:
        super().__init__(sentence)
        self.service = service


class StatusNotVerified(Unavailable):
    def __init__(self, service: str, *, expected: str, observed: str) -> None:
        super().__init__(service, f"The status was set to “{expected}”, but reads back as “{observed}”.")
        self.expected = expected
        self.observed = observed
