"""Two rule sets over the same cases: whose answers alter, part by part, before and after."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from attention_point.foundation.language import gettext as _
from attention_point.routing.bench.cases import RoutingCase, find_case_differences
from attention_point.routing.bench.rule_sets import RuleSet
from attention_point.routing.bench.wording import Wording, describe_suggestion
from attention_point.routing.rules import build_advice


class Answer(NamedTuple):
    """A suggestion in words: the name of its service, and what it says by parts."""

    name: str
    parts: dict[str, str]


class AnswerChange(NamedTuple):
    """What one service said before and says after, in words."""

    service: str
    before: str
    after: str


class CaseChange(NamedTuple):
    """A case whose answer alters on a day. ``agreed`` and ``agrees``: whether the case held before and holds after."""

    case: RoutingCase
    day: date
    answers: tuple[AnswerChange, ...]
    agreed: bool
    agrees: bool


def compare_rule_sets(cases: Iterable[RoutingCase], before: RuleSet, after: RuleSet) -> list[CaseChange]:
    """The cases whose answers alter, in their order; those that would hold no longer come first."""
    if before.offers.rule_set and before.offers.rule_set == after.offers.rule_set:
        return []
    changes = [
        CaseChange(case, day, answers, _agrees_with_case(case, before), _agrees_with_case(case, after))
        for case in cases
        for day in case.days
        if (answers := tuple(_compare_answers(case, day, before, after)))
    ]
    return sorted(changes, key=lambda change: (change.agrees, not change.agreed))


def _agrees_with_case(case: RoutingCase, rule_set: RuleSet) -> bool:
    return not find_case_differences(case, rule_set.offers, rule_set)


def _compare_answers(case: RoutingCase, day: date, before: RuleSet, after: RuleSet) -> Iterator[AnswerChange]:
    old_answers, new_answers = describe_answers(case, day, before), describe_answers(case, day, after)
    for code in dict.fromkeys([*old_answers, *new_answers]):
        old_answer, new_answer = old_answers.get(code), new_answers.get(code)
        old_parts, new_parts = (answer.parts if answer else {} for answer in (old_answer, new_answer))
        if old_parts == new_parts:
            continue
        # Only the parts that alter, so that the reader sees them; a service that comes or goes is told whole.
        altered = [part for part in new_parts or old_parts if old_parts.get(part) != new_parts.get(part)]
        name = (new_answer or old_answer or Answer(code, {})).name
        yield AnswerChange(name, _join_parts(old_answer, altered), _join_parts(new_answer, altered))


def describe_answers(case: RoutingCase, day: date, rule_set: RuleSet) -> dict[str, Answer]:
    """The suggestions of a case in words, by the code of their service."""
    suggestions = build_advice(case.situation, rule_set.offers, day).suggestions
    wording = Wording(rule_set.directory)
    return {
        suggestion.service: Answer(
            wording.name_service(suggestion.service), describe_suggestion(suggestion, rule_set, day)
        )
        for suggestion in suggestions
    }


def _join_parts(answer: Answer | None, parts: list[str]) -> str:
    if answer is None:
        return _("Not suggested")
    return " · ".join(answer.parts[part] for part in parts if answer.parts[part]) or "–"
