"""What a person allowed, purpose by purpose: each answer with its text, who wrote it down, and what was taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import clock
from attention_point.intake import queries as intake_queries
from attention_point.people.claim_marks.revocations import is_revoked, list_revocations
from attention_point.rights.purposes import PURPOSE_LABELS, label_purpose


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """One answer about one purpose.

    ``text_version`` and ``text_digest`` (SHA-256 in hexadecimal, or empty) say which words were read; ``recorded_by``
    is the name of who wrote it down. A revocation by a request has no visit's ``reference``.
    """

    purpose: str
    granted: bool
    said_at: datetime | date
    reference: str
    channel: str
    text_version: str
    text_digest: str
    recorded_by: str
    guardian: str


@dataclass(frozen=True, slots=True)
class PurposeHistory:
    """All answers about one purpose, the newest first, and whether the person allows it now."""

    purpose: str
    label: str
    stands: bool
    answers: tuple[ConsentAnswer, ...]


def list_consent_history(
    session: Session,
    people: Sequence[UUID],
    visits: Iterable[intake_queries.DecryptedVisit],
) -> list[PurposeHistory]:
    """The consents of one person by purpose. ``people`` are the ids that stand for them, ``visits`` their visits.

    An annulled visit says nothing. What was taken back by a request stands among the answers.
    """
    standing_visits = sorted((visit for visit in visits if not visit.is_void), key=lambda visit: visit.attended_at)
    names = find_actor_names(session, [visit.actor for visit in standing_visits])
    revocations = list_revocations(session, people)
    answers: dict[str, list[ConsentAnswer]] = {}
    for visit in standing_visits:
        for consent in visit.record.get("consents", ()):
            guardian = visit.record.get("guardian") or {}
            answer = ConsentAnswer(
                purpose=consent["purpose"],
                granted=bool(consent["granted"]),
                said_at=visit.attended_at,
                reference=visit.reference,
                channel=visit.channel,
                text_version=consent["text_version"],
                text_digest=consent.get("text_digest", ""),
                recorded_by=names.get(visit.actor, ""),
                guardian=str(guardian.get("name") or ""),
            )
            answers.setdefault(consent["purpose"], []).append(answer)
    # The last answer counts: a yes after a no is a new consent, and a no after a yes ends it.
    stands = {
        purpose: purpose_answers[-1].granted
        and not is_revoked(revocations, purpose, clock.local_day(visit_moment(purpose_answers[-1])))
        for purpose, purpose_answers in answers.items()
    }
    for day, purpose in revocations:
        revocation = ConsentAnswer(purpose, False, day, "", "", "", "", "", "")
        answers.setdefault(purpose, []).append(revocation)
    order = {name: index for index, name in enumerate(PURPOSE_LABELS)}
    return [
        PurposeHistory(
            purpose,
            label_purpose(session, purpose),
            # What was taken back with everything else may never have been asked.
            stands.get(purpose, False),
            tuple(sorted(purpose_answers, key=_find_day, reverse=True)),
        )
        for purpose, purpose_answers in sorted(
            answers.items(), key=lambda entry: (order.get(entry[0], len(order)), entry[0])
        )
    ]


def visit_moment(answer: ConsentAnswer) -> datetime:
    """The moment of an answer that was given at a visit."""
    if not isinstance(answer.said_at, datetime):
        raise TypeError("a revocation by a request has a day only")
    return answer.said_at


def _find_day(answer: ConsentAnswer) -> tuple[date, bool]:
    # On one day, what was taken back by a request stands above what was said at the visit.
    if isinstance(answer.said_at, datetime):
        return clock.local_day(answer.said_at), False
    return answer.said_at, True
