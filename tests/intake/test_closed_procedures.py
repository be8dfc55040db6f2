"""A procedure that is closed for a person: nobody hears of her unless she asks, and then without her telephone."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.intake import queries
from attention_point.intake.draft import read_draft
from attention_point.intake.planning import plan_visit
from tests.support.directory import load_shipped
from tests.support.visits import draft, recorded

# The day after the first phase of the permit, and before the second.
CLOSED: dict[str, Any] = {
    "attended_at": "2017-11-01T08:30:00-05:00",
    "needs": ["MIG-REG"],
    "facts": {"arrived_on": "2017-06", "entry_stamped": True},
}


def test_it_is_suggested_as_closed_and_nobody_hears_of_the_person(session: Session) -> None:
    answer = recorded(session, **CLOSED)
    assert [suggestion["service"] for suggestion in answer["suggestions"]] == ["MIG-REG"]
    assert answer["referrals"] == []
    visit = queries.find_visit(session, UUID(answer["id"]))
    assert visit is not None
    (suggestion,) = visit.record["suggestions"]
    assert (suggestion["closed"], suggestion["instrument"], suggestion["papers_missing"]) == (True, None, True)
    assert len(suggestion["rule_set"]) > 0


def test_asked_for_by_name_it_goes_without_the_telephone(session: Session) -> None:
    load_shipped(session)
    plan = plan_visit(session, read_draft(draft(**CLOSED, refer=["MIG-REG"])))
    (referral,) = plan.chosen_referrals
    assert referral.closed
    assert directory_queries.get_entities_by_code(session)[referral.entity].sanctions
    assert "phone" in referral.withheld_fields


def test_an_open_window_is_kept_with_what_the_person_is_told(session: Session) -> None:
    answer = recorded(session, **{**CLOSED, "attended_at": "2017-10-31T08:30:00-05:00"})
    assert [referral["service"] for referral in answer["referrals"]] == ["MIG-REG"]
    visit = queries.find_visit(session, UUID(answer["id"]))
    assert visit is not None
    (suggestion,) = visit.record["suggestions"]
    assert (suggestion["closed"], suggestion["instrument"], suggestion["advice"]) == (False, "PEP-1", ["pep-1"])
