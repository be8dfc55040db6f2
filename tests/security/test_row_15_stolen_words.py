"""Row 15: what is written in requests, openings, incidents, erasures and ways back stands in no byte and in no log."""

import os
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import way_back
from attention_point.accounts.services import NewAccount, add_account
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.people.break_glass import grants
from attention_point.people.erasure.services import erase_person
from attention_point.rights.office import incidents
from attention_point.rights.office.incidents import NewIncident
from attention_point.rights.requests import steps
from tests.intake.test_sealed import bytes_of, spelled
from tests.portal.support import browser
from tests.rights.support import NOON, SUPERVISOR, filed, recorded_person
from tests.support.openings import open_page
from tests.support.postgres import Server

WORDS = "Xilotepequez"


def test_no_words_of_the_rooms_of_rights_are_left_in_any_byte(
    app: Flask,
    database_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    database = app.extensions["database"]
    with clock.override_now(NOON):
        with database.write_session() as session:
            person, _code = recorded_person(session)
            other, _code = recorded_person(session)
            words = {"text": WORDS, "asker_name": WORDS, "asker_document": WORDS}
            claim = filed(session, "claim", person=person, answer_way="letter", address=WORDS, is_safe=True, **words)
            filed(session, "transferred_complaint", proof="none", sender=WORDS, **words)
            steps.transfer_request(session, SUPERVISOR, claim.id, claim.version, WORDS, WORDS)
            incident = incidents.register_incident(
                session, SUPERVISOR, NewIncident("lost_device", date(2017, 8, 9), WORDS)
            )
            grants.open_file(session, SUPERVISOR, person, "other", WORDS)
            lost = add_account(session, SYSTEM, NewAccount("a@example.org", "Ana", "office"), "none", must_change=False)
            session.get_one(Account, lost).second_factor_at = clock.now()
            way_back.ask_way_back(session, SUPERVISOR, lost, WORDS)
            erase_person(session, SUPERVISOR, other, "claim", WORDS)
        supervisor = browser(app, "supervisor")
        for address in (f"/rights/requests/{claim.id}", f"/incidents/{incident}", "/people/erased", "/ways-back"):
            assert WORDS in open_page(supervisor, address), address
        assert supervisor.get(f"/rights/people/{person}/export.json").status_code == 200
    content = b"".join(bytes_of(path) for path in tmp_path.rglob("*"))
    if database_url.startswith("postgresql"):
        server: Server = request.getfixturevalue("postgresql_server")
        walk = os.walk(server.folder)
        content += b"".join(bytes_of(Path(folder, name)) for folder, _folders, names in walk for name in names)
    out, err = capfd.readouterr()
    content += (out + err + caplog.text).encode()
    assert len(content) > 100_000
    assert [spelling for spelling in spelled(WORDS) if spelling in content] == []
