"""A message as data, checked before it is kept, and as the text that goes over the wire (RFC 5322, MIME)."""

import base64
import json
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail_server import is_address
from attention_point.foundation.refusals import FieldError, Invalid

LONGEST_SUBJECT = 200
MOST_BYTES = 10 * 1024 * 1024
"""Of all attachments together: few servers take more than 15 MB, and base64 adds a third."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: the name that the reader sees, its bytes, its media type."""

    name: str
    content: bytes
    kind: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Message:
    """To one address (others are never shown to it): a subject line, a plain text, files."""

    to: str
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()


def check(message: Message) -> None:
    """Raise Invalid, naming the field, for what would be no proper mail or would forge a header."""
    one_line = _("This must be one line of text, at most %(most)s characters.", most=LONGEST_SUBJECT)
    faults = {
        "to": not is_address(message.to) and _(texts.email_fault(message.to) or texts.NOT_AN_EMAIL),
        "subject": not _is_line(message.subject) and one_line,
        "body": (not message.body.strip() and _("This is required."))
        or (not _is_text(message.body) and _(texts.UNFIT)),
        "attachments": (not all(_is_line(each.name) for each in message.attachments) and one_line)
        or (
            sum(len(each.content) for each in message.attachments) > MOST_BYTES
            and _("The attachments are too large: at most %(megabytes)s MB together.", megabytes=MOST_BYTES >> 20)
        ),
    }
    fields = tuple(FieldError(field, fault) for field, fault in faults.items() if fault)
    if fields:
        raise Invalid(_("This message cannot be sent."), fields)


def compose(message: Message, sender: str, reference: str) -> EmailMessage:
    """The mail as it is sent. The same ``reference`` gives the same Message-ID: who gets it twice can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = _address(sender), _address(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.local(clock.now()))
    mail["Message-ID"] = f"<{reference}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply to an automatic message
    mail.set_content(message.body)
    for each in message.attachments:
        maintype, _slash, subtype = each.kind.partition("/")
        mail.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.name)
    return mail


def packed(message: Message) -> bytes:
    """A message as bytes, to be sealed and kept."""
    attachments = [[each.name, each.kind, base64.b64encode(each.content).decode()] for each in message.attachments]
    return json.dumps([message.to, message.subject, message.body, attachments]).encode()


def unpacked(content: bytes) -> Message:
    """What ``packed`` made, as a message again."""
    to, subject, body, attachments = json.loads(content)
    files = tuple(Attachment(name, base64.b64decode(data), kind) for name, kind, data in attachments)
    return Message(to, subject, body, files)


def _address(text: str) -> Address:
    name, _at, domain = text.rpartition("@")
    return Address(username=name, domain=domain)  # read from one text, letters beyond ASCII would be refused


def _is_line(text: str) -> bool:
    return 0 < len(text.strip()) <= len(text) <= LONGEST_SUBJECT and texts.is_fit(text)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return "\0" not in text
