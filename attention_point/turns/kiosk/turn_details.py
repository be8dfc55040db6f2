"""What a visitor answered, as it is sealed with the turn."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.turns.details import PreferentialReason, TurnCompanions, TurnDetails
from attention_point.turns.kiosk.answers import KioskAnswers
from attention_point.turns.kiosk.needs import list_need_codes
from attention_point.turns.kiosk.steps import FIELD_LENGTHS, UnfitAnswer, read_intake_text, read_slip_code
from attention_point.turns.rules import VISITOR_REASONS

CONSENT_FIELDS = ("attention", "text_version", "text_language")
"""The consent under which the visitor typed, by the names of the desk's form."""


def build_details(answers: KioskAnswers, text_version: str | None) -> TurnDetails:
    """The answers of the server's steps. ``text_version`` is the consent text that was shown, if any."""
    # Three answers lead to it: the point offers it, the visitor wants it, and said yes to the text.
    self_intake = None
    if answers.wants_intake and answers.allows_data and text_version:
        consent = dict(zip(CONSENT_FIELDS, ("yes", text_version, answers.language), strict=True))
        self_intake = {**consent, **{name: text for name, text in answers.fields.items() if text}}
    return TurnDetails.model_validate(
        {
            "needs": answers.needs,
            "language": answers.language,
            "first_time": answers.first_time,
            "companions": TurnCompanions(adults=answers.adults, children=answers.children),
            "preferential": answers.preferential,
            "slip_code": (answers.slip_code or None) if answers.first_time is False else None,
            "self_intake": self_intake,
        }
    )


def select_fit_details(session: Session, details: TurnDetails, *, offers_self_intake: bool) -> TurnDetails:
    """What may be kept of the details that a page sent.

    A page that stood open while the directory or the setting of the point changed is not refused: the visitor gets the
    turn, without what the kiosk no longer asks. Without the yes to being on file nothing that names somebody is kept.
    """
    # Only codes of today: a made-up one would stand in the queue as it was sent.
    needs = list_need_codes(session, clock.today())
    return TurnDetails(
        needs=tuple(dict.fromkeys(code for code in details.needs if code in needs)),
        language=details.language,
        first_time=details.first_time,
        companions=details.companions,
        preferential=select_visitor_reasons(details),
        slip_code=_select_slip_code(details.slip_code),
        self_intake=_select_self_intake(details.self_intake) if offers_self_intake else None,
    )


def select_visitor_reasons(details: TurnDetails) -> tuple[PreferentialReason, ...]:
    """The reasons for a preferential turn that a visitor may choose, once each."""
    return tuple(reason for reason in dict.fromkeys(details.preferential) if reason in VISITOR_REASONS)


def _select_slip_code(text: str | None) -> str | None:
    try:
        return read_slip_code(text or "") or None
    except UnfitAnswer:
        return None


def _select_self_intake(fields: Mapping[str, str] | None) -> dict[str, str] | None:
    if not fields or fields.get("attention") != "yes" or not fields.get("text_version"):
        return None
    # A version is compared with the texts of the directory when the agent saves; here it is only kept short.
    consent = {name: fields[name][:40] for name in CONSENT_FIELDS if name in fields}
    typed = {name: _cut_text(name, fields[name]) for name in FIELD_LENGTHS if fields.get(name)}
    return {**consent, **{name: text for name, text in typed.items() if text}}


def _cut_text(name: str, text: str) -> str:
    # The boxes take no more letters than this; a longer text is not from them.
    try:
        return read_intake_text(name, text[: FIELD_LENGTHS[name]])
    except UnfitAnswer:
        return ""
