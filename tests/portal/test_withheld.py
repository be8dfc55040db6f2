"""What an entity does not see of a person, whatever its service declares: a telephone above all."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from attention_point.portal.queries import get_own_referral
from attention_point.referrals.models import Referral
from attention_point.referrals.queries import SEALING_PURPOSE, find_referral
from tests.support.visits import acting, consents, person, recorded

MIGRATION = "migracion-colombia"
TODAY = "2026-11"


def seen_by(session: Session, answer: Any, entity: str) -> Any:
    """What an entity sees of its person."""
    (referral,) = [UUID(item["id"]) for item in answer["referrals"] if item["entity"] == entity]
    return get_own_referral(session, acting("entity", entity), referral).person


def say(*answers: tuple[str, bool], version: str = TODAY) -> list[dict[str, Any]]:
    """Consents under a version of the text."""
    return [{**consent, "text_version": version} for consent in consents(*answers)]


YES = (("attention", True), ("contact", True), ("referral:*", True))


def test_no_telephone_goes_to_the_authority_that_sanctions(session: Session) -> None:
    answer = recorded(session, consents=say(*YES))
    assert "phone" not in seen_by(session, answer, MIGRATION)
    assert "phone_safe" not in seen_by(session, answer, MIGRATION)
    assert seen_by(session, answer, "sena")["phone"]


def test_the_telephone_goes_there_if_the_person_asks_for_it(session: Session) -> None:
    asked = {**say((f"referral:{MIGRATION}", True))[0], "extra_fields": ["phone"]}
    answer = recorded(session, consents=[*say(*YES), asked])
    assert seen_by(session, answer, MIGRATION)["phone"]


def test_a_referral_of_before_shows_no_telephone_there_either(session: Session) -> None:
    answer = recorded(session, consents=say(*YES))
    (referral_id,) = [UUID(item["id"]) for item in answer["referrals"] if item["entity"] == MIGRATION]
    referral = find_referral(session, referral_id, entity=MIGRATION)
    assert referral is not None
    older_record = {name: value for name, value in referral.record.items() if name != "withheld_fields"}
    session.get_one(Referral, referral_id).sealed = referral.key.seal(
        SEALING_PURPOSE, referral_id, older_record, version=referral.version
    )
    session.flush()
    assert "phone" not in seen_by(session, answer, MIGRATION)


@pytest.mark.parametrize(
    ("answers", "version", "is_shown"),
    [
        (YES, TODAY, True),
        ((("attention", True), ("contact", False), ("referral:*", True)), TODAY, False),
        # A text that asks about calls takes silence for a no; in the older one the telephone belongs to the referral.
        ((("attention", True), ("referral:*", True)), TODAY, False),
        ((("attention", True), ("referral:*", True)), "2017-08", True),
    ],
)
def test_the_telephone_goes_with_a_yes_to_calls(session: Session, answers: Any, version: str, is_shown: bool) -> None:
    answer = recorded(session, consents=say(*answers, version=version))
    assert ("phone" in seen_by(session, answer, "sena")) is is_shown


def test_a_number_that_is_not_safe_is_not_shown_and_that_is_told(session: Session) -> None:
    answer = recorded(session, person=person(phone_safe="no"), consents=say(*YES))
    seen = seen_by(session, answer, "sena")
    assert "phone" not in seen
    assert seen["phone_safe"] == "no"


def test_who_protects_a_child_sees_the_number_and_the_warning(session: Session) -> None:
    child = person(birth_date="2012-01-01", phone_safe="no")
    answer = recorded(session, person=child, household={"accompanied_by": "alone"}, consents=[])
    seen = seen_by(session, answer, "icbf")
    assert (bool(seen["phone"]), seen["phone_safe"]) == (True, "no")


def test_a_new_number_does_not_inherit_what_was_said_of_the_old_one(session: Session) -> None:
    known = person(phone_safe="no")
    recorded(session, person=known, consents=say(*YES))
    later = {**known, "phone": "+57 301 7654321"}
    del later["phone_safe"]
    answer = recorded(session, person=later, consents=say(*YES), attended_at="2017-08-10T08:30:00-05:00")
    seen = seen_by(session, answer, "sena")
    assert "301" in seen["phone"].replace(" ", "")
    assert "phone_safe" not in seen
