"""An agent's browser at the desk: what a form would send, filled, checked and decided."""

import re
from collections.abc import Callable, Iterator, Mapping

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from attention_point.foundation.journal import JournalEntry
from attention_point.intake.models import Visit
from attention_point.referrals import queries as referral_queries
from tests.support.pages import Element, PageClient, read, title_of

SignIn = Callable[..., PageClient]


Fields = dict[str, list[str]]


CHECK, RECORD = "/visits/check", "/visits"


NAME = "María «Ñáñez» <b>O'Neil</b> & cía"


TYPED: Fields = {
    "needs": ["EMP-SENA", "MIG-REG"],
    "vulnerabilities": ["pregnant", "street"],
    "given_names": [NAME],
    "surname_1": ["Velásquez"],
    "birth_date": ["17/03/1991"],
    "sex": ["F"],
    "nationality": ["Venezuela"],
    "municipality": ["Bucaramanga (Santander)"],
    "documents-0-type": ["DE"],
    "documents-0-number": ["V-12.345.678"],
    "documents-1-type": ["PA"],
    "documents-1-number": ["045678123"],
    "documents-1-expires": ["01/05/2030"],
    "child_born_in_colombia_without_note": ["y"],
    "seeing": ["some"],
    "adults": ["2"],
    "accompanied_by": [],
    "attention": ["yes"],
    "contact": ["no"],
    "notes": ['Primera línea & "comillas"\nSegunda <script>alert(1)</script>'],
}


ALONE: Fields = {
    **TYPED,
    "child_born_in_colombia_without_note": [],
    "birth_date": ["01/02/2015"],
    "accompanied_by": ["alone"],
}


def text(page: TestResponse) -> str:
    """The page's body."""
    return page.get_data(as_text=True)


def sent(page: TestResponse, action: str) -> Fields:
    """What a browser would send of a page's form, by name; blank fields are left out."""
    (form,) = [one for one in read(text(page)) if one.tag == "form" and one.get("action") == action]
    fields: Fields = {}
    for name, value in (pair for one in form.inside for pair in _pairs(one)):
        if value:
            fields.setdefault(name, []).append(value)
    return fields


def _pairs(one: Element) -> Iterator[tuple[str, str]]:
    name, value = one.get("name"), one.attributes.get("value", "")
    if one.tag == "textarea":
        yield name, re.sub(r"\A\r?\n", "", one.text)
    elif one.tag == "option" and "selected" in one.attributes:
        around = one.within("select")
        yield (around.get("name") if around else ""), value
    elif one.tag == "input" and (one.get("type") not in {"radio", "checkbox"} or "checked" in one.attributes):
        yield name, value


def typed(page: TestResponse, action: str = CHECK) -> Fields:
    """The same without the form's token, which is not typed."""
    return {name: values for name, values in sent(page, action).items() if name != "csrf_token"}


def filled(client: PageClient, **changes: list[str]) -> Fields:
    """A new form, filled in: what would be sent."""
    empty_form = client.get("/visits/new", follow_redirects=True)
    fields = {**sent(empty_form, CHECK), "point": ["bucaramanga"], **TYPED, **changes}
    return {name: values for name, values in fields.items() if values}


def posted(client: PageClient, address: str, fields: Mapping[str, str | list[str]]) -> TestResponse:
    """The page to which a form leads: it is reached by a redirection, so that going back and reloading find it."""
    reply = client.post(address, data=fields)
    assert reply.status_code == 303, text(reply)
    page = client.get(reply.headers["Location"])
    assert page.status_code == 200, text(page)
    return page


def checked(client: PageClient, **changes: list[str]) -> TestResponse:
    """The check page of a filled form."""
    page = posted(client, CHECK, filled(client, **changes))
    assert page.request.path.endswith("/check"), text(page)
    return page


def decided(page: TestResponse, default: str = "refer", **decisions: str) -> Fields:
    """What would be sent of a check page when each suggestion is decided."""
    fields = sent(page, RECORD)
    for service in fields.get("suggested-0", []):
        fields[f"decision-0-{service}"] = [decisions.get(service.replace("-", "_"), default)]
    # What the same entity has already is referred once more with a reason.
    for name in [name for name in fields if name.startswith("open-")]:
        fields.setdefault(name.replace("open-", "reason-", 1), ["Perdió la hoja."])
    return fields


def recorded(client: PageClient, **changes: list[str]) -> str:
    """The address of a recorded visit."""
    reply = client.post(RECORD, data=decided(checked(client, **changes)))
    assert reply.status_code == 303
    return str(reply.headers["Location"]).removesuffix("?print=1")


def count(app: Flask, table: type = Visit) -> int:
    """Rows of a table."""
    with app.extensions["database"].read_session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def actions(app: Flask) -> list[str]:
    """The journal's actions, oldest first."""
    with app.extensions["database"].read_session() as session:
        return list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


def services(app: Flask) -> set[str]:
    """The services that were referred to."""
    with app.extensions["database"].read_session() as session:
        return {
            referral.service
            for referral in referral_queries.list_decrypted_of_visit(session, session.scalars(select(Visit.id)).one())
        }


def told_beside(page: TestResponse, field: str, target: str) -> None:
    """A complaint stands beside the field, and the summary leads to it."""
    elements = read(text(page))
    beside = [one for one in elements if one.get("id") == f"{field}-error"]
    links = [one for one in elements if one.tag == "a" and one.get("href") == f"#{target}"]
    assert len(beside) == 1, f"nothing beside {field}"
    assert len(links) == 1, f"no link to {target}"
    assert links[0].within("div")
    assert target in {one.get("id") for one in elements}
    assert title_of(text(page)).startswith("Error:")
