"""The mail server: one connection for several messages, over verified TLS and with a time-out.

The server's words are never repeated, because they name addresses. Its three-digit codes are (RFC 5321 §4.2).
"""

import smtplib
import ssl
from types import TracebackType
from typing import Self

from attention_point.foundation.database import new_id
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.mail.message import Message, build_email, check_message
from attention_point.foundation.network.mail_server import MailServer
from attention_point.foundation.settings import Settings

TIMEOUT_SECONDS = 20.0
"""The longest wait for each answer of the server."""


class MailServerError(AppError):
    """No mail at all can be sent now. ``code`` is mail-not-set, -unreachable, -tls, -sign-in or -sender."""

    status = 503


class MessageNotDelivered(AppError):
    """The server did not take this message. ``is_permanent``: it will not later either (a code of 500 or more)."""

    status = 502

    def __init__(self, message: str, code: str, *, is_permanent: bool) -> None:
        super().__init__(message, code)
        self.is_permanent = is_permanent


def send_message(settings: Settings, message: Message) -> None:
    """Send one message now. Raises Invalid for a wrong field, MailServerError or MessageNotDelivered."""
    check_message(message)
    with MailConnection(settings) as connection:
        connection.send_message(message, str(new_id()))


class MailConnection:
    """A connection to the mail server. It is made when a message needs it, and made anew after the server closed it."""

    def __init__(self, settings: Settings) -> None:
        self._server, self._sender = settings.mail_server, settings.sender_address
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._smtp is not None and self._smtp.sock is not None:
            try:
                self._smtp.quit()
            except OSError:  # the messages are delivered; how the connection ends does not matter
                self._smtp.close()

    def send_message(self, message: Message, reference: str) -> None:
        """Send one message; the server has taken it when this returns.

        Raises MailServerError or MessageNotDelivered.
        """
        smtp = self._connect()
        try:
            smtp.send_message(build_email(message, self._sender, reference), self._sender, [message.to])
        except smtplib.SMTPSenderRefused as error:  # it would refuse every other message too
            raise MailServerError(
                _("The mail server does not accept mail from this sender (%(code)s).", code=error.smtp_code),
                "mail-sender",
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _words),) = error.recipients.values()
            raise _build_not_delivered("recipient", code) from None
        except smtplib.SMTPResponseException as error:
            raise _build_not_delivered("content", error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            message_text = _("The mail server does not accept an address with these letters.")
            raise MessageNotDelivered(message_text, "mail-letters", is_permanent=True) from None
        except OSError:
            smtp.close()
            broken = _("The connection to the mail server was lost.")
            raise MessageNotDelivered(broken, "mail-broken", is_permanent=False) from None

    def _connect(self) -> smtplib.SMTP:
        if self._server is None:
            raise MailServerError(_("No mail server is set: see ATTENTION_POINT_SMTP_URL."), "mail-not-set")
        if self._smtp is None or self._smtp.sock is None:
            self._smtp = _connect_to_server(self._server)
        return self._smtp


def _build_not_delivered(part: str, code: int) -> MessageNotDelivered:
    message = _("The mail server did not accept the message (%(code)s).", code=code)
    return MessageNotDelivered(message, f"mail-{part}-{code}", is_permanent=code >= 500)


def _connect_to_server(server: MailServer) -> smtplib.SMTP:
    """Connect, encrypt and sign in as the settings say. Raises MailServerError."""
    smtp: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context()  # verifies the certificate and the host's name
        if server.tls:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        if server.starttls:  # required: a server that does not offer it raises SMTPNotSupportedError
            smtp.starttls(context=context)
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors; a host's name may be no IDNA name
        if smtp is not None:
            smtp.close()
        raise _build_server_error(error) from None
    return smtp


def _build_server_error(error: Exception) -> MailServerError:
    match error:
        case ssl.SSLError():
            return MailServerError(_("The mail server's certificate or encryption cannot be trusted."), "mail-tls")
        case smtplib.SMTPAuthenticationError():
            return MailServerError(_("The mail server refused the user or the password."), "mail-sign-in")
        case smtplib.SMTPNotSupportedError():
            return MailServerError(
                _("The mail server does not offer what the settings require: STARTTLS or sign-in."), "mail-tls"
            )
    return MailServerError(_("The mail server cannot be reached."), "mail-unreachable")
