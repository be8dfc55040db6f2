"""The table of the entities' own lists of reasons to reject. Nothing in it is about a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class EntityReasons(Base):
    """The list of one entity. An entity without a row uses the code list ``rejection_reasons``.

    ``reasons``: ``{"code", "es", "en", "offered"}`` each, in order. One that is offered no more stays, for the answers
    that name it.
    """

    __tablename__ = "referral_reasons"

    entity: Mapped[str] = mapped_column(String(40), primary_key=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    version: Mapped[int]
    changed_at: Mapped[datetime]
