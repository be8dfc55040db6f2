"""The consents of the desk's form and of its check page, as a draft holds them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.directory.privacy.privacy_notice import ASKED_PURPOSES, describe_privacy
from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.intake.consents.earlier_answers import list_standing_consents

PURPOSE_LABELS = {
    "attention": N_("Allows their data to be kept, to be served"),
    "contact": N_("Allows calls and messages to their phone"),
    "statistics": N_("Consents to statistics"),
    "research": N_("Allows studies by a university"),
}


def build_consents(form: Any) -> list[dict[str, Any]]:
    """The answers of the form, each with the version and the language of the text that was on the screen."""
    text = {"text_version": form.text_version.data or "", "language": form.text_language.data or None}
    return [
        {"purpose": name, "granted": form[name].data == "yes", **text}
        for name in ASKED_PURPOSES
        if form[name].data in {"yes", "no"}
    ]


def build_referral_consents(
    entities: Iterable[str], posted: MultiDict[str, str], extra_prefix: str
) -> list[dict[str, Any]]:
    """The consents to send data to entities. "Refer: the person says yes" is the consent, under the form's text.

    ``extra_prefix``, with an entity's code, names the field with the codes of data that the person asks to send there.
    """
    return [
        {
            "purpose": f"referral:{entity}",
            "granted": True,
            "text_version": posted.get("text_version", ""),
            "language": posted.get("text_language") or None,
            "extra_fields": sorted(set(posted.getlist(extra_prefix + entity))) or None,
        }
        for entity in sorted(set(entities))
    ]


def encode_standing_consents(session: Session, person: UUID) -> str:
    """What the person on file allowed before, for a field of the form. It is only shown: the plan looks it up again."""
    consents = list_standing_consents(session, person, clock.today())
    return " ".join(f"{purpose}:{day.isoformat()}" for purpose, day in consents.items() if purpose in ASKED_PURPOSES)


def describe_consents(session: Session, contact: str | None, form: Any) -> dict[str, Any]:
    """What the form's part about consents shows: the text of its version, and what was allowed before, by purpose."""
    return {
        "notice": describe_privacy(session, contact, form.text_version.data or ""),
        "allowed_before": dict(_read_standing_consents(form.allowed_before.data or "")),
    }


def _read_standing_consents(text: str) -> Iterator[tuple[str, date]]:
    for part in text.split():
        purpose, _colon, day = part.partition(":")
        if purpose in ASKED_PURPOSES:
            try:
                yield purpose, date.fromisoformat(day)
            except ValueError:  # nobody but a changed page sends such a thing
                continue
