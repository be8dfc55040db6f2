"""A message as data, and as the mail that goes over the wire (RFC 5322, MIME)."""

import base64
import json
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.mail_server import is_mail_address

MAX_SUBJECT_LENGTH = 200  # far below the 998 characters of a line of mail (RFC 5322 §2.1.1)
MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
"""For all attachments together: few servers take more than 15 MB, and base64 adds a third."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: the name that the reader sees, its bytes and its media type."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one address, so that no reader sees another's: a subject line, a plain text and files.

    ``leaves_trace``: once it is sent, its row stays without its content, and the journal has an entry.
    """

    to: str
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()
    leaves_trace: bool = True


def check_message(message: Message) -> None:
    """Raise Invalid with the wrong fields of a message that could not be sent or would forge a header."""
    one_line = _("This must be one line of text, at most %(most)s characters.", most=MAX_SUBJECT_LENGTH)
    errors: dict[str, str] = {}
    if not is_mail_address(message.to):
        errors["to"] = _(texts.find_email_fault(message.to) or texts.INVALID_EMAIL)
    if not _is_subject_line(message.subject):
        errors["subject"] = one_line
    if not message.body.strip():
        errors["body"] = _("This is required.")
    elif not _is_sendable_text(message.body):
        errors["body"] = _(texts.UNFIT_CHARACTERS)
    if not all(_is_subject_line(attachment.name) for attachment in message.attachments):
        errors["attachments"] = one_line
    elif sum(len(attachment.content) for attachment in message.attachments) > MAX_ATTACHMENT_BYTES:
        megabytes = MAX_ATTACHMENT_BYTES // 1024**2
        errors["attachments"] = _(
            "The attachments are too large: at most %(megabytes)s MB together.", megabytes=megabytes
        )
    if errors:
        field_errors = tuple(FieldError(field, error) for field, error in errors.items())
        raise Invalid(_("This message cannot be sent."), field_errors)


def build_email(message: Message, sender: str, reference: str) -> EmailMessage:
    """Return the mail. The same ``reference`` gives the same Message-ID, so that a repeated mail can be recognised."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = _build_address(sender), _build_address(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.to_local_time(clock.now()))
    mail["Message-ID"] = f"<{reference}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply to an automatic message
    mail.set_content(message.body)
    for attachment in message.attachments:
        maintype, _slash, subtype = attachment.media_type.partition("/")
        mail.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name)
    return mail


def encode_message(message: Message) -> bytes:
    """Return the message as bytes, which the outbox seals."""
    attachments = [
        [attachment.name, attachment.media_type, base64.b64encode(attachment.content).decode()]
        for attachment in message.attachments
    ]
    return json.dumps([message.to, message.subject, message.body, attachments, message.leaves_trace]).encode()


def decode_message(content: bytes) -> Message:
    """Return the message of the bytes that ``encode_message`` made."""
    # A message that an older version of the program stored has four members.
    to, subject, body, attachments, *others = json.loads(content)
    files = tuple(
        Attachment(name, base64.b64decode(encoded_content), media_type)
        for name, media_type, encoded_content in attachments
    )
    return Message(to, subject, body, files, *others)


def _build_address(text: str) -> Address:
    name, _at, domain = text.rpartition("@")
    # Given as one text (``addr_spec``), an address with letters beyond ASCII would be refused.
    return Address(username=name, domain=domain)


def _is_subject_line(text: str) -> bool:
    return 0 < len(text.strip()) <= len(text) <= MAX_SUBJECT_LENGTH and texts.is_fit_text(text)


def _is_sendable_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return "\0" not in text
