"""Forms of registers as a browser sends them."""

from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.schema.schema import Register
from tests.support.pages import PageClient, read


def fields_of(page: TestResponse) -> dict[str, Any]:
    """What the page's form would send, untouched."""
    sent: dict[str, Any] = {}
    for input_field in read(page.get_data(as_text=True)):
        name, kind = input_field.get("name"), input_field.get("type")
        form = input_field.within("form")
        if not name or form is None or form.get("method").lower() != "post":
            continue
        if input_field.tag == "textarea":
            sent[name] = input_field.text.strip("\n")
        elif input_field.tag == "select":
            chosen = [option.get("value") for option in input_field.inside if "selected" in option.attributes]
            sent[name] = chosen[0] if chosen else next((option.get("value") for option in input_field.inside), "")
        elif kind in {"checkbox", "radio"}:
            if "checked" in input_field.attributes:
                sent.setdefault(name, []).append(input_field.get("value") or "y")
        elif kind != "file":
            sent[name] = input_field.attributes.get("value", "")
    return sent


def submit(client: PageClient, address: str, **typed: Any) -> TestResponse:
    """Open a form, type into it and send it."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    sent = {**fields_of(page), **{name.replace("__", "-"): value for name, value in typed.items()}}
    return client.post(address, data=sent)


def send_file(client: PageClient, address: str, token: str, name: str, content: bytes) -> TestResponse:
    """Send a form with one file."""
    sent = {"csrf_token": token, "file": FileStorage(BytesIO(content), name)}
    boundary, body = encode_multipart(sent)
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def only(session: Session, register: Register) -> RecordColumns:
    """The register's one record."""
    return session.scalars(select(register.model)).one()
