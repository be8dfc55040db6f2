"""A message: what is refused before it is kept, what stands in the mail, what survives being kept."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import in_language
from attention_point.foundation.mail import Attachment, Message, build_letter
from attention_point.foundation.mail import message as message_module
from attention_point.foundation.mail.message import build_email, check_message, decode_message, encode_message

GOOD = Message("ana.rojas@example.org", "Cifras de septiembre", "Buen día.\n")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def read(message: Message) -> EmailMessage:
    """A message as its reader's program has it."""
    return message_from_bytes(build_email(message, "desk@example.org", "ref-1").as_bytes(), policy=policy.default)


def with_(**values: object) -> Message:
    return Message(**{"to": GOOD.to, "subject": GOOD.subject, "body": GOOD.body, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", ""),
        ("to", "ana.rojas"),
        ("to", "ana@example.org, luis@example.org"),
        ("to", "Ana <ana@example.org>"),
        ("to", "ana@example.org\r\nBcc: luis@example.org"),
        ("to", "ana@example.org\n"),
        ("to", "a" * 250 + "@example.org"),
        ("subject", ""),
        ("subject", "  "),
        ("subject", "Cifras\nBcc: luis@example.org"),
        ("subject", "Cifras\r\n\r\nOtro cuerpo"),
        ("subject", "x" * 201),
        ("body", " \n"),
        ("body", "half a pair \ud800"),
        ("body", "a\0b"),
        ("attachments", (Attachment("cifras\n.pdf", b"%PDF"),)),
        ("attachments", (Attachment("", b"%PDF"),)),
    ],
)
def test_what_is_no_proper_mail_is_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        check_message(with_(**{field: value}))
    assert [field_error.field for field_error in caught.value.field_errors] == [field]


def test_attachments_have_a_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_module, "MAX_ATTACHMENT_BYTES", 10)
    check_message(with_(attachments=(Attachment("a.pdf", b"12345"), Attachment("b.pdf", b"12345"))))
    with pytest.raises(Invalid):
        check_message(with_(attachments=(Attachment("a.pdf", b"12345"), Attachment("b.pdf", b"123456"))))


def test_the_mail_says_whence_whither_and_that_no_person_wrote_it() -> None:
    mail = read(GOOD)
    assert (mail["From"], mail["To"], mail["Subject"]) == ("desk@example.org", GOOD.to, GOOD.subject)
    assert mail["Message-ID"] == "<ref-1@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].endswith("-0500")
    assert mail.get_content().splitlines() == GOOD.body.splitlines()


def test_attachments_come_whole_under_their_names() -> None:
    content = bytes(range(256)) * 5
    mail = read(with_(attachments=(Attachment("Boletín n.º 3.pdf", content), Attachment("a.csv", b"x", "text/csv"))))
    first, second = mail.iter_attachments()
    assert (first.get_filename(), first.get_content_type(), first.get_content()) == (
        "Boletín n.º 3.pdf",
        "application/pdf",
        content,
    )
    assert second.get_content_type() == "text/csv"


@given(TEXT, TEXT)
def test_no_text_ever_makes_a_header_of_its_own(subject: str, body: str) -> None:
    message = with_(subject=subject, body=body)
    try:
        check_message(message)
    except Invalid:
        return
    mail = read(message)
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version",
    }  # fmt: skip
    assert mail["To"] == GOOD.to


@given(TEXT, TEXT, st.lists(st.tuples(TEXT, st.binary())))
def test_a_kept_message_is_the_same_message(subject: str, body: str, files: list[tuple[str, bytes]]) -> None:
    message = with_(subject=subject, body=body, attachments=tuple(Attachment(*file) for file in files))
    assert decode_message(encode_message(message)) == message


def test_a_letter_is_in_its_reader_s_language() -> None:
    with in_language("es"):
        spanish = build_letter("Ana Rojas", "Uno.", "http://127.0.0.1:8000/statistics")
    with in_language("en"):
        english = build_letter("Ana Rojas", "One.")
    assert spanish.startswith("Buen día, Ana Rojas:\n\nUno.\n\nhttp://127.0.0.1:8000/statistics\n\n-- \n")
    assert english.startswith("Good day, Ana Rojas:\n\nOne.\n\n-- \n")
    check_message(with_(body=spanish))
