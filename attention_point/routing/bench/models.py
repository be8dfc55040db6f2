"""The tables of the bench: invented cases and the history of rule sets. Nothing in them is about a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base
from attention_point.routing.versions import VERSION_DIGITS


class StoredCase(Base):
    """A case of the bench. ``content`` has the keys of a case in a file, without its id; days are ``YYYY-MM-DD``."""

    __tablename__ = "routing_case"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    # As a file brought it, or changed by the office since: ``LOADED`` or ``EDITED`` of the directory.
    origin: Mapped[str] = mapped_column(String(10))
    # A case that was removed stays, so that the next load of the same file does not bring it back.
    removed: Mapped[bool]
    version: Mapped[int]


class RuleSetEntry(Base):
    """A rule set from the moment at which it came into force. The same digest has several entries if it came back."""

    __tablename__ = "routing_rule_set"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(VERSION_DIGITS), index=True)
    in_force_from: Mapped[datetime]
    # The digest of each part (``versions.list_rule_set_parts``): by them two versions are compared.
    parts: Mapped[dict[str, str]] = mapped_column(JSON)
