"""Mail: messages to one address each, sent at once or stored in the outbox until the mail server takes them."""

from attention_point.foundation.mail.letters import build_letter
from attention_point.foundation.mail.message import Attachment, Message
from attention_point.foundation.mail.outbox import discard_messages_to, queue_message, send_due_messages
from attention_point.foundation.mail.smtp_connection import MailServerError, MessageNotDelivered, send_message

__all__ = [
    "Attachment",
    "Message",
    "MailServerError",
    "MessageNotDelivered",
    "build_letter",
    "discard_messages_to",
    "queue_message",
    "send_message",
    "send_due_messages",
]
