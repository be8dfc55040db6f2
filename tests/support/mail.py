"""A real mail server on this machine, in a thread: keeps what it takes, refuses what a test says."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

OK = "250 OK"


@dataclass
class PostOffice:
    """``refuse`` maps a recipient to the server's answer; ``refuse_sender`` and ``refuse_content`` are for all."""

    url: str = ""
    took: list[tuple[str, EmailMessage]] = field(default_factory=list)
    connections: int = 0
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_sender: str = OK
    refuse_content: str = OK
    hang_up: set[str] = field(default_factory=set)
    secure: list[bool] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        """To whom mail was taken, in order."""
        return [recipient for recipient, _mail in self.took]

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, answers: list[str]) -> Any:  # noqa: N802
        """Count a connection; each says this once, and once more after STARTTLS."""
        self.connections += session.ssl is None
        session.host_name = hostname
        return answers

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take or refuse a sender."""
        envelope.mail_from = address
        return self.refuse_sender

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take or refuse a recipient."""
        if address in self.hang_up:
            server.transport.close()
        answer = self.refuse.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take or refuse the content."""
        if self.refuse_content == OK:
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.took += [(recipient, mail) for recipient in envelope.rcpt_tos]
            self.secure.append(session.ssl is not None)
        return self.refuse_content


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office(scheme: str = "smtp", user: str = "", **parameters: Any) -> Iterator[PostOffice]:
    """The server until the block ends; ``parameters`` are aiosmtpd's. ``user`` is put into the address."""
    office = PostOffice()
    controller = _AnyPort(office, hostname="127.0.0.1", port=0, **parameters)
    controller.start()
    office.connections = 0
    office.url = f"{scheme}://{user}localhost:{controller.port}"
    try:
        yield office
    finally:
        controller.stop()


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
