"""The tables of webhooks: the addresses, and what waits to be delivered to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from attention_point.foundation.database import Base


class Webhook(Base):
    """An address at which an entity's program is told of its referrals.

    The secret is derived from the keyring by the id and ``secret_generation``, so that no row holds it; until
    ``old_secret_until`` the secret before signs too. ``failing_since`` begins the day of the first
    failure after the last success. Nothing is kept of a success: the row would change beside the delivery, and the
    database's log would tell when an entity got a referral.
    """

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(60), index=True)
    url: Mapped[str] = mapped_column(String(500))
    active: Mapped[bool]
    created_at: Mapped[datetime]
    secret_generation: Mapped[int]
    old_secret_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One message to one address. It waits while ``next_try_at`` is set; once it is delivered, the row is deleted.

    ``sealed`` holds the webhook and the payload: in clear, a delivery soon after a visit would tell which entity it
    was for. ``last_error`` is a code. ``id`` stays the same in every try, so that the receiver knows a repeated one.
    """

    __tablename__ = "webhook_delivery"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
