"""What entities answered or wrote about the referrals that an agent made, for her home, until she opens it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.intake.models import Visit
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import services as referral_services
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.answer_marks import has_opened_answer, mark_answer_opened
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import ANSWER_STATES, DESK_SIDE, WAITING_STATES

NEWS_SPAN = timedelta(days=45)
"""For so long after a referral was made its answer is news: the clock of an answer is far shorter."""

MAX_ROWS_READ = 100


@dataclass(frozen=True, slots=True)
class AnswerNews:
    """A referral with an answer or messages that are new, and the reference of its visit, by which the agent knows it.

    No name stands on her home.
    """

    referral: DecryptedReferral
    reference: str

    @property
    def unread_messages(self) -> int:
        """How many messages of the entity nobody at the desk has opened."""
        return self.referral.count_unread_messages(DESK_SIDE)

    @property
    def came_at(self) -> datetime:
        """When the newest of it came."""
        written_at = [datetime.fromisoformat(self.referral.messages[-1]["at"])] if self.unread_messages else []
        return max([self.referral.state_at, *written_at])


def list_answer_news(session: Session, actor: Actor) -> list[AnswerNews]:
    """The referrals of visits that this actor recorded, with an answer that she has not opened, or unread messages.

    Messages wait for a word of hers and come first, then the newest answers. It reads the newest ``MAX_ROWS_READ``
    answered ones, and as many that wait for their answer. Confidential ones are left out as everywhere. The journal
    keeps all of them: one that is missing there would be known as confidential.
    """
    references = _list_references(session, actor)
    if not references:
        return []
    referrals = referral_queries.list_referrals_by_ids(session, list(references))
    hidden_visits = referral_queries.list_hidden_visits(session, actor, referrals)
    with_news = [
        referral
        for referral in referrals
        if isinstance(referral, DecryptedReferral)
        and (not has_opened_answer(referral, actor) or referral.count_unread_messages(DESK_SIDE))
    ]
    if with_news:
        referral_ids = [str(referral.id) for referral in with_news]
        journal.record(session, actor, "referral.list", "referral", found=referral_ids)
    news = [
        AnswerNews(referral, references[referral.id])
        for referral in with_news
        if not referral.restricted and referral.visit_id not in hidden_visits
    ]
    return sorted(news, key=lambda entry: (entry.unread_messages > 0, entry.came_at), reverse=True)


def _list_references(session: Session, actor: Actor) -> dict[UUID, str]:
    """The newest answered and waiting referrals of the actor's visits by id, each with its visit's reference."""
    # By point and state, and by id, which sorts by time: one range of an index for each.
    first_moment = clock.now() - NEWS_SPAN
    first_id = build_id_at(int(first_moment.timestamp() * 1000), 0)
    points = [point.code for point in directory_queries.list_points(session)]
    references: dict[UUID, str] = {}
    for states in (ANSWER_STATES, WAITING_STATES):
        query = (
            select(Referral.id, Visit.reference)
            .join(Visit, Visit.id == Referral.visit_id)
            .where(Referral.point.in_(points), Referral.state.in_(states), Referral.id >= first_id)
            .where(Visit.actor == actor.journal_label)
            .order_by(Referral.state_at.desc())
            .limit(MAX_ROWS_READ)
        )
        references |= {row.id: row.reference for row in session.execute(query)}
    return references


def mark_all_opened(session: Session, actor: Actor) -> None:
    """Note that the actor has read all her answers, and what was written to the desk."""
    for news in list_answer_news(session, actor):
        mark_answer_opened(session, actor, news.referral.id)
        if news.unread_messages:
            referral_services.mark_messages_read_at_desk(session, news.referral.id)
