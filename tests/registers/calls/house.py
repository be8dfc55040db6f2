"""Invented calls, recipients and bulletins."""

from datetime import date, timedelta
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.mail.message import Message, decode_message
from attention_point.foundation.mail.models import OutboxMail
from attention_point.registers.calls import rules
from attention_point.registers.calls.bulletin import sending
from attention_point.registers.calls.register import CALLS, PROPOSALS, RECIPIENTS
from attention_point.registers.shared.records import services

SITE = "https://punto.example.org"


def day(days: int) -> str:
    """A day so many days from now."""
    return (clock.today() + timedelta(days=days)).isoformat()


def call(session: Session, name: str = "Fondo del páramo", **facts: object) -> UUID:
    """A call that closes in three weeks."""
    values = {
        "name": name,
        "issuer": [{"name": "Agencia del Agua"}],
        "object": "Cuidar las fuentes de agua de los municipios.",
        "eligible": ["Alcaldías", "Institutos descentralizados"],
        "amounts": [{"what": "Máximo por proyecto", "amount": {"amount": "250.000", "currency": "EUR"}}],
        "opens": day(-5),
        "closes": day(21),
        "link": "https://convocatorias.example.org/paramo",
        "contact": ["Mesa de ayuda, 601 555 0101"],
    }
    return services.add_record(session, SYSTEM, CALLS, {**values, **facts})


def recipient(session: Session, number: int = 1, **facts: object) -> UUID:
    """An active recipient of every week."""
    values = {
        "name": f"Laura Prada {number}",
        "role": "Secretaria",
        "office": "Secretaría de Planeación",
        "email": f"laura.{number}@example.org",
        "frequency": "week",
        "state": "active",
    }
    return services.add_record(session, SYSTEM, RECIPIENTS, {**values, **facts})


def proposal(session: Session, name: str = "Guardianes del agua", **facts: object) -> UUID:
    """A proposal to the usual call."""
    values = {"name": name, "call": "Fondo del páramo", "state": "presented", "year": 2019}
    return services.add_record(session, SYSTEM, PROPOSALS, {**values, **facts})


def drafted(session: Session, today: date | None = None) -> UUID:
    """This week's bulletin."""
    today = today or clock.today()
    bulletin = sending.draft_bulletin(session, SYSTEM, rules.format_week(today), today)
    assert bulletin is not None
    return bulletin.id


def letters(session: Session) -> list[Message]:
    """What waits in the outbox."""
    vault = session.info["vault"]
    rows = session.scalars(select(OutboxMail).where(OutboxMail.sealed.is_not(None)).order_by(OutboxMail.id))
    return [decode_message(vault.open("mail_outbox", row.id, row.sealed)) for row in rows]


def path_of(letter: Message | EmailMessage) -> str:
    """The path of the link in a letter."""
    text = letter.body if isinstance(letter, Message) else letter.get_content()
    return "/call-answers/" + text.split("/call-answers/")[1].split()[0]


def sent(session: Session) -> list[str]:
    """Send this week's bulletin of the open calls to everybody; the paths of the links, in the order of names."""
    bulletin = drafted(session)
    call_ids = [stored_call.id for stored_call in session.scalars(select(CALLS.model))]
    sending.send_bulletin(session, SYSTEM, bulletin, call_ids, SITE)
    return [path_of(letter) for letter in letters(session)]
