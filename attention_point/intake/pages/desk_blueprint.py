"""The blueprint of the desk's pages, to which each module of views adds its own."""

from flask import Blueprint

from attention_point.foundation import clock
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts
from attention_point.intake.follow_up import answer_news
from attention_point.turns.desks.room_state import describe_room

blueprint = Blueprint("desk", __name__)


@blueprint.context_processor
def _offer_unfinished_forms() -> dict[str, object]:
    """What a page needs to offer the agent's unfinished forms and the room; nothing is read before it does."""
    return {
        "list_unfinished_forms": list_unfinished_forms,
        "list_answer_news": lambda: answer_news.list_answer_news(db_session(), current_actor()),
        "describe_room": lambda: describe_room(read_session(), current_actor()),
    }


def list_unfinished_forms() -> list[dict[str, object]]:
    """The signed-in agent's unfinished forms, the latest first: id and time."""
    return [
        {**draft._asdict(), "is_of_today": clock.local_day(draft.updated_at) == clock.today()}
        for draft in form_drafts.list_form_drafts(read_session(), current_actor())
    ]
