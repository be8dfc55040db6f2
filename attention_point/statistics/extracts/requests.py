"""What somebody asks for: a period, who receives its rows, and under which agreement."""

from dataclasses import dataclass
from datetime import date

from attention_point import texts
from attention_point.dates import last_of_month, parse_month_code
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.anonymity.rules import LEAST_K
from attention_point.statistics.extracts.rules import DEFAULT_K, MAX_TEXT_LENGTH, ExtractPeriod


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """A checked request."""

    period: ExtractPeriod
    recipient: str
    agreement: str
    k: int = DEFAULT_K


def parse_request(
    first_month: str, last_month: str, recipient: str | None, agreement: str | None, k: int = DEFAULT_K
) -> ExtractRequest:
    """Check what was typed; months are written ``2017-09``. Raises Invalid with every error."""
    # All errors at once, as the form and the command show them.
    errors: list[FieldError] = []
    first, last = (_parse_month(*typed, errors) for typed in (("first", first_month), ("last", last_month)))
    period = ExtractPeriod(first, last_of_month(last)) if first and last else None
    if period:
        errors += _check_period(period)
    # Two ways of typing one name would look like two organisations in the log.
    recipient, agreement = texts.normalise_text(recipient or ""), texts.normalise_text(agreement or "")
    for name, text in (("recipient", recipient), ("agreement", agreement)):
        if not text:
            errors.append(FieldError(name, _("This is required.")))
        elif len(text) > MAX_TEXT_LENGTH:
            errors.append(FieldError(name, _("At most %(max_length)s characters.", max_length=MAX_TEXT_LENGTH)))
        elif not texts.is_fit_text(text):
            errors.append(FieldError(name, _(texts.UNFIT_CHARACTERS)))
    # Two alike protect nobody: each of the two knows the other (k from 3 on).
    if k < LEAST_K:
        errors.append(FieldError("k", _("At least %(ge)s.", ge=LEAST_K)))
    if errors or period is None:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    return ExtractRequest(period, recipient, agreement, k)


def _parse_month(name: str, text: str, errors: list[FieldError]) -> date | None:
    try:
        return parse_month_code(text.strip())
    except ValueError:
        errors.append(FieldError(name, _("Write the year and the month, for example 2017-09.")))
        return None


def _check_period(period: ExtractPeriod) -> list[FieldError]:
    # A period that still runs would be handed over once, and never again with those who come later.
    if period.last >= clock.today():
        return [FieldError("last", _("This month has not ended yet. An extract covers a period that is over."))]
    if period.is_whole:
        return []
    message = _("An extract covers a whole semester (January to June, July to December) or a whole year, no other.")
    return [FieldError("first", message)]
