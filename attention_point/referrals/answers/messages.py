"""Messages between an entity and the attention point about one referral. They are sealed in the referral's record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.referrals import queries
from attention_point.referrals.answers.answering import normalise_text, require_standing_visit
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral

MESSAGE_MAX_LENGTH = 1000  # characters
MAX_MESSAGES = 200
"""How many a referral holds: its record is opened with each list, and a longer talk is one for the telephone."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is shown: when, which side, who (a name, or empty where the reader may not learn it), what."""

    written_at: datetime
    side: str
    author: str
    text: str
    is_own_side: bool


def add_message(
    session: Session, actor: Actor, referral: DecryptedReferral, side: str, text: str, messages_shown: int
) -> DecryptedReferral:
    """Add a message. The row is locked; its version stays, so that nobody's form becomes stale.

    ``messages_shown`` counts those that the page showed: the same text sent again after them is stored once. Raises
    Invalid, naming the field ``text``, and Conflict for an annulled visit.
    """
    require_standing_visit(referral)
    clean_text = _check_text(text)
    messages = referral.messages
    entry = {"at": clock.now().isoformat(), "by": actor.journal_label, "side": side, "text": clean_text}
    if any(_is_same(entry, message) for message in messages[max(messages_shown, 0) :]):
        return referral
    if len(messages) >= MAX_MESSAGES:
        message = _("There is no room for more messages here. Call the other side.")
        raise Invalid(message, (FieldError("text", message),))
    # Whoever writes has read what stood above.
    read_counts = {**referral.record.get("messages_read", {}), side: len(messages) + 1}
    changed = _store_messages(session, referral, {"messages": [*messages, entry], "messages_read": read_counts})
    journal.record(session, actor, "referral.message", "referral", referral.id)
    return changed


def mark_messages_read(session: Session, referral: DecryptedReferral, side: str) -> None:
    """Note that a side has opened all messages. The row is locked."""
    if referral.count_unread_messages(side):
        # Without version and time: that somebody has read is no news for whoever answers.
        read_counts = {**referral.record.get("messages_read", {}), side: len(referral.messages)}
        _store_messages(session, referral, {"messages_read": read_counts})


def list_messages(referral: DecryptedReferral, side: str, names: Mapping[str, str]) -> list[Message]:
    """The messages for a reader of one side, oldest first. ``names`` are those that this reader may learn."""
    return [
        Message(
            datetime.fromisoformat(message["at"]),
            message["side"],
            names.get(message["by"], ""),
            message["text"],
            message["side"] == side,
        )
        for message in referral.messages
    ]


def _check_text(text: str) -> str:
    clean_text = normalise_text(text)
    if clean_text is None:
        raise _build_invalid(_("Write the message."))
    if len(clean_text) > MESSAGE_MAX_LENGTH:
        raise _build_invalid(_("At most %(max_length)s characters.", max_length=MESSAGE_MAX_LENGTH))
    if not texts.is_fit_text(clean_text, lines=True):
        raise _build_invalid(_(texts.UNFIT_CHARACTERS))
    return clean_text


def _build_invalid(message: str) -> Invalid:
    return Invalid(message, (FieldError("text", message),))


def _is_same(entry: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    return all(entry[name] == message[name] for name in ("by", "side", "text"))


def _store_messages(session: Session, referral: DecryptedReferral, changes: dict[str, Any]) -> DecryptedReferral:
    record = {**referral.record, **changes}
    sealed = referral.key.seal(queries.SEALING_PURPOSE, referral.id, record, version=referral.version)
    session.execute(update(Referral).where(Referral.id == referral.id).values(sealed=sealed))
    return replace(referral, record=record)
