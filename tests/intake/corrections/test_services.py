"""What a correction and an annulment do, and what they refuse."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.intake import queries
from attention_point.intake.corrections.pages.changed_paths import list_changed_paths
from attention_point.intake.corrections.person_services import correct_person
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.corrections.services import annul_visit, correct_visit
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.records.research_records import list_consented_visits
from attention_point.intake.services import record_visit
from attention_point.people import queries as people_queries
from attention_point.people import records, rules
from attention_point.people.models import Person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.descriptions import build_history
from attention_point.referrals.services import Answer, answer_for_entity
from attention_point.statistics.releases.examination import confirm_counts
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.services import release_period
from attention_point.tallies import queries as tally_queries
from attention_point.tallies import services as tally_services
from tests.support.openings import grant_opening
from tests.support.visits import AGENT, acting, consents, draft, person, recorded

SUPERVISOR = acting("supervisor")
AGREED = consents(("attention", True), ("research", True), ("referral:*", True))
AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)


def change(session: Session, visit: UUID, actor: Actor = AGENT, version: int | None = None, **fields: Any) -> None:
    """Correct some fields of a visit."""
    correct_visit(session, actor, visit, CorrectionRequest(fields, "typing-error", version))


def read_visit(session: Session, visit: UUID) -> queries.DecryptedVisit:
    session.expire_all()
    found = queries.find_visit(session, visit)
    assert found is not None
    return found


def list_states(session: Session, visit: UUID) -> dict[str, str]:
    """The state of each referral of a visit, by its service."""
    return {referral.service: referral.state for referral in referral_queries.list_decrypted_of_visit(session, visit)}


def record(session: Session, **changes: Any) -> UUID:
    return UUID(recorded(session, consents=AGREED, **changes)["id"])


def test_a_corrected_need_withdraws_one_referral_and_makes_another(session: Session) -> None:
    visit = record(session, needs=["MIG-REG"])
    assert set(list_states(session, visit).values()) == {"created"}
    change(session, visit, needs=["EMP-SENA"])
    states = list_states(session, visit)
    assert states["MIG-REG"] == "withdrawn"
    assert "created" in states.values()
    corrected = read_visit(session, visit)
    assert (corrected.state, corrected.version, corrected.record["needs"]) == ("corrected", 2, ["EMP-SENA"])
    (entry,) = corrected.record["history"]
    assert (entry["earlier"], entry["reason"]) == ({"needs": ["MIG-REG"]}, "typing-error")


def test_the_entity_reads_why_without_the_words_of_the_agent(session: Session) -> None:
    visit = record(session, needs=["MIG-REG"])
    correct_visit(session, AGENT, visit, CorrectionRequest({"needs": ["EMP-SENA"]}, "dijo algo íntimo"))
    (withdrawn,) = [
        referral
        for referral in referral_queries.list_decrypted_of_visit(session, visit)
        if referral.state == "withdrawn"
    ]
    reasons = [entry.reason for entry in build_history(withdrawn)]
    assert reasons[-1]
    assert "íntimo" not in str(withdrawn.record)


def test_without_consent_a_new_need_makes_no_referral(session: Session) -> None:
    visit = UUID(recorded(session, needs=["MIG-REG"], consents=consents(("attention", True)))["id"])
    change(session, visit, needs=["MIG-REG", "EMP-SENA"])
    assert list_states(session, visit) == {}
    change(session, visit, consents=consents(("referral:*", True)))
    assert set(list_states(session, visit).values()) == {"created"}
    change(session, visit, consents=consents(("referral:*", False)))
    assert set(list_states(session, visit).values()) == {"withdrawn"}


def test_what_is_left_out_stays_and_null_empties(session: Session) -> None:
    visit = record(session, notes="Llamar después", household={"adults": 2, "children": 1})
    change(session, visit, household={"children": 3})
    corrected = read_visit(session, visit).record
    assert (corrected["notes"], corrected["household"]) == ("Llamar después", {"adults": 2, "children": 3})
    change(session, visit, notes=None, household={"adults": None})
    corrected = read_visit(session, visit).record
    assert (corrected["notes"], corrected["household"]) == ("", {"children": 3})


def test_date_and_point_are_corrected_with_their_counts(session: Session) -> None:
    visit = record(session)
    change(session, visit, attended_at="2017-09-03T09:00:00-05:00")
    assert read_visit(session, visit).day == date(2017, 9, 3)
    assert {referral.day for referral in referral_queries.list_referrals_of_visit(session, visit)} == {date(2017, 9, 3)}
    assert not any(tally_queries.sum_month_tables(session, AUGUST).values())


@pytest.mark.parametrize(
    "fields",
    [{"needs": ["NADA"]}, {"needs": []}, {"person": {"birth_date": "2031-02-30"}}, {"x": 1}, {"point": "maria"}],
)
def test_a_wrong_field_is_named_and_nothing_changes(session: Session, fields: dict[str, Any]) -> None:
    visit = record(session)
    with pytest.raises(Invalid):
        change(session, visit, **fields)
    assert read_visit(session, visit).state == "recorded"


def test_a_correction_does_not_say_who_came(session: Session) -> None:
    visit, other = record(session), record(session)
    with pytest.raises(Invalid) as error:
        change(session, visit, person={"id": str(read_visit(session, other).person_id)})
    assert error.value.field_errors[0].field == "person.id"


def test_the_same_correction_again_changes_nothing(session: Session) -> None:
    visit = record(session, needs=["MIG-REG"])
    change(session, visit, needs=["EMP-SENA"])
    change(session, visit, needs=["EDU"])
    change(session, visit, needs=["EDU"])  # the network sends it once more
    with pytest.raises(Conflict):
        change(session, visit, needs=["EMP-SENA"])  # an echo of the first one, or meant?
    corrected = read_visit(session, visit)
    assert (corrected.version, corrected.record["needs"]) == (3, ["EDU"])
    change(session, visit, version=3, needs=["EMP-SENA"])
    assert read_visit(session, visit).record["needs"] == ["EMP-SENA"]


def test_who_was_slower_sees_the_difference(session: Session) -> None:
    visit = record(session, notes="")
    change(session, visit, version=1, notes="Primera")
    with pytest.raises(Conflict) as conflict:
        change(session, visit, version=1, notes="Segunda")
    assert [(row.yours, row.theirs) for row in conflict.value.differences] == [("Segunda", "Primera")]
    change(session, visit, version=2, notes="Segunda")
    assert read_visit(session, visit).record["notes"] == "Segunda"


def test_who_recorded_it_corrects_it_on_the_day_and_a_supervisor_later(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, colleague = record(session), acting("agent")
    with pytest.raises(Forbidden):
        change(session, visit, colleague, notes="x")
    change(session, visit, colleague, needs=["MIG-REG", "EMP-SENA", "EDU"])  # a forgotten need may be added
    change(session, visit, AGENT, notes="x")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    for actor in (AGENT, colleague):
        with pytest.raises(Forbidden):
            change(session, visit, actor, notes="y")
    with pytest.raises(Forbidden):
        annul_visit(session, AGENT, visit, CorrectionRequest({}, "recorded-twice"))
    grant_opening(session, SUPERVISOR, read_visit(session, visit).person_id)
    change(session, visit, SUPERVISOR, notes="y")
    annul_visit(session, SUPERVISOR, visit, CorrectionRequest({}, "recorded-twice"))
    assert read_visit(session, visit).is_void


def test_an_annulled_visit_counts_nothing_and_cannot_be_changed(session: Session) -> None:
    visit = record(session)
    annul_visit(session, AGENT, visit, CorrectionRequest({}, "recorded-twice"))
    assert not any(tally_queries.sum_month_tables(session, AUGUST).values())
    assert set(list_states(session, visit).values()) == {"withdrawn"}
    assert list(list_consented_visits(session, "research", AUGUST, SEPTEMBER)) == []
    with pytest.raises(Conflict):
        change(session, visit, notes="x")
    annul_visit(session, AGENT, visit, CorrectionRequest({}, "recorded-twice"))  # sent again
    assert read_visit(session, visit).version == 2
    with pytest.raises(Conflict):
        annul_visit(session, AGENT, visit, CorrectionRequest({}, "other-person"))


def test_an_answered_referral_of_an_annulled_visit_keeps_its_answer_and_says_so(session: Session) -> None:
    visit = record(session, needs=["MIG-REG"])
    (referral,) = referral_queries.list_decrypted_of_visit(session, visit)
    entity = acting("entity", referral.entity)
    answer_for_entity(session, entity, referral.id, Answer("no_show", 1))
    annul_visit(session, AGENT, visit, CorrectionRequest({}, "recorded-twice"))
    (annulled,) = referral_queries.list_decrypted_of_visit(session, visit)
    assert (annulled.state, annulled.visit_annulled_on) == ("no_show", clock.today())
    with pytest.raises(Conflict):
        answer_for_entity(session, entity, referral.id, Answer("accepted", annulled.version))
    assert not any(tally_queries.sum_month_tables(session, AUGUST).values())


def test_a_closed_month_stays_and_what_is_added_counts_today(session: Session) -> None:
    def list_counts(month: date) -> dict[str, Any]:
        tables = tally_queries.sum_month_tables(session, month)
        kinds = ("people", "needs", "vulnerabilities", "attentions")
        return {name: cells for name, cells in tables.items() if name.startswith(kinds) and cells}

    october = date(2017, 10, 1)
    with clock.override_now(datetime(2017, 10, 5, 15, tzinfo=UTC)):
        visit = record(session, needs=["MIG-REG"])
        tally_services.close_month(session, AUGUST)
        before = list_counts(AUGUST)
        change(session, visit, needs=["EMP-SENA"], vulnerabilities=["pregnant"])
        assert set(list_counts(october)["needs-by-sex-and-age"]) == {"EMP-SENA|F|18-28"}
        assert list_counts(october)["vulnerabilities-by-sex"] == {"pregnant|F": 1}
        change(session, visit, needs=["MIG-REG"])
        assert "needs-by-sex-and-age" not in list_counts(october)
        assert list_counts(october)["vulnerabilities-by-sex"] == {"pregnant|F": 1}
        # Somebody stands in one cell of sex, so that a corrected sex alone counts when the person comes again.
        change(session, visit, vulnerabilities=[], person={"sex": "M"})
        assert list_counts(october) == {}
    assert list_counts(AUGUST) == before
    (found,) = list_consented_visits(session, "research", AUGUST, SEPTEMBER)
    assert found.needs == ("MIG-REG",)


def test_annulling_in_a_closed_month_leaves_the_month(session: Session) -> None:
    visit = record(session)
    tally_services.close_month(session, AUGUST)
    before = tally_queries.sum_month_tables(session, AUGUST)["needs-by-sex-and-age"]
    annul_visit(session, AGENT, visit, CorrectionRequest({}, "recorded-twice"))
    assert tally_queries.sum_month_tables(session, AUGUST)["needs-by-sex-and-age"] == before
    assert read_visit(session, visit).record["counted"]  # so its page says that it stays counted
    assert list(list_consented_visits(session, "research", AUGUST, SEPTEMBER)) == []


def test_a_wrong_number_is_struck_out_and_no_longer_found(session: Session) -> None:
    visit = record(session, person=person(documents=[{"type": "PA", "number": "045678123"}]))
    who = read_visit(session, visit).person_id
    fields = {"documents": [{"type": "PA", "number": "045678124"}], "phone": None}
    correct_person(session, AGENT, who, CorrectionRequest(fields, "typing-error"))
    assert search_document(session, "045678123") == []
    assert search_document(session, "045678124") == [who]
    corrected = records.open_chosen_person(session, who)
    assert "phone" not in corrected.record
    (entry,) = corrected.history
    assert entry["earlier"]["documents"] == [{"type": "PA", "number": "045678123"}]


def search_document(session: Session, number: str) -> list[UUID]:
    keys = rules.build_document_keys("PA", number, people_queries.load_document_types())
    return people_queries.list_people_by_tags(session, people_queries.build_tags(session, keys))


def test_a_corrected_birth_date_counts_in_the_visits_that_said_the_wrong_one(session: Session) -> None:
    visit = record(session, needs=["EDU"])
    who = read_visit(session, visit).person_id
    correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2011-03-17"}, "typing-error"))
    ages = tally_queries.sum_month_tables(session, AUGUST)["needs-by-sex-and-age"]
    assert set(ages) == {"EDU|F|6-11"}
    assert read_visit(session, visit).state == "recorded"


def test_a_child_taken_for_an_adult_today_gets_the_mandatory_path(session: Session) -> None:
    with clock.override_now(datetime(2026, 3, 3, 15, tzinfo=UTC)):
        visit = record(
            session, attended_at="2026-03-03T09:55:00-05:00", household={"accompanied_by": "alone"}, needs=["EDU"]
        )
        assert "icbf" not in list_entities(session, visit)
        who = read_visit(session, visit).person_id
        correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2017-01-05"}, "typing-error"))
    assert "icbf" in list_entities(session, visit)
    assert read_visit(session, visit).state == "corrected"


MARCH = datetime(2025, 3, 10, 15, tzinfo=UTC)
MARCH_VISIT = {
    "attended_at": "2025-03-10T09:55:00-05:00",
    "needs": ["MIG-REG"],
    "facts": {"arrived_on": "2024-02", "entry_stamped": True},
    "household": {"accompanied_by": "parent"},
    "guardian": {"name": "Yuleima Pérez", "relation": "mother"},
}


def list_paths(session: Session, visit: UUID) -> set[tuple[str, str | None, str]]:
    """The entity, the procedure and the state of each referral of a visit."""
    listed = referral_queries.list_decrypted_of_visit(session, visit)
    return {(referral.entity, referral.record["instrument"], referral.state) for referral in listed}


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_corrected_age_sends_to_the_entity_that_is_right_once_the_person_agrees(
    session: Session, is_asked: bool
) -> None:
    answers = consents(("attention", True), ("referral:cancilleria", True))
    with clock.override_now(MARCH):
        visit = UUID(recorded(session, **MARCH_VISIT, consents=answers)["id"])
        assert list_paths(session, visit) == {("cancilleria", "VISA-ESPECIAL", "created")}
        if is_asked:
            agreed = consents(("referral:migracion-colombia", True))
            change(session, visit, person={"birth_date": "2010-01-05"}, consents=agreed)
        else:
            who = read_visit(session, visit).person_id
            correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2010-01-05"}, "typing-error"))
    corrected = read_visit(session, visit).record
    (suggestion,) = corrected["suggestions"]
    assert (suggestion["entity"], suggestion["instrument"]) == ("migracion-colombia", "RUMV-NNA")
    withdrawn = ("cancilleria", "VISA-ESPECIAL", "withdrawn")
    made = ("migracion-colombia", "RUMV-NNA", "created")
    assert list_paths(session, visit) == ({withdrawn, made} if is_asked else {withdrawn})
    assert corrected["undecided"] == ([] if is_asked else ["MIG-REG"])


def list_told(session: Session, visit: UUID) -> list[tuple[bool, bool]]:
    """Of the person's visits that a correction changes, whether to ask the person and whether to correct the visit."""
    who = records.open_chosen_person(session, read_visit(session, visit).person_id)
    visits = queries.list_visits_of_person(session, who.id)
    return [(path.is_to_ask, path.is_to_correct) for path in list_changed_paths(session, SUPERVISOR, who, visits)]


def test_another_procedure_at_the_same_entity_is_followed_without_a_question(session: Session) -> None:
    with clock.override_now(datetime(2022, 1, 10, 15, tzinfo=UTC)):
        facts = {"arrived_on": "2019", "entry_stamped": False}
        visit = record(session, **MARCH_VISIT | {"attended_at": "2022-01-10T09:55:00-05:00", "facts": facts})
        assert list_paths(session, visit) == {("migracion-colombia", "RUMV-IRREGULAR", "created")}
        who = read_visit(session, visit).person_id
        correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2010-01-05"}, "typing-error"))
        assert list_paths(session, visit) == {("migracion-colombia", "RUMV-NNA", "created")}
        assert list_told(session, visit) == [(False, False)]


def test_an_older_visit_is_told_of_and_follows_when_it_is_corrected(session: Session) -> None:
    with clock.override_now(MARCH):
        answers = consents(("attention", True), ("referral:cancilleria", True))
        visit = UUID(recorded(session, **{**MARCH_VISIT, "guardian": None}, consents=answers)["id"])
    with clock.override_now(MARCH + timedelta(days=3)):
        who = read_visit(session, visit).person_id
        correct_person(session, AGENT, who, CorrectionRequest({"birth_date": "2010-01-05"}, "typing-error"))
        assert {state for _entity, _procedure, state in list_paths(session, visit)} == {"created"}
        assert list_told(session, visit) == [(False, True)]
        grant_opening(session, SUPERVISOR, who)
        change(session, visit, SUPERVISOR)
        assert {state for _entity, _procedure, state in list_paths(session, visit)} == {"withdrawn"}
        assert list_told(session, visit) == [(True, False)]
        change(session, visit, SUPERVISOR, consents=consents(("referral:migracion-colombia", True)))
        made = ("migracion-colombia", "RUMV-NNA", "created")
        assert made not in list_paths(session, visit)  # nobody is named who authorises for a child
        change(session, visit, SUPERVISOR, guardian=MARCH_VISIT["guardian"])
        assert made in list_paths(session, visit)
        assert list_told(session, visit) == []


def list_entities(session: Session, visit: UUID) -> set[str]:
    return {referral.entity for referral in referral_queries.list_referrals_of_visit(session, visit)}


def test_two_corrections_of_one_person(session: Session) -> None:
    who = read_visit(session, record(session)).person_id
    correct_person(session, AGENT, who, CorrectionRequest({"given_names": "Carmen"}, "typing-error", 1))
    with pytest.raises(Conflict) as conflict:
        correct_person(session, AGENT, who, CorrectionRequest({"given_names": "Marta"}, "typing-error", 1))
    assert [(row.yours, row.theirs) for row in conflict.value.differences] == [("Marta", "Carmen")]
    correct_person(session, AGENT, who, CorrectionRequest({"given_names": "Carmen"}, "typing-error", 1))  # sent again
    assert records.open_chosen_person(session, who).version == 2


def test_nobody_is_put_on_file_by_a_correction(session: Session) -> None:
    visit = UUID(recorded(session, consents=consents(("attention", False)))["id"])
    who = read_visit(session, visit).person_id
    with pytest.raises(Invalid):
        correct_person(session, AGENT, who, CorrectionRequest({"given_names": "Carmen"}, "typing-error"))
    change(session, visit, consents=consents(("attention", True)), person={"given_names": "Carmen"})
    assert records.open_chosen_person(session, who).record["given_names"] == "Carmen"
    assert read_visit(session, visit).record["legal_basis"]["identity"] == "consent"


def test_an_erased_person_cannot_be_corrected(session: Session) -> None:
    visit = record(session)
    who = read_visit(session, visit).person_id
    session.execute(update(Person).where(Person.id == who).values(wrapped_key=None, sealed=None, erased_at=clock.now()))
    session.execute(update(Visit).where(Visit.id == visit).values(sealed=None))
    with pytest.raises(NotFound):
        change(session, visit, notes="x")
    with pytest.raises(NotFound):
        correct_person(session, AGENT, who, CorrectionRequest({"sex": "M"}, "typing-error"))


def test_the_journal_names_fields_and_no_values(session: Session) -> None:
    visit = record(session)
    change(session, visit, notes="Canariopirata", person={"given_names": "Canariopirata"})
    entries = session.scalars(select(JournalEntry).where(JournalEntry.action.in_(("visit.correct", "person.correct"))))
    details = {entry.action: json.loads(entry.detail) for entry in entries}
    assert details["person.correct"]["fields"] == ["given_names"]
    assert details["visit.correct"]["fields"] == ["notes"]
    assert "Canariopirata" not in str(details)


def test_a_form_that_was_emptied_empties_and_a_draft_that_leaves_out_does_not(session: Session) -> None:
    visit = record(session)
    who = read_visit(session, visit).person_id
    shown = {**records.open_chosen_person(session, who).record, "id": str(who)}
    del shown["phone"]
    again = draft(person=shown, consents=AGREED)
    record_visit(session, AGENT, read_draft(again))
    assert "phone" in records.open_chosen_person(session, who).record
    record_visit(session, AGENT, read_draft({**again, "id": str(new_id()), "person": {**shown, "version": 1}}))
    assert "phone" not in records.open_chosen_person(session, who).record
    with pytest.raises(Conflict) as conflict:
        record_visit(session, AGENT, read_draft(draft(consents=AGREED, person={**shown, "sex": "M", "version": 1})))
    (difference,) = conflict.value.differences
    assert (difference.label, difference.yours, difference.theirs) == ("Sexo", "Hombre", "Mujer")


def test_a_released_month_stays_as_it_was_published(session: Session) -> None:
    visits = [record(session, needs=["MIG-REG"]) for _person in range(6)]
    release_period(session, SUPERVISOR, Period("month", AUGUST))
    (published,) = session.scalars(select(Release).where(Release.period == "2017-08"))
    content = published.content
    change(session, visits[0], needs=["EMP-SENA"])
    annul_visit(session, AGENT, visits[1], CorrectionRequest({}, "recorded-twice"))
    who = read_visit(session, visits[2]).person_id
    correct_person(session, AGENT, who, CorrectionRequest({"sex": "M"}, "typing-error"))
    assert confirm_counts(session, AUGUST) == 0
    (published,) = session.scalars(select(Release).where(Release.period == "2017-08"))
    assert published.content == content
    this_month = tally_queries.sum_month_tables(session, clock.today().replace(day=1))
    assert this_month["needs-by-sex-and-age"] == {"EMP-SENA|F|29-59": 1}
