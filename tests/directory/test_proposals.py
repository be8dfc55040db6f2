"""What an entity proposes of its own places, and what the office decides: settled once, by one of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import Proposal
from attention_point.directory.places.services import save_place
from attention_point.directory.upkeep import proposals
from attention_point.directory.upkeep.history import describe_fields, list_entity_changes
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import in_language
from tests.directory.conftest import someone
from tests.directory.test_pages import fields
from tests.support.pages import PageClient

LIAISON = replace(someone("entity"), entity="icbf")
VALUES: dict[str, Any] = {"municipality": "68001", "phone": "607 000 0000", "valid_from": "2017-01-01"}


def phone(session: Session) -> str | None:
    place = queries.find_place(session, "icbf")
    assert place is not None
    return place.phone


def test_a_proposal_changes_nothing_until_the_office_approves_it(loaded: Session, actor: Actor) -> None:
    proposal = proposals.propose_place(loaded, LIAISON, "icbf", 1, VALUES)
    assert (phone(loaded), proposals.count_open_proposals(loaded)) == (None, 1)
    with in_language("es"):
        assert describe_fields(proposals.list_proposed_changes(loaded, proposal)) == (
            ("Teléfono", "–", "607 000 0000"),
        )
    assert proposals.approve_proposal(loaded, actor, proposal.id, 1) == "icbf"
    place = queries.find_place(loaded, "icbf")
    assert place is not None
    assert (place.phone, place.confirmed_by) == ("607 000 0000", LIAISON.journal_label)
    assert [change.action for change in list_entity_changes(loaded, "icbf")] == ["approve"]
    for decide in (
        lambda: proposals.approve_proposal(loaded, actor, proposal.id, 2),
        lambda: proposals.refuse_proposal(loaded, actor, proposal.id, "No"),
    ):
        with pytest.raises(Conflict):
            decide()


def test_a_refusal_needs_a_reason_which_the_entity_reads(loaded: Session, actor: Actor) -> None:
    proposal = proposals.propose_place(loaded, LIAISON, "icbf", 1, VALUES)
    for reason in ("", "x" * 401):
        with pytest.raises(Invalid):
            proposals.refuse_proposal(loaded, actor, proposal.id, reason)
    proposals.refuse_proposal(loaded, actor, proposal.id, "Ese teléfono no contesta.")
    (seen,) = proposals.list_entity_proposals(loaded, "icbf")
    assert (seen.state, seen.reason, phone(loaded)) == ("refused", "Ese teléfono no contesta.", None)


def test_what_the_office_changed_meanwhile_is_not_put_aside_unseen(loaded: Session, actor: Actor) -> None:
    proposal = proposals.propose_place(loaded, LIAISON, "icbf", 1, VALUES)
    save_place(loaded, actor, "icbf", 1, {**VALUES, "phone": "607 111 1111"})
    with pytest.raises(Conflict):
        proposals.approve_proposal(loaded, actor, proposal.id, 1)
    with pytest.raises(Conflict):  # the liaison saw an older page
        proposals.propose_place(loaded, LIAISON, "icbf", 1, {**VALUES, "phone": "607 222 2222"})
    assert phone(loaded) == "607 111 1111"
    proposals.approve_proposal(loaded, actor, proposal.id, 2)
    assert phone(loaded) == "607 000 0000"


def test_a_later_proposal_takes_the_place_of_the_earlier_one(loaded: Session, actor: Actor) -> None:
    earlier = proposals.propose_place(loaded, LIAISON, "icbf", 1, VALUES)
    later = proposals.propose_place(loaded, LIAISON, "icbf", 1, {**VALUES, "phone": "607 2"})
    new = [proposals.propose_place(loaded, LIAISON, None, 0, {**VALUES, "phone": f"607 {n}"}) for n in (3, 4)]
    assert [row.id for row in proposals.list_open_proposals(loaded)] == [later.id, *(row.id for row in new)]
    with pytest.raises(Conflict):
        proposals.approve_proposal(loaded, actor, earlier.id, 1)
    place_id = proposals.approve_proposal(loaded, actor, new[0].id, 0)
    assert [place.id for place in queries.get_directory(loaded).places["icbf"]] == ["icbf", place_id]


def test_nobody_proposes_for_another_entity_or_what_already_stands(loaded: Session) -> None:
    with pytest.raises(NotFound):
        proposals.propose_place(loaded, LIAISON, "sena", 1, VALUES)
    with pytest.raises(AppError):
        proposals.propose_place(loaded, someone("office"), "icbf", 1, VALUES)
    with pytest.raises(AppError):
        proposals.propose_place(loaded, LIAISON, "icbf", 1, {"municipality": "68001", "valid_from": "2017-01-01"})
    proposal = proposals.propose_place(
        loaded, LIAISON, "icbf", 1, {**VALUES, "order": 9, "verified": True, "source": "x", "confirmed_today": True}
    )
    assert not {"order", "verified", "source", "confirmed_today", "confirmed_on"} & set(proposal.content)


def test_two_of_the_office_decide_once(shipped: Database, actor: Actor) -> None:
    with shipped.write_session() as session:
        proposal = proposals.propose_place(session, LIAISON, "icbf", 1, VALUES).id
    with shipped.write_session() as session:
        proposals.approve_proposal(session, actor, proposal, 1)
    with pytest.raises(Conflict), shipped.write_session() as session:
        proposals.refuse_proposal(session, actor, proposal, "Tarde")
    with shipped.read_session() as session:
        row = session.get(Proposal, proposal)
        assert row is not None
        assert row.state == "approved"


def test_the_pages_of_an_entity_reach_its_own_places_alone(
    browse: Callable[[str], PageClient], shipped: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse("entity")
    assert client.get("/directory/own-entry").status_code == 404  # an account without an entity
    from attention_point.accounts.sign_in import sessions  # noqa: PLC0415 - replaced once more, as ``browse`` does

    monkeypatch.setattr(sessions, "current_user", sessions.User("token", LIAISON, clock.now(), ""))
    assert client.get("/directory/own-entry/places/sena").status_code == 404
    address = "/directory/own-entry/places/icbf"
    sent = fields(client.get(address))
    assert client.post(address, data={**sent, "email": "nobody"}).status_code == 422
    assert client.post(address, data=sent).status_code == 400  # nothing is different
    assert client.post(address, data={**sent, "phone": "607 1"}).status_code == 303
    assert client.post("/directory/places/icbf/confirm", data=sent).status_code == 403
    assert client.get("/directory/upkeep").status_code == 403


def test_an_entity_does_not_fill_the_page_of_the_others(loaded: Session) -> None:
    for number in range(proposals.MAX_NEW_PLACES):
        proposals.propose_place(loaded, LIAISON, None, 0, {**VALUES, "phone": f"607 000 00{number:02d}"})
    with pytest.raises(AppError):
        proposals.propose_place(loaded, LIAISON, None, 0, VALUES)
    proposals.propose_place(loaded, LIAISON, "icbf", 1, VALUES)
    proposals.propose_place(loaded, replace(LIAISON, entity="sena"), None, 0, VALUES)
