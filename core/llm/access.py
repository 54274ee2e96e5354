"""How a model is reached."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelAccess:
    """How Claude is reached. `notes` and `fast` are names of models; `address` is another server that speaks its API."""

    key: str
    notes: str
    fast: str
    address: str | None = None
