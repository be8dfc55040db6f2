"""What the rules add to a stated need is what they say that they add: the search for circles rests on it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from attention_point.directory.validation.surroundings import list_needs_suggested_by
from attention_point.routing.rule_types import Situation
from attention_point.routing.rules import NEEDS_ADDED, build_advice
from tests.routing.directory_data import directory, offers
from tests.routing.test_mandatory_paths import days, situations

NEEDS = sorted({service.need for service in directory().services.values()})


def added_to(need: str) -> set[str]:
    by_services = {row.need for row in directory().services.values() if need in list_needs_suggested_by(row)}
    return {need, *NEEDS_ADDED.get(need, ()), *by_services}


@given(situations, st.sampled_from(NEEDS), days)
def test_the_rules_add_no_other_need(situation: Situation, need: str, day: date) -> None:
    def answered(needs: tuple[str, ...]) -> set[str]:
        advice = build_advice(situation._replace(needs=needs), offers(), day)
        return {row.need for row in advice.suggestions} | {notice.need for notice in advice.notices}

    assert answered((need,)) - answered(()) <= added_to(need)


def test_no_need_leads_back_to_itself() -> None:
    for need in NEEDS:
        reached, waiting = set[str](), [need]
        while waiting:
            for following in added_to(waiting.pop()) - {need}:
                if following not in reached:
                    reached.add(following)
                    waiting.append(following)
        assert all(need not in added_to(other) for other in reached), need
