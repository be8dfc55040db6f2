"""An appointment that an entity gives with its acceptance: the moment, the place, and what to bring."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import format_date, format_time
from attention_point.foundation.language import gettext as _

TEXT_MAX_LENGTH = 200  # characters of the place, and of what to bring
LONGEST_AHEAD = timedelta(days=366)  # later than that, a year was mistyped


@dataclass(frozen=True, slots=True)
class Appointment:
    """``moment`` is the point's local time as ISO 8601, or the text that could not be read as such."""

    moment: str
    place: str | None = None
    bring: str | None = None

    @property
    def at(self) -> datetime:
        """The moment, with its time zone. Raises ValueError for what is none, which a checked appointment never is."""
        at = datetime.fromisoformat(self.moment)
        if at.tzinfo is None:  # a day without a time is ISO 8601 too
            raise ValueError("a moment without a time zone")
        return at

    @property
    def is_over(self) -> bool:
        """Whether its day is past."""
        return clock.local_day(self.at) < clock.today()

    @property
    def description(self) -> str:
        """The day with its name, the hour and the place, in one line of the reader's language."""
        moment = f"{format_date(self.at, 'full')}, {format_time(self.at)}"
        return f"{moment} · {self.place}" if self.place else moment


def parse_appointment(answer: Mapping[str, Any]) -> Appointment | None:
    """The appointment of a stored answer; answers of an older version of the program have none."""
    stored = answer.get("appointment")
    return Appointment(stored["moment"], stored["place"], stored["bring"]) if stored else None


def find_appointment(state: str, answers: Sequence[Mapping[str, Any]]) -> Appointment | None:
    """The appointment in force: the newest of a referral that is accepted."""
    if state != "accepted":
        return None
    return next(filter(None, map(parse_appointment, reversed(answers))), None)


def check_appointment(appointment: Appointment, state: str) -> Iterator[FieldError]:
    """What is wrong with an appointment that goes with an answer of this state."""
    if state != "accepted":
        yield FieldError(
            "appointment",
            _("Only an accepted referral has an appointment. Choose “Accepted”, or empty the appointment."),
        )
        return
    try:
        at = appointment.at
    except ValueError:
        yield FieldError("appointment", _("Write the day and the time of the appointment."))
        return
    # An hour of grace: the agent of the entity may write it down while the person sits there.
    if at < clock.now() - timedelta(hours=1):
        yield FieldError("appointment", _("This moment is past."))
    elif at > clock.now() + LONGEST_AHEAD:
        yield FieldError("appointment", _("This is more than a year ahead. Check the year."))
    for name, text in (("place", appointment.place or ""), ("bring", appointment.bring or "")):
        if len(text) > TEXT_MAX_LENGTH:
            message = _("At most %(max_length)s characters.", max_length=TEXT_MAX_LENGTH)
            yield FieldError(f"appointment.{name}", message)
        if not texts.is_fit_text(text, lines=False):
            yield FieldError(f"appointment.{name}", _(texts.UNFIT_CHARACTERS))
