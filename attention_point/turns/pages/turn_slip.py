"""The slip of a turn: its code, when it was given, and how many wait before it. It names nobody."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, format_datetime, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import build_qr_code_path
from attention_point.foundation.paperwork.slip.content import PaperName
from attention_point.turns import queries
from attention_point.turns.models import Turn


@dataclass(frozen=True, slots=True)
class TurnSlip:
    """Everything that stands on the paper, in the language of the person.

    ``qr_code`` is its side in modules and its path. It leads to the page of the turn's place, which tells no more than
    the paper.
    """

    turn_id: UUID
    language: str
    paper: PaperName
    code: str
    office_name: str
    point_name: str
    title: str
    given_text: str
    ahead_text: str
    what_to_do: str
    footer: str
    qr_code: tuple[int, str]
    qr_code_caption: str
    watermark: str | None = None


def build_turn_slip(
    session: Session, turn: Turn, public_url: str, *, demo: bool = False, paper: PaperName | None = None
) -> TurnSlip:
    """Build the slip of a turn. Without a ``paper`` it is drawn for that of the point."""
    point = directory_queries.find_point(session, turn.point)
    with in_language(queries.read_turn_details(session, turn).language):
        # Those who came before and still wait: a preferential turn may be called before them, and nobody reads why.
        ahead = queries.count_ahead(session, turn)
        return TurnSlip(
            turn_id=turn.id,
            language=current_language(),
            paper=paper or (point.print_format if point else "a4"),
            code=turn.code,
            office_name=_("International Affairs Office"),
            point_name=point.name[current_language()] if point else turn.point,
            title=_("Your turn"),
            given_text=format_datetime(clock.to_local_time(turn.issued_at)),
            ahead_text=ngettext("%(num)s turn before you.", "%(num)s turns before you.", ahead)
            if ahead
            else _("You are next."),
            what_to_do=_("Look at the screen: your code appears there with the number of your desk."),
            footer=_("Nobody may ask you for money for this turn."),
            qr_code=build_qr_code_path(f"{public_url}/turns/{turn.id}/place"),
            qr_code_caption=_("With this code you see on a telephone how many turns are before you."),
            watermark=_("Demonstration: invented people") if demo else None,
        )
