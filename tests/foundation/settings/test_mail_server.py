"""The mail server's address: what it may say, and that nothing goes in clear to another machine unasked."""

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from attention_point.foundation.network.mail_server import MailServer, is_mail_address, read_mail_server
from attention_point.foundation.settings import ENVIRONMENT_PREFIX, SettingsError, read_settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25, tls=False, starttls=True)),
        ("smtp://mail.example.org:587/", MailServer("mail.example.org", 587, tls=False, starttls=True)),
        ("smtp://mail.example.org?starttls=never", MailServer("mail.example.org", 25, tls=False, starttls=False)),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, tls=True, starttls=False)),
        ("smtp://localhost:1025", MailServer("localhost", 1025, tls=False, starttls=False)),
        ("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025, tls=False, starttls=False)),
        ("smtp://[::1]:1025", MailServer("::1", 1025, tls=False, starttls=False)),
        ("smtp://10.0.0.5", MailServer("10.0.0.5", 25, tls=False, starttls=True)),
        ("smtp://localhost?starttls=required", MailServer("localhost", 25, tls=False, starttls=True)),
        ("smtps://a%40b:p%2Fw@m.org", MailServer("m.org", 465, tls=True, starttls=False, user="a@b", password="p/w")),
    ],
)
def test_an_address_is_read(url: str, server: MailServer) -> None:
    assert read_mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:port",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org/folder",
        "smtp://[::1",
        "smtp://mail.example.org?starttls=maybe",
        "smtp://mail.example.org?tls=never",
        "smtp://a-secret@mail.example.org",
        "smtp://desk:a-secret@mail.example.org?starttls=never",
    ],
)
def test_another_is_refused_at_start_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL") as caught:
        read_settings({f"{ENVIRONMENT_PREFIX}SMTP_URL": url})
    assert "a-secret" not in str(caught.value)
    assert "example.org" not in str(caught.value).replace("smtp://host", "")


@generated(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        server = read_mail_server(text)
    except ValueError:
        return
    assert server.host
    assert server.port >= 0


@pytest.mark.parametrize(
    ("public", "sender"),
    [
        ("https://point.example.org", "attention-point@point.example.org"),
        ("http://127.0.0.1:8000", "attention-point@localhost"),
        ("http://[fe80::1]:8000", "attention-point@localhost"),
    ],
)
def test_the_sender_follows_the_public_address(public: str, sender: str) -> None:
    assert read_settings({f"{ENVIRONMENT_PREFIX}PUBLIC_URL": public}).sender_address == sender
    chosen = read_settings(
        {f"{ENVIRONMENT_PREFIX}PUBLIC_URL": public, f"{ENVIRONMENT_PREFIX}MAIL_FROM": "punto@example.org"}
    )
    assert chosen.sender_address == "punto@example.org"


@pytest.mark.parametrize("sender", ["punto", "Punto <punto@example.org>", "a@b.org, c@d.org", "a@b.org\nBcc: c@d.org"])
def test_a_sender_is_one_address(sender: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        read_settings({f"{ENVIRONMENT_PREFIX}MAIL_FROM": sender})


def test_an_empty_setting_sends_nothing() -> None:
    settings = read_settings({f"{ENVIRONMENT_PREFIX}SMTP_URL": "", f"{ENVIRONMENT_PREFIX}MAIL_FROM": ""})
    assert (settings.mail_server, settings.smtp_url, settings.mail_from) == (None, None, None)


@generated(st.text())
def test_an_address_never_ends_a_line(text: str) -> None:
    assert not is_mail_address(f"{text}\r\n@example.org")
    assert not is_mail_address(f"ana@example.org\n{text}")
