"""Hostile texts in every form of every page: the field is named, what was typed is there, nothing is stored."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.foundation.access import find_access_rule
from attention_point.foundation.database import new_id
from attention_point.intake.models import Visit
from tests.access.permissions_page import ANYONE, list_admitted
from tests.accounts.devices.support import browser_of, enrol
from tests.portal.support import browser, referral_of
from tests.support.directory import load_shipped
from tests.support.pages import Element, PageClient, read
from tests.support.visits import recorded
from tests.texts.hostile import kinds, message, stored

# The kiosk asks one question after the other, from a state of its own: tests/turns/kiosk tries its texts.
LEFT_OUT = ("/api", "/healthz", "/kiosk")
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
        for element in form.inside:
            _take(element, fields, typed)
        if typed:
            yield Sent(form.get("action") or address, fields, tuple(typed))


def _take(element: Element, fields: dict[str, list[str]], typed: list[str]) -> None:
    name, kind = element.get("name"), element.get("type")
    if element.tag == "textarea" or (element.tag == "input" and kind in TYPED):
        fields[name] = [element.attributes.get("value", "") if element.tag == "input" else element.text]
        typed.append(name)
    elif element.tag == "input" and kind in {"hidden", "password"}:
        fields.setdefault(name, []).append(element.attributes.get("value", "") or "secret words of somebody")
    elif element.tag == "input" and kind in {"radio", "checkbox"}:
        fields.setdefault(name, [element.attributes.get("value", "")])
    elif element.tag == "option" and (select_ := element.within("select")) and element.get("value"):
        fields.setdefault(select_.get("name"), [element.get("value")])


def pages_of(app: Flask) -> Iterator[tuple[str, str]]:
    """Who opens it, and the address, of every page that stands still or needs an id of what was recorded."""
    with app.extensions["database"].write_session() as session:
        load_shipped(session)
        referral = referral_of(recorded(session), "sena")
        person = session.scalars(select(Visit.person_id)).one()
    parts = {
        "/directory/entities/<string(maxlength=40):code>/edit": "/directory/entities/sena/edit",
        "/directory/services/<string(maxlength=40):code>/edit": "/directory/services/EMP-SENA/edit",
        "/portal/referrals/<uuid:referral>": f"/portal/referrals/{referral}",
        "/referrals/<uuid:referral>": f"/referrals/{referral}",
        "/visits/new/<uuid:draft>": f"/visits/new/{new_id()}",
        "/people/<uuid:person>/visits/new/<uuid:draft>": f"/people/{person}/visits/new/{new_id()}",
        "/registers/report/<int:year>/<string(maxlength=20):section>": "/registers/report/2017/calls",
    }
    for rule in app.url_map.iter_rules():
        address = parts.get(rule.rule, rule.rule)
        if "GET" in (rule.methods or ()) and "<" not in address and not address.startswith(LEFT_OUT):
            yield list_admitted(find_access_rule(app.view_functions[rule.endpoint]))[0], address


def browser_for(app: Flask, who: str) -> PageClient:
    """A browser of nobody, of an account with a role, or of an enrolled device."""
    kind, _colon, kind_of_device = who.partition(": ")
    if kind_of_device:
        return browser_of(app, enrol(app.extensions["database"], kind=kind_of_device))
    nobody = PageClient(app, app.response_class)
    return nobody if who == ANYONE else browser(app, who, "sena" if who == "entity" else None)


def every_form(app: Flask) -> Iterator[tuple[PageClient, Sent]]:
    """Each form once, with a browser that may send it."""
    browsers: dict[str, PageClient] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for who, address in pages_of(app):
        if who not in browsers:
            browsers[who] = browser_for(app, who)
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
    at = {element.get("id"): element.text for element in elements if element.get("id").endswith("-error")}
    fields = [element for element in elements if element.tag in {"input", "textarea", "select"} and element.get("name")]
    return {element.get("name"): " ".join(at.get(f"{element.get('id')}-error", "").split()) for element in fields}


def test_every_form_names_the_field_of_a_hostile_text(app: Flask) -> None:
    forms, wrong = list(every_form(app)), {}
    before = stored(app.extensions["database"])
    for number, (client, form) in enumerate(forms):
        for kind, text in {**kinds(app.extensions["database"], number), "long": "x" * 21_000}.items():
            reply = client.post(form.action, data={**form.fields, **{name: [text] for name in form.typed}})
            is_led_back = reply.status_code == 303  # the desk's pages say what is wrong after a redirection
            if is_led_back:
                reply = client.get(reply.headers["Location"])
                assert 'role="alert"' in reply.get_data(as_text=True)
            if kind == "long" and reply.status_code == 413:  # many fields, each of them long: too large as a whole
                continue
            body, errors = reply.get_data(as_text=True), errors_of(reply)
            missing = [name for name in form.typed if message() not in errors.get(name, "")] if kind != "long" else []
            if (
                reply.status_code != (200 if is_led_back else 422)
                or missing
                or (kind not in {"lost", "long"} and text in body)
            ):
                wrong[f"{form.action} {kind}"] = reply.status_code, missing
    assert wrong == {}
    assert len(forms) >= 20, [form.action for _client, form in forms]
    assert stored(app.extensions["database"]) == before
