"""Sending, tried against a real server: over TLS or not at all, and a clear word for every refusal."""

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.mail import MailServerError, Message, MessageNotDelivered, send_message, smtp_connection
from attention_point.foundation.mail.smtp_connection import MailConnection
from attention_point.foundation.settings import Settings, read_settings
from tests.support.mail import PostOffice, post_office, server_context

ANA = Message("ana.rojas@example.org", "Cifras", "Ya están las cifras.\n")
LUIS = Message("luis.mora@example.org", "Cifras", "Ya están las cifras.\n")


def settings(url: str | None, **values: str) -> Settings:
    more = {f"ATTENTION_POINT_{name}": value for name, value in values.items()}
    return read_settings(more if url is None else {"ATTENTION_POINT_SMTP_URL": url, **more})


def refused(url: str | None, message: Message = ANA) -> AppError:
    """What sending raises; never with an address or the server's words in it."""
    with pytest.raises(AppError) as caught:
        send_message(settings(url), message)
    assert "example.org" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_message_arrives(office: PostOffice) -> None:
    send_message(settings(office.url, MAIL_FROM="punto@example.org"), ANA)
    ((recipient, mail),) = office.took
    assert (recipient, mail["From"], mail["Subject"]) == (ANA.to, "punto@example.org", "Cifras")
    assert mail.get_content().replace("\r\n", "\n") == ANA.body
    assert office.secure == [False]  # on this machine


def test_several_go_over_one_connection(office: PostOffice) -> None:
    with MailConnection(settings(office.url)) as post:
        for _time in range(3):
            post.send_message(ANA, "ref")
    assert (len(office.took), office.connections) == (3, 1)


def test_after_the_server_hung_up_the_next_goes_over_a_new_connection(office: PostOffice) -> None:
    office.hang_up = {LUIS.to}
    with MailConnection(settings(office.url)) as post:
        post.send_message(ANA, "1")
        with pytest.raises(MessageNotDelivered) as caught:
            post.send_message(LUIS, "2")
        post.send_message(ANA, "3")
    assert (caught.value.code, caught.value.is_permanent) == ("mail-broken", False)
    assert office.recipients == [ANA.to, ANA.to]
    assert office.connections == 2


@pytest.mark.parametrize(
    ("answer", "code", "lasting"),
    [("550 no ana.rojas@example.org here", "550", True), ("451 ask later", "451", False), ("421 bye", "421", False)],
)
def test_a_recipient_that_is_not_taken(office: PostOffice, answer: str, code: str, lasting: bool) -> None:
    office.refuse = {ANA.to: answer}
    error = refused(office.url)
    assert isinstance(error, MessageNotDelivered)
    assert (error.code, error.is_permanent) == (f"mail-recipient-{code}", lasting)
    assert code in error.message


def test_a_content_that_is_not_taken(office: PostOffice) -> None:
    office.refuse_content = "554 too much"
    error = refused(office.url)
    assert (error.code, isinstance(error, MessageNotDelivered) and error.is_permanent) == ("mail-content-554", True)


def test_a_sender_that_is_not_taken_stops_all(office: PostOffice) -> None:
    office.refuse_sender = "553 not you"
    error = refused(office.url)
    assert isinstance(error, MailServerError)
    assert error.code == "mail-sender"


def test_without_a_server_it_says_which_setting() -> None:
    error = refused(None)
    assert error.code == "mail-not-set"
    assert "ATTENTION_POINT_SMTP_URL" in error.message


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(f"smtp://127.0.0.1:{port}").code == "mail-unreachable"


def test_a_server_that_says_nothing_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connection, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert refused(f"smtp://127.0.0.1:{silent.getsockname()[1]}").code == "mail-unreachable"


def test_a_wrong_message_never_reaches_the_server(office: PostOffice) -> None:
    with pytest.raises(Invalid):
        send_message(settings(office.url), replace(ANA, subject="a\nBcc: luis.mora@example.org"))
    assert (office.took, office.connections) == ([], 0)


def test_letters_that_the_server_does_not_know(office: PostOffice) -> None:
    with post_office(enable_SMTPUTF8=False) as plain:
        assert refused(plain.url, replace(ANA, to="josé@example.com")).code == "mail-letters"
    send_message(settings(office.url), replace(ANA, to="josé@example.com"))
    assert office.recipients == ["josé@example.com"]


@pytest.fixture
def trusted(certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The certificate, of an authority that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    return certificate


def test_tls_from_the_first_byte(trusted: tuple[str, str]) -> None:
    with post_office("smtps", ssl_context=server_context(*trusted)) as office:
        send_message(settings(office.url), ANA)
    assert office.recipients == [ANA.to]


def test_starttls_before_anything_is_said(trusted: tuple[str, str]) -> None:
    with post_office(tls_context=server_context(*trusted), require_starttls=True) as office:
        send_message(settings(f"{office.url}?starttls=required"), ANA)
    assert office.secure == [True]


@pytest.mark.parametrize("kind", ["smtps", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: tuple[str, str], kind: str) -> None:
    context = server_context(*certificate)
    given: dict[str, Any] = {"ssl_context": context} if kind == "smtps" else {"tls_context": context}
    with post_office("smtps" if kind == "smtps" else "smtp", **given) as office:
        url = office.url if kind == "smtps" else f"{office.url}?starttls=required"
        assert refused(url).code == "mail-tls"
    assert office.took == []


def test_a_certificate_of_another_host_is_refused(trusted: tuple[str, str]) -> None:
    with post_office("smtps", ssl_context=server_context(*trusted)) as office:
        assert refused(office.url.replace("localhost", "127.0.0.1")).code == "mail-tls"


def test_a_server_without_starttls_gets_nothing(office: PostOffice) -> None:
    assert refused(f"{office.url}?starttls=required").code == "mail-tls"
    assert office.took == []


@pytest.mark.parametrize(("password", "taken"), [("p%40ss%3Asecret", True), ("secret", False)])
def test_signing_in(trusted: tuple[str, str], password: str, taken: bool) -> None:
    def check(_server: object, _session: object, _envelope: object, _kind: str, given: object) -> AuthResult:
        right = (getattr(given, "login", b""), getattr(given, "password", b"")) == (b"desk", b"p@ss:secret")
        return AuthResult(success=right, handled=False)

    context = server_context(*trusted)
    given: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": check,
        "auth_required": True,
    }
    with post_office(user=f"desk:{password}@", **given) as office:
        url = f"{office.url}?starttls=required"
        if taken:
            send_message(settings(url), ANA)
        else:
            assert refused(url).code == "mail-sign-in"
    assert bool(office.took) is taken


def test_a_password_does_not_show(tmp_path: Path) -> None:
    shown = settings("smtps://desk:the-secret@example.org", INSTANCE=str(tmp_path))
    assert "the-secret" not in repr(shown)
    assert "the-secret" not in repr(shown.mail_server)
