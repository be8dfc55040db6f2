"""The life of a request: filed, marked, proved, put off, transferred, lapsed, answered, carried out."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Conflict, Invalid, NotFound, VaultError
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.settings import read_settings
from attention_point.intake import queries as intake_queries
from attention_point.intake.consents.earlier_answers import list_standing_consents
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.people.claim_marks.marks import Mark, find_marks
from attention_point.people.claim_marks.revocations import list_revocations, store_revocation
from attention_point.people.duplicates.decisions import Judgement, decide_pair
from attention_point.people.erasure.services import erase_person
from attention_point.people.models import Person, RightsMark
from attention_point.portal import queries as portal_queries
from attention_point.portal import services as portal_services
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import services as referral_services
from attention_point.referrals.answers import forwarding
from attention_point.referrals.answers.answering import Answer
from attention_point.referrals.entity_rows.entity_tags import TAG_ROTATION
from attention_point.referrals.follow_up.corrections import CONSENT_REVOKED
from attention_point.referrals.follow_up.recalls import list_recalls
from attention_point.referrals.models import ReferralNotice
from attention_point.referrals.notices import take_notices
from attention_point.rights.export.consent_history import list_consent_history
from attention_point.rights.models import RightsRequest
from attention_point.rights.request_retention import PastRequests, purge_requests
from attention_point.rights.requests import steps, stored_requests
from attention_point.rights.requests.identity_proof import StatedFacts
from attention_point.rights.requests.services import NewRequest, register_request
from attention_point.rights.requests.steps import Decision
from attention_point.rights.upkeep import lapse_claims
from attention_point.tallies.queries import sum_period_tables
from tests.rights.support import NOON, RECEIVED, SUPERVISOR, filed, recorded_person
from tests.support import visits
from tests.support.visits import acting, consents, person, recorded

YES = Decision("granted", (), "Lo hicimos.")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.override_now(NOON):
        yield


def test_a_claim_marks_the_record_until_it_is_decided(session: Session) -> None:
    person, _code = recorded_person(session)
    claim = filed(session, "rectification", person=person)
    assert claim.reference == "DP-2017-00001"
    assert find_marks(session, [person, new_id()]) == {person: [Mark(RECEIVED, "rectification")]}
    assert filed(session, "consultation", person=person).reference == "DP-2017-00002"
    assert len(find_marks(session, [person])[person]) == 1  # a consultation is no claim
    decided = steps.decide_request(session, SUPERVISOR, claim.id, claim.version, YES)
    assert (decided.state, find_marks(session, [person])) == ("decided", {})
    with pytest.raises(Conflict):
        steps.decide_request(session, SUPERVISOR, claim.id, decided.version, YES)


def test_what_stands_in_clear_tells_of_nobody(session: Session) -> None:
    person, _code = recorded_person(session)
    filed(session, "erasure", person=person, answer_way="email", address="ana@example.org", is_safe=True)
    row = session.scalars(select(RightsRequest)).one()
    mark = session.scalars(select(RightsMark)).one()
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "rights.register")).one()
    for stored in (row.tag, row.sealed, row.sealed_words, mark.tag, mark.sealed):
        assert person.bytes not in (stored or b"")
        assert b"example.org" not in (stored or b"")
    assert str(person) not in entry.detail
    assert "erasure" not in entry.detail
    assert len(row.sealed) % 64 == len(mark.sealed) % 64  # padded, so that neither tells by its length
    filed(session, "claim", person=person, text="Un reclamo largo. " * 80)
    assert len({len(sealed or b"") for sealed in session.scalars(select(RightsRequest.sealed_words))}) == 1


def test_a_moved_tag_shows_nobody_else_s_mark_or_request(session: Session) -> None:
    person, _code = recorded_person(session)
    other, _code = recorded_person(session)
    filed(session, "claim", person=person)
    own = filed(session, "claim", person=other)
    for table in (RightsMark, RightsRequest):
        tags = session.scalars(select(table.tag).order_by(table.id)).all()
        session.execute(update(table).where(table.tag == tags[0]).values(tag=tags[1]))
    session.expire_all()
    assert len(find_marks(session, [other])[other]) == 1
    assert [entry.id for entry in stored_requests.list_requests_of_people(session, [other])] == [own.id]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": date(2017, 8, 17)}, "received_on"),  # tomorrow
        ({"received_on": date(2017, 8, 7)}, "received_on"),  # the holiday of the battle of Boyacá, at the desk
        ({"received_on": None}, "received_on"),
        ({"kind": "lawsuit"}, "kind"),
        ({"kind": "erasure"}, "kind"),  # of nobody on file
        ({"kind": "transferred_complaint"}, "sender"),
        ({"asker": "parent", "asker_name": ""}, "asker_name"),
        ({"answer_way": "phone", "address": "3001234567"}, "is_safe"),
        ({"answer_way": "letter", "is_safe": True}, "address"),
        ({"proof": "slip_and_facts"}, "proof"),
        ({"text": "​"}, "text"),
    ],
)
def test_what_cannot_be_filed_says_why_and_files_nothing(session: Session, changes: dict[str, Any], field: str) -> None:
    known = {"channel": "desk", "received_on": RECEIVED, "asker": "person", "proof": "document", "text": "Una queja."}
    with pytest.raises(Invalid) as refused:
        register_request(session, SUPERVISOR, NewRequest(**{"kind": "claim", **known, **changes}))
    assert field in [entry.field for entry in refused.value.field_errors]
    assert session.scalars(select(RightsRequest)).all() == []


@pytest.mark.parametrize("changes", [{"channel": "web"}, {"channel": "desk", "was_open": True}])
def test_a_claim_of_a_holiday_counts_from_the_next_working_day(session: Session, changes: dict[str, Any]) -> None:
    claim = filed(session, "claim", received_on=date(2017, 8, 7), **changes)
    assert claim.clock.due_on == date(2017, 8, 29)


def test_who_has_no_papers_proves_who_they_are_by_the_slip_and_two_facts(session: Session) -> None:
    person, code = recorded_person(session)
    _other, other_code = recorded_person(session)
    request = filed(session, "consultation", person=person, proof="none")
    with pytest.raises(Invalid) as refusal:  # not proved: nobody gets anything; the answer that was typed stays
        steps.decide_request(session, SUPERVISOR, request.id, request.version, YES)
    assert [error.field for error in refusal.value.field_errors] == ["outcome"]
    facts = {"birth_date": "1991-03-17", "phone": "300 1234567"}
    for wrong in (
        StatedFacts(other_code, facts),
        StatedFacts(code, {**facts, "surname_1": "Gil"}),
        StatedFacts(code, {"birth_date": "1991-03-17"}),
        StatedFacts("", facts),
    ):
        with pytest.raises(Invalid):
            steps.prove_identity(session, SUPERVISOR, request.id, request.version, "slip_and_facts", wrong)
    # Who is called Yohana Patricia says Yohana.
    said = {"given_names": "Yohana", "surname_1": "VELASQUEZ", "visit_day": "2017-08-09"}
    stated = StatedFacts(code.lower(), {**facts, **said})
    proved = steps.prove_identity(session, SUPERVISOR, request.id, request.version, "slip_and_facts", stated)
    assert proved.note["facts"] == ["birth_date", "given_names", "phone", "surname_1", "visit_day"]
    assert steps.decide_request(session, SUPERVISOR, request.id, proved.version, YES).state == "decided"


@pytest.mark.parametrize(
    ("asker", "proof"),
    [("representative", "document"), ("parent", "document"), ("authority", "known_here"), ("child", "kinship")],
)
def test_an_identity_document_of_ones_own_proves_no_right_over_another(
    session: Session, asker: str, proof: str
) -> None:
    person, _code = recorded_person(session)
    with pytest.raises(Invalid) as refusal:
        filed(session, "consultation", person=person, asker=asker, proof=proof, asker_name="Jesús Mora")
    assert [error.field for error in refusal.value.field_errors] == ["proof"]
    request = filed(session, "consultation", person=person, asker=asker, proof="none", asker_name="Jesús Mora")
    with pytest.raises(Invalid):
        steps.prove_identity(session, SUPERVISOR, request.id, request.version, proof, StatedFacts("", {}))


def test_what_a_joined_person_took_back_is_told_once(session: Session) -> None:
    stated = person(documents=[{"type": "PA", "number": "045678123"}])
    (first, _code), (second, _other_code) = (
        recorded_person(session, person={**stated, "given_names": name}) for name in ("Ana", "Luisa")
    )
    later, earlier = max(first, second), min(first, second)
    decide_pair(session, SUPERVISOR, later, earlier, Judgement("one-person-said-so", later))
    request = filed(session, "revocation", person=first, purposes=["contact"])
    steps.decide_request(session, SUPERVISOR, request.id, request.version, YES)
    assert list_revocations(session, [first, second]) == [(NOON.date(), "contact")]


def test_the_facts_do_not_tell_on_which_days_somebody_came_in_confidence(session: Session) -> None:
    known = visits.person()
    person, code = recorded_person(session, person=known)
    same_person, secret_code = recorded_person(
        session, person=known, attended_at="2017-08-10T08:30:00-05:00", needs=["VBG"]
    )
    assert same_person == person
    tried = {"surname_1": "Velásquez", "visit_day": "2017-08-10"}
    with pytest.raises(Invalid):
        filed(session, "claim", person=person, proof="slip_and_facts", stated=StatedFacts(code, tried))
    # Who holds the slip of that day has its day.
    assert filed(session, "claim", person=person, proof="slip_and_facts", stated=StatedFacts(secret_code, tried))


def test_an_incomplete_claim_waits_and_lapses(database: Database) -> None:
    with database.write_session() as session:
        person, _code = recorded_person(session)
        claim = filed(session, "claim", person=person)
        missing = "Falta decir qué dato está mal."
        asked = steps.ask_for_completion(session, SUPERVISOR, claim.id, claim.version, missing)
        assert (asked.state, asked.clock.due_on, find_marks(session, [person])) == ("incomplete", None, {})
        with pytest.raises(Conflict):
            steps.decide_request(session, SUPERVISOR, claim.id, asked.version, YES)
    for days, state in ((61, "incomplete"), (62, "lapsed")):
        with clock.override_now(NOON + timedelta(days=days)):
            lapse_claims(database, read_settings(), "")
        with database.read_session() as session:
            assert stored_requests.get_request(session, claim.id).state == state


def test_a_term_is_put_off_once_within_the_law_and_a_whole_claim_runs_again(session: Session) -> None:
    claim = filed(session, "claim", channel="mail")
    for until in (None, date(2017, 8, 31), date(2017, 9, 13)):
        with pytest.raises(Invalid):
            steps.extend_term(session, SUPERVISOR, claim.id, claim.version, until, "Hay que revisar el archivo.")
    later = steps.extend_term(session, SUPERVISOR, claim.id, claim.version, date(2017, 9, 12), "Hay que revisar.")
    assert later.clock.due_on == date(2017, 9, 12)
    with pytest.raises(Conflict):
        steps.extend_term(session, SUPERVISOR, claim.id, later.version, date(2017, 9, 12), "Otra vez.")
    with pytest.raises(Conflict):  # an old page
        steps.withdraw_request(session, SUPERVISOR, claim.id, claim.version)
    late = filed(session, "consultation", received_on=date(2017, 7, 31))
    with pytest.raises(Conflict):
        steps.extend_term(session, SUPERVISOR, late.id, late.version, date(2017, 8, 18), "Muy tarde.")
    moved = steps.transfer_request(session, SUPERVISOR, claim.id, later.version, "Migración Colombia", "Es suyo.")
    assert (moved.state, moved.is_open) == ("transferred", False)


def test_what_is_refused_names_its_ground(session: Session) -> None:
    # Who proved nothing hears nothing: that no data are kept tells as much as that some are.
    unproved = filed(session, "consultation", proof="none")
    for grounds in (("not_kept",), ("not_proved", "other_person")):
        with pytest.raises(Invalid):
            steps.decide_request(session, SUPERVISOR, unproved.id, 1, Decision("refused", grounds, "No."))
    assert not steps.decide_request(
        session, SUPERVISOR, unproved.id, 1, Decision("refused", ("not_proved",), "No.")
    ).is_open
    claim = filed(session, "claim")
    for wrong in (Decision("refused", (), "No."), Decision("refused", ("mood",), "No."), Decision("granted", (), "")):
        with pytest.raises(Invalid):
            steps.decide_request(session, SUPERVISOR, claim.id, claim.version, wrong)
    decision = Decision("partly", ("figures",), "Corregimos el apellido; las cifras publicadas no cambian.")
    assert steps.decide_request(session, SUPERVISOR, claim.id, claim.version, decision).note["grounds"] == ["figures"]


def test_a_revocation_recalls_open_referrals_tells_entities_and_stops_later_use(session: Session) -> None:
    answers = consents(("attention", True), ("referral:*", True), ("research", True))
    person, _code = recorded_person(session, consents=answers)
    visits = intake_queries.list_visits_of_person(session, person)
    (visit,) = (entry for entry in visits if isinstance(entry, intake_queries.DecryptedVisit))
    session.query(ReferralNotice).delete()
    assert set(list_standing_consents(session, person, NOON.date())) >= {"attention", "research"}
    assert len(list(list_consented_visits(session, "research", RECEIVED, RECEIVED))) == 1
    request = filed(session, "revocation", person=person, purposes=["research", "referral:*"])
    decided = steps.decide_request(session, SUPERVISOR, request.id, request.version, YES)
    referrals = referral_queries.list_decrypted_of_visit(session, visit.id)
    assert referrals
    assert decided.note["done"] == {"recalled": len(referrals), "kept": 0}
    assert {referral.state for referral in referrals} == {"withdrawn"}
    assert {referral.record["answers"][-1]["reason"] for referral in referrals} == {CONSENT_REVOKED}
    told = {(notice.kind, notice.entity) for notice in take_notices(session)}
    assert told == {(kind, referral.entity) for referral in referrals for kind in ("withdrawn", "recall")}
    assert {(recall.reference, recall.reason) for recall in list_recalls(session)} == {(visit.reference, "revoked")}
    assert "research" not in list_standing_consents(session, person, NOON.date())
    assert "attention" in list_standing_consents(session, person, NOON.date())
    assert list(list_consented_visits(session, "research", RECEIVED, RECEIVED)) == []
    histories = {entry.purpose: entry for entry in list_consent_history(session, [person], [visit])}
    assert [answer.granted for answer in histories["research"].answers] == [False, True]
    assert (histories["research"].stands, histories["attention"].stands) == (False, True)
    assert histories["attention"].answers[0].text_digest


def test_what_no_consent_carries_any_more_goes_to_nobody_else(session: Session) -> None:
    someone, _code = recorded_person(session)
    with clock.override_now(NOON + timedelta(days=1)):
        recorded(session, person={"id": str(someone)}, attended_at="2017-08-17T09:00:00-05:00")
    sena = acting("entity", "sena")
    older, newer = (
        referral
        for visit in sorted(intake_queries.list_visits_of_person(session, someone), key=lambda entry: entry.attended_at)
        for referral in referral_queries.list_decrypted_of_visit(session, visit.id)
        if referral.entity == "sena"
    )
    assert [other.id for other in portal_queries.list_other_referrals(session, newer)] == [older.id]
    referral_services.answer_for_entity(session, sena, older.id, Answer("rejected", 1, "No hay cupo"))
    store_revocation(session, new_id(), someone, ["referral:sena"], NOON.date())
    # The name that the newer one shows would be that of the older one.
    assert portal_queries.list_other_referrals(session, newer) == []
    target = forwarding.list_targets(session, older)[0]
    onward = forwarding.Forwarding(target.service, target.entity, forwarding.IN_PERSON, 2)
    with pytest.raises(Conflict, match="no se pasan a nadie"):
        portal_services.forward_referral(session, sena, older.id, onward)


def test_what_protects_a_child_is_not_recalled(session: Session) -> None:
    child = {"given_names": "Luis", "surname_1": "Gil", "birth_date": "2007-01-01", "sex": "M"}
    person, _code = recorded_person(
        session, person=child, needs=["NNA-PROT"], vulnerabilities=["unaccompanied_child"], consents=[]
    )
    request = filed(session, "revocation", person=person, purposes=["*"], asker="family_defender", proof="office")
    done = steps.decide_request(session, SUPERVISOR, request.id, request.version, YES).note["done"]
    assert done["kept"] >= 1


def test_erasing_leaves_a_minimal_note_and_the_counts(session: Session) -> None:
    person, _code = recorded_person(session)
    month = Period("month", date(2017, 8, 1))
    before = sum_period_tables(session, month)
    assert set(TAG_ROTATION.count_by_version(session)) == {1}
    other = filed(session, "claim", person=person)
    request = filed(session, "erasure", person=person)
    erased = steps.decide_request(session, SUPERVISOR, request.id, request.version, YES)
    assert (erased.person, erased.words, erased.state, erased.note["kind"]) == (None, None, "decided", "erasure")
    closed = stored_requests.get_request(session, other.id)
    assert (closed.state, closed.is_open, closed.words) == ("erased", False, None)
    assert session.scalars(select(RightsMark)).all() == []
    assert session.get_one(Person, person).wrapped_key is None
    assert TAG_ROTATION.count_by_version(session) == {}, "a random tag keeps no key in use"
    after = sum_period_tables(session, month)
    # The open referrals were withdrawn, and count so; nothing else moved.
    assert {name: cells for name, cells in after.items() if before[name] != cells}.keys() == {
        "referrals-by-service-and-state"
    }
    assert stored_requests.list_requests_of_people(session, [person]) == []
    with pytest.raises(Conflict) as refused:
        filed(session, "claim", person=person)
    assert refused.value.code == "erased"
    with pytest.raises(NotFound):
        filed(session, "claim", person=new_id())


def test_words_are_gone_from_an_older_copy_too(session: Session) -> None:
    """The words are under the person's key: a backup's row opens no more once the key is destroyed."""
    person, _code = recorded_person(session)
    request = filed(session, "claim", person=person)
    copy = session.execute(select(RightsRequest.__table__).where(RightsRequest.id == request.id)).one()
    erase_person(session, SUPERVISOR, person, "claim", "")
    values = {name: copy._mapping[name] for name in ("sealed", "sealed_words", "tag", "is_open")}
    session.execute(update(RightsRequest).where(RightsRequest.id == request.id).values(**values))
    session.expire_all()
    with pytest.raises(VaultError):  # nor does the note that named the person
        stored_requests.get_request(session, request.id)
    # With its version too the words have no key any more.
    session.execute(update(RightsRequest).where(RightsRequest.id == request.id).values(version=copy.version))
    session.expire_all()
    assert stored_requests.get_request(session, request.id).words is None


def test_nobody_is_written_to_who_did_not_say_that_it_is_safe(session: Session) -> None:
    quiet = filed(session, "claim")
    assert quiet.is_silent
    told = filed(session, "claim", answer_way="phone", address="3001234567", is_safe=True)
    silenced = steps.silence_request(session, SUPERVISOR, told.id, told.version)
    assert (told.is_silent, silenced.is_silent, (silenced.words or {}).get("address")) == (False, True, "")


def test_closed_requests_lose_their_words_and_then_go(session: Session) -> None:
    kept, _code = recorded_person(session)
    of_somebody = filed(session, "consultation", person=kept)
    of_nobody = filed(session, "claim", person=None)
    still_open = filed(session, "claim", person=None)
    for request in (of_somebody, of_nobody):
        steps.withdraw_request(session, SUPERVISOR, request.id, request.version)
    assert purge_requests(session, SUPERVISOR, date(2019, 8, 16)) == PastRequests((), ())
    assert [entry.id for entry in purge_requests(session, SUPERVISOR, date(2019, 8, 17)).wordy] == [of_nobody.id]
    assert stored_requests.get_request(session, of_nobody.id).words is None
    assert stored_requests.get_request(session, of_nobody.id).state == "withdrawn"
    assert stored_requests.get_request(session, of_somebody.id).words
    over = purge_requests(session, SUPERVISOR, date(2027, 8, 17)).over
    assert {entry.id for entry in over} == {of_somebody.id, of_nobody.id}
    assert session.scalars(select(RightsRequest.id)).all() == [still_open.id]
