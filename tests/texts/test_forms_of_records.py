"""Hostile texts in the forms of requests, openings, erasures, pairs, incidents and ways back, which need a row each."""

from collections.abc import Iterator
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select, update

from attention_point.accounts.models import Account
from attention_point.accounts.services import NewAccount, add_account
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.people.models import Person
from attention_point.rights.office import incidents
from attention_point.rights.office.incidents import NewIncident
from tests.portal.support import browser
from tests.rights.support import SUPERVISOR, filed
from tests.support.openings import open_file
from tests.support.pages import PageClient
from tests.support.visits import person, recorded
from tests.texts.hostile import HOSTILE, kinds, message, stored
from tests.texts.test_forms import forms_of


def pages_of_records(app: Flask) -> Iterator[tuple[PageClient, str]]:
    """Each page with the browser of somebody who may write there."""
    database, known = app.extensions["database"], person()
    supervisor, admin = browser(app, "supervisor"), browser(app, "admin")
    with database.write_session() as session:
        for given_names in ("Ana", "Luisa"):
            recorded(session, person={**known, "given_names": given_names})
        first, second = session.scalars(select(Person.id).order_by(Person.id))
        unproved = filed(session, "claim", person=first, proof="none", received_on=clock.today(), was_open=True)
        incident = incidents.register_incident(
            session, SUPERVISOR, NewIncident("lost_device", date(2017, 8, 9), "Se perdió una tableta.")
        )
        lost = add_account(session, SYSTEM, NewAccount("lost@example.org", "Ana", "office"), "none", must_change=False)
        now = clock.now()
        session.get_one(Account, lost).second_factor_at = now
        session.execute(
            update(Account).where(Account.id != lost).values(last_sign_in_at=now, created_at=now - timedelta(days=8))
        )
    open_file(supervisor, first)
    for address in (
        f"/people/{first}/open",
        f"/rights/people/{first}/requests/new",
        f"/rights/requests/{unproved.id}",
        f"/people/{first}/erase",
        f"/people/compare/{second}/{first}",
        f"/incidents/{incident}",
    ):
        yield supervisor, address
    yield admin, f"/ways-back/accounts/{lost}"


def test_no_form_of_a_record_takes_a_hostile_text(app: Flask) -> None:
    database, wrong = app.extensions["database"], {}
    forms = [
        (client, form)
        for client, address in list(pages_of_records(app))
        for form in forms_of(client.get(address), address)
        if form.typed != ("q",)  # the search of every page
    ]
    before = stored(database)
    for number, (client, form) in enumerate(forms):
        for kind, text in {**kinds(database, number), "nul": HOSTILE["nul"]}.items():
            # Facts count only where nobody has papers.
            fields = form.fields | ({"proof": ["slip_and_facts"]} if "proof" in form.fields else {})
            reply = client.post(form.action, data=fields | {name: [text] for name in form.typed})
            status = reply.status_code
            if status == 303:  # the desk's pages say what is wrong after a redirection
                reply = client.get(reply.headers["Location"])
                status = 422 if message() in reply.text else 303
            if status != 422 or (kind != "lost" and text in reply.text):
                wrong[f"{form.action} {kind}"] = status
    assert wrong == {}
    assert len(forms) >= 9, [form.action for _client, form in forms]
    assert stored(database) == before
