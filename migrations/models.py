"""Every model of the house, so that the metadata is whole."""

from __future__ import annotations

import core.accounts.models
import core.audit.models
import core.fixes.models
import core.outbox.models
import core.sessions.models  # noqa: F401
from core.db import Base

metadata = Base.metadata
