"""The review of files that were opened for a stated reason, by somebody else than who opened them.

Nothing of a review stands beside a single grant: a reviewer confirms all of them up to a moment, in the journal. A mark
on the rows that were worth a look would tell which people are victims (decision 68).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.doctor import TODAY, Task
from attention_point.foundation.errors import Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.intake import queries
from attention_point.intake.models import Visit
from attention_point.people.break_glass import grants
from attention_point.people.break_glass.grants import StatedReason

REVIEW_PERMISSION = "openings.review"
REVIEWED_SPAN = timedelta(days=30)
"""What is older is looked up in the journal."""
MAX_ROWS = 200
_ACTION = "people.review-grants"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was opened for a reason.

    ``has_confidential``: some visit of the person is confidential. ``reviewed``: somebody else has looked at it.
    ``is_own``: the reader opened it herself, and somebody else reviews it.
    """

    grant: StatedReason
    has_confidential: bool
    reviewed: bool
    is_own: bool

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for this reader."""
        return not self.reviewed and not self.is_own


def list_opened_files(session: Session, reader: Actor) -> list[OpenedFile]:
    """The newest ``MAX_ROWS`` files that were opened in the last ``REVIEWED_SPAN``."""
    stated_reasons = grants.list_grants(session, clock.now() - REVIEWED_SPAN, MAX_ROWS)
    confidential_people = _find_confidential_people(session, {grant.person for grant in stated_reasons})
    reviews = _list_reviews(session)
    return [
        OpenedFile(
            grant,
            grant.person in confidential_people,
            _is_reviewed(grant.actor, grant.opened_at, reviews),
            grant.actor == reader.journal_label,
        )
        for grant in stated_reasons
    ]


def count_waiting(session: Session, actor_label: str = "") -> int:
    """How many files wait for somebody's review: those that others opened and nobody else has looked at."""
    # By actors and moments alone: a count on every page opens no record.
    reviews = _list_reviews(session)
    return sum(
        actor != actor_label and not _is_reviewed(actor, opened_at, reviews)
        for actor, opened_at in grants.list_moments(session, clock.now() - REVIEWED_SPAN)
    )


def list_tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """How many files that others opened wait for the reader's review."""
    count = count_waiting(session, actor.journal_label) if actor.may(REVIEW_PERMISSION) else 0
    if count:
        sentence = ngettext(
            "%(num)s file was opened by somebody else: look at the reason.",
            "%(num)s files were opened by others: look at the reasons.",
            count,
        )
        yield Task(TODAY, sentence, "openings.list_openings")


def confirm_review(session: Session, actor: Actor, until: str) -> None:
    """Keep that the actor has looked at all files that others opened until a moment (ISO 8601). Raises Invalid."""
    try:
        moment = datetime.fromisoformat(until)
        is_past = moment <= clock.now()
    except (ValueError, TypeError):  # no moment, or one without a zone
        is_past = False
    if not is_past:
        raise Invalid(_("Open the list again, and confirm what it shows."), ())
    # The journal is the only place that keeps it: a table of reviews could be emptied unseen.
    journal.record(session, actor, _ACTION, "person", None, until=moment.isoformat())


def _list_reviews(session: Session) -> Mapping[str, datetime]:
    """Until when each reviewer has looked, by the label of the reviewer."""
    last_entries = select(func.max(JournalEntry.seq)).where(JournalEntry.action == _ACTION).group_by(JournalEntry.actor)
    rows = session.execute(select(JournalEntry.actor, JournalEntry.detail).where(JournalEntry.seq.in_(last_entries)))
    return {row.actor: datetime.fromisoformat(json.loads(row.detail)["until"]) for row in rows}


def _is_reviewed(opener: str, opened_at: datetime, reviews: Mapping[str, datetime]) -> bool:
    return any(until >= opened_at for reviewer, until in reviews.items() if reviewer != opener)


def _find_confidential_people(session: Session, people: Collection[UUID]) -> frozenset[UUID]:
    # Worked out anew each time: wherever it was stored, it would name the victims to a thief.
    query = select(*queries.VISIT_COLUMNS).where(Visit.person_id.in_(people))
    visits: Sequence[queries.ListedVisit] = queries.decrypt_visits(session, session.execute(query).all())
    return frozenset(
        visit.person_id for visit in visits if isinstance(visit, queries.DecryptedVisit) and visit.restricted
    )
