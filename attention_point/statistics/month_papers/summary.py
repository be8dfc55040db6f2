"""The figures of a period that the mayor looks for. Only published figures enter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attention_point.foundation.codelists import get_code_list
from attention_point.referrals.follow_up.open_referral_counts import UNANSWERED_STATES
from attention_point.statistics.cells import MERGE_SEPARATOR, OTHER_CODE, TOTAL_CODE
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.tallies.facts import NOT_GIVEN

TOP_COUNT = 3
# These name nobody's answer. "Most frequent need: not given" would be true and useless.
_NO_ANSWERS = frozenset({NOT_GIVEN, OTHER_CODE, TOTAL_CODE})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: its code and words, its count, and its share of the whole from 0 to 1 (None without one)."""

    code: str
    label: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """What became of the referrals.

    ``states`` has those in which there are referrals now. ``median_code`` is the answer time (code list) within which
    half were answered.
    """

    answered: int | None
    answered_share: float | None
    states: tuple[Part, ...]
    median_code: str | None

    @property
    def seem_all_answered(self) -> bool:
        """Whether as many are answered as there are, by two rounded totals, while some of them wait by their states."""
        waits = any(part.code in UNANSWERED_STATES for part in self.states)
        return self.answered_share == 1.0 and waits


@dataclass(frozen=True, slots=True)
class Summary:
    """The main figures of a period beside its totals. Parts that are not published are empty."""

    first_time: Part | None
    women: Part | None
    men: Part | None
    ages: tuple[Part, ...]
    needs: tuple[Part, ...]
    origins: tuple[Part, ...]
    nationalities: tuple[Part, ...]
    answers: AnswerFigures


def build_summary(content: ReleaseContent) -> Summary:
    """Build the main figures of a period."""
    sexes = {part.code: part for part in list_parts(content, "people-by-sex")}
    first_times = {part.code: part for part in list_parts(content, "people-by-first-time")}
    return Summary(
        first_time=first_times.get("first"),
        women=sexes.get("F"),
        men=sexes.get("M"),
        ages=list_parts(content, "people-by-age"),
        needs=_list_most_frequent(list_parts(content, "people-by-need")),
        origins=_list_most_frequent(list_parts(content, "people-by-origin")),
        nationalities=_list_most_frequent(list_parts(content, "people-by-nationality")),
        answers=_build_answers(content),
    )


def list_parts(content: ReleaseContent, table_id: str) -> tuple[Part, ...]:
    """List the published parts of a table of one dimension, in the order of the table."""
    table = content.find_table(table_id)
    if table is None:
        return ()
    # Where one person may stand in several rows, the whole is the people of the period.
    whole = table.cells.get((TOTAL_CODE,)) or content.totals.get(table.counts)
    return tuple(
        Part(
            cell[0],
            content.label_for_code(table.dimensions[0], cell[0]),
            count,
            count / whole if whole else None,
        )
        for cell, count in table.cells.items()
        if count is not None and cell[0] != TOTAL_CODE
    )


def _list_most_frequent(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the most frequent answers, the greatest first; "not given" and merged codes name none."""
    named = [part for part in parts if part.count and part.code not in _NO_ANSWERS and MERGE_SEPARATOR not in part.code]
    return tuple(sorted(named, key=lambda part: -part.count)[:TOP_COUNT])


def _build_answers(content: ReleaseContent) -> AnswerFigures:
    times = {part.code: part.count for part in list_parts(content, "answers-by-time")}
    table, referrals = content.find_table("answers-by-time"), content.totals.get("referrals")
    answered = content.totals.get("answers")
    # Months of the old method may not have this total, while their table of answers has it.
    if answered is None and table is not None:
        answered = table.cells.get((TOTAL_CODE,))
    return AnswerFigures(
        answered,
        # A rounded figure may exceed its exact whole by a little; a share never exceeds 1.
        min(1.0, answered / referrals) if referrals and answered is not None else None,
        tuple(part for part in list_parts(content, "referrals-by-state") if part.count),
        _find_median_code([(code.code, times.get(code.code, 0)) for code in get_code_list("answer_times")]),
    )


def _find_median_code(counts: Sequence[tuple[str, int]]) -> str | None:
    total, sum_so_far = sum(count for _code, count in counts), 0
    for code, count in counts:
        sum_so_far += count
        # The first time by which half of the answers are there. A mean would be moved by a single answer after a year.
        if count and 2 * sum_so_far >= total:
            return code
    return None
