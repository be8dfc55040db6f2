"""Mail: a message to one address, sent at once or kept in the outbox until the server takes it."""

from attention_point.foundation.mail.letters import letter
from attention_point.foundation.mail.message import Attachment, Message
from attention_point.foundation.mail.outbox import queue, send_waiting
from attention_point.foundation.mail.sending import ServerTrouble, Undelivered, send

__all__ = [
    "Attachment",
    "Message",
    "ServerTrouble",
    "Undelivered",
    "letter",
    "queue",
    "send",
    "send_waiting",
]
