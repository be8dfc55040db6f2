"""Hostile texts in every form of every page: the field is named, what was typed is there, nothing is stored."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.access import access_of
from attention_point.foundation.access.table import ANYONE, let_in
from attention_point.intake.models import Visit
from tests.portal.support import browser, referral_of
from tests.support.directory import load_shipped
from tests.support.pages import Element, PageClient, read
from tests.support.visits import recorded
from tests.texts.hostile import kinds, message, stored

TYPED = {"text", "email", "search", "tel", "url", ""}


@dataclass(frozen=True)
class Sent:
    """A form as a browser would send it, and the names of the fields in which one types."""

    action: str
    fields: dict[str, list[str]]
    typed: tuple[str, ...]


def forms_of(page: TestResponse, address: str) -> Iterator[Sent]:
    """The forms of a page that write and have something to type."""
    for form in read(page.get_data(as_text=True)):
        if form.tag != "form" or form.get("method").lower() != "post":
            continue
        fields: dict[str, list[str]] = {}
        typed: list[str] = []
        for one in form.inside:
            _take(one, fields, typed)
        if typed:
            yield Sent(form.get("action") or address, fields, tuple(typed))


def _take(one: Element, fields: dict[str, list[str]], typed: list[str]) -> None:
    name, kind = one.get("name"), one.get("type")
    if one.tag == "textarea" or (one.tag == "input" and kind in TYPED):
        fields[name] = [one.attributes.get("value", "") if one.tag == "input" else one.text]
        typed.append(name)
    elif one.tag == "input" and kind in {"hidden", "password"}:
        fields.setdefault(name, []).append(one.attributes.get("value", "") or "secret words of somebody")
    elif one.tag == "input" and kind in {"radio", "checkbox"}:
        fields.setdefault(name, [one.attributes.get("value", "")])
    elif one.tag == "option" and (select_ := one.within("select")) and one.get("value"):
        fields.setdefault(select_.get("name"), [one.get("value")])


def pages_of(app: Flask) -> Iterator[tuple[str, str]]:
    """Who opens it, and the address, of every page that stands still or needs an id of what was recorded."""
    with app.extensions["database"].writing() as session:
        load_shipped(session)
        referral = referral_of(recorded(session), "sena")
        person = session.scalars(select(Visit.person_id)).one()
    parts = {
        "/directory/entities/<string(maxlength=40):code>/edit": "/directory/entities/sena/edit",
        "/directory/services/<string(maxlength=40):code>/edit": "/directory/services/EMP-SENA/edit",
        "/portal/referrals/<uuid:referral>": f"/portal/referrals/{referral}",
        "/referrals/<uuid:referral>": f"/referrals/{referral}",
        "/people/<uuid:person>/visits/new": f"/people/{person}/visits/new",
        "/registers/report/<int:year>/<string(maxlength=20):section>": "/registers/report/2017/calls",
    }
    for rule in app.url_map.iter_rules():
        address = parts.get(rule.rule, rule.rule)
        if "GET" in (rule.methods or ()) and "<" not in address and not address.startswith(("/api", "/healthz")):
            yield let_in(access_of(app.view_functions[rule.endpoint]))[0], address


def every_form(app: Flask) -> Iterator[tuple[PageClient, Sent]]:
    """Each form once, with a browser that may send it."""
    browsers: dict[str, PageClient] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for who, address in pages_of(app):
        if who not in browsers:
            nobody = PageClient(app, app.response_class)
            entity = "sena" if who == "entity" else None
            browsers[who] = nobody if who == ANYONE else browser(app, who, entity)
        page = browsers[who].get(address)
        if page.mimetype == "text/html" and page.status_code == 200:
            for form in forms_of(page, address):
                if (form.action, form.typed) not in seen:
                    seen.add((form.action, form.typed))
                    yield browsers[who], form
        page.close()


def errors_of(page: TestResponse) -> dict[str, str]:
    """The message at each field, by the field's name."""
    elements = read(page.get_data(as_text=True))
    at = {one.get("id"): one.text for one in elements if one.get("id").endswith("-error")}
    fields = [one for one in elements if one.tag in {"input", "textarea", "select"} and one.get("name")]
    return {one.get("name"): " ".join(at.get(f"{one.get('id')}-error", "").split()) for one in fields}


def test_every_form_names_the_field_of_a_hostile_text(app: Flask) -> None:
    forms, wrong = list(every_form(app)), {}
    before = stored(app.extensions["database"])
    for place, (client, form) in enumerate(forms):
        for kind, text in {**kinds(app.extensions["database"], place), "long": "x" * 21_000}.items():
            reply = client.post(form.action, data={**form.fields, **{name: [text] for name in form.typed}})
            body, told = reply.get_data(as_text=True), errors_of(reply)
            missing = [name for name in form.typed if message() not in told.get(name, "")] if kind != "long" else []
            if reply.status_code != 422 or missing or (kind not in {"lost", "long"} and text in body):
                wrong[f"{form.action} {kind}"] = reply.status_code, missing
    assert wrong == {}
    assert len(forms) >= 20, [form.action for _client, form in forms]
    assert stored(app.extensions["database"]) == before
