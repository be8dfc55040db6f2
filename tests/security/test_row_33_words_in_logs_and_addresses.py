"""Row 33: what is typed at the desk stands in no address, no header and no log, not when something breaks either."""

from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from attention_point.intake import form_drafts
from tests.intake.desk import CHECK, RECORD, decided, filled, posted, sent, text
from tests.support.pages import PageClient
from tests.support.staff import SignIn

WORDS = {"given_names": "Canariazul", "surname_1": "Quimbayo", "notes": "Xilotepec, vereda", "phone": "3907712341"}


def test_no_address_and_no_log_of_the_desk_holds_what_was_typed(
    app: Flask, as_role: SignIn, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def note(_app: Flask, response: Response) -> None:
        seen.extend((request.full_path, str(response.headers)))

    agent = as_role("agent")
    with request_finished.connected_to(note, app):
        token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
        found = posted(agent, "/desk/search", {"csrf_token": token, "q": [" ".join(WORDS.values())[:60]]})
        posted(agent, "/visits/drafts", sent(found, "/visits/drafts"))
        typed = {name: [value] for name, value in WORDS.items()}
        values = filled(agent, **typed, birth_date=["31/02/1991"])
        assert WORDS["surname_1"] in text(posted(agent, CHECK, values))
        page = posted(agent, CHECK, {**values, "birth_date": ["17/03/1991"]})
        assert agent.post(RECORD, data=decided(page)).status_code == 303
        stranger = PageClient(app, app.response_class)
        token = sent(stranger.get("/sign-in"), "/sign-in")["csrf_token"]
        stranger.post("/sign-in", data={"csrf_token": token, "email": WORDS["given_names"], "password": WORDS["notes"]})
        monkeypatch.setattr(form_drafts, "save_form_draft", _break)
        assert (
            agent.post(CHECK, data=filled(agent, **{name: [value] for name, value in WORDS.items()})).status_code == 500
        )
    log = "".join(capfd.readouterr())
    assert "RuntimeError" in log  # it is on, and was looked at
    assert len(seen) > 20
    told = (log + "".join(seen)).casefold()
    assert [value for value in WORDS.values() if value.casefold() in told] == []


def _break(*_all: Any, **_named: Any) -> None:
    raise RuntimeError(" ".join(WORDS.values()))
