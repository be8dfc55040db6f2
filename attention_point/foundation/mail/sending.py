"""The mail server: one connection for several messages, over verified TLS, bounded in time.

Nothing that the server says is repeated: its words name addresses. Its three-digit codes are kept (RFC 5321 §4.2).
"""

import smtplib
import ssl
from types import TracebackType
from typing import Self

from attention_point.foundation.database import new_id
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.message import Message, check, compose
from attention_point.foundation.mail_server import MailServer
from attention_point.foundation.refusals import Refusal
from attention_point.foundation.settings import Settings

SECONDS = 20.0
"""The longest wait for any one answer of the server."""


class ServerTrouble(Refusal):
    """No mail can be sent now, whoever it is for. ``code``: mail-not-set, -unreachable, -tls, -sign-in, -sender."""

    status = 503


class Undelivered(Refusal):
    """This message was not taken. ``lasting``: the server will not take it later either (a code of 500 or more)."""

    status = 502

    def __init__(self, message: str, code: str, *, lasting: bool) -> None:
        super().__init__(message, code)
        self.lasting = lasting


def send(settings: Settings, message: Message) -> None:
    """Send one message now. Raises Invalid for a wrong field, ServerTrouble or Undelivered."""
    check(message)
    with Post(settings) as post:
        post.send(message, str(new_id()))


class Post:
    """A connection to the mail server, made when first needed, and anew when the server closed it."""

    def __init__(self, settings: Settings) -> None:
        self._server, self._sender = settings.mail_server, settings.sender
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._smtp is not None and self._smtp.sock is not None:
            try:
                self._smtp.quit()
            except OSError:  # what was taken is taken
                self._smtp.close()

    def send(self, message: Message, reference: str) -> None:
        """Hand one message over; the server has taken it when this returns. Raises ServerTrouble or Undelivered."""
        smtp = self._connected()
        try:
            smtp.send_message(compose(message, self._sender, reference), self._sender, [message.to])
        except smtplib.SMTPSenderRefused as error:  # it would refuse every other message too
            raise ServerTrouble(
                _("The mail server takes no mail from this sender (%(code)s).", code=error.smtp_code), "mail-sender"
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _words),) = error.recipients.values()
            raise _undelivered("recipient", code) from None
        except smtplib.SMTPResponseException as error:
            raise _undelivered("content", error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            message_text = _("The mail server does not take an address with these letters.")
            raise Undelivered(message_text, "mail-letters", lasting=True) from None
        except OSError:
            smtp.close()
            broken = _("The connection to the mail server broke.")
            raise Undelivered(broken, "mail-broken", lasting=False) from None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            raise ServerTrouble(_("No mail server is set: see ATTENTION_POINT_SMTP_URL."), "mail-not-set")
        if self._smtp is None or self._smtp.sock is None:
            self._smtp = _open(self._server)
        return self._smtp


def _undelivered(part: str, code: int) -> Undelivered:
    message = _("The mail server did not take the message (%(code)s).", code=code)
    return Undelivered(message, f"mail-{part}-{code}", lasting=code >= 500)


def _open(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as the settings say. Raises ServerTrouble."""
    smtp: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context()
        if server.tls:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        if server.starttls:
            smtp.starttls(context=context)
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)
    except (OSError, ValueError) as error:
        if smtp is not None:
            smtp.close()
        raise _trouble(error) from None
    return smtp


def _trouble(error: Exception) -> ServerTrouble:
    match error:
        case ssl.SSLError():
            return ServerTrouble(_("The mail server's certificate or encryption is not to be trusted."), "mail-tls")
        case smtplib.SMTPAuthenticationError():
            return ServerTrouble(_("The mail server refuses the user or the password."), "mail-sign-in")
        case smtplib.SMTPNotSupportedError():
            return ServerTrouble(
                _("The mail server does not offer what the settings ask: STARTTLS, sign-in."), "mail-tls"
            )
    return ServerTrouble(_("The mail server cannot be reached."), "mail-unreachable")
