"""What the page of the system says of the notices to the programs of entities."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.doctor import StatusLine
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery

OVERDUE_AFTER = timedelta(hours=2)  # the timer calls every quarter of an hour; one or two calls may fail


def list_webhook_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """How many notices wait to be sent, and whether nobody sends them; nothing where no program is told."""
    if session.scalar(select(Webhook.id).where(Webhook.active).limit(1)) is None:
        return
    waiting = select(func.count()).where(WebhookDelivery.next_try_at.is_not(None))
    overdue = select(func.count()).where(WebhookDelivery.next_try_at < clock.now() - OVERDUE_AFTER)
    advice = ""
    if session.scalar(overdue):
        advice = _("They are not sent: let a timer call “attention-point jobs run”.")
    yield StatusLine(
        _("Notices to programs"), _("%(count)s wait", count=session.scalar(waiting)), advice, "webhooks.list_webhooks"
    )
