"""The pairs that wait for a decision, the likeliest first, each with what agrees. Nobody is shown by it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.people import identity, records
from attention_point.people.duplicates import pairs, scoring
from attention_point.people.duplicates.scoring import Likeness

OPENED_PAIRS = 250
"""The oldest ones, which are put in order: 80 microseconds each for opening both records."""


class ScoredPair(NamedTuple):
    """A pair, and how alike the two records are now; None where one of them does not open."""

    pair: pairs.PossiblePair
    likeness: Likeness | None


def list_scored_pairs(session: Session, size: int) -> list[ScoredPair]:
    """The pairs that nobody has decided yet, the likeliest first, at most ``size``; damaged ones come last."""
    scored_pairs = score_pairs(session, pairs.list_undecided_pairs(session, OPENED_PAIRS))
    # No pair has as few points as 100 below nought: what does not open comes last.
    scored_pairs.sort(key=lambda scored: -scored.likeness.points if scored.likeness else 100.0)
    return scored_pairs[:size]


def score_pairs(session: Session, chosen_pairs: Sequence[pairs.PossiblePair]) -> list[ScoredPair]:
    """Some pairs, in their order, each with how alike its two records are."""
    people = records.open_people(session, {row for pair in chosen_pairs for row in (pair.person, pair.other)})
    scored_pairs = []
    for pair in chosen_pairs:
        later, earlier = people.get(pair.person), people.get(pair.other)
        likeness = score_records(earlier.record, later.record) if later and earlier else None
        scored_pairs.append(ScoredPair(pair, likeness))
    return scored_pairs


def score_records(first: Mapping[str, Any], second: Mapping[str, Any]) -> Likeness:
    """How alike two open records are."""
    return scoring.score_people(identity.build_identity(first), identity.build_identity(second))
