"""The authorisation to send a person's data to an entity, as it is shown before it is recorded.

It says which data go to whom and for what, and how to say no (Ley 1581 de 2012, art. 9; Decreto 1074 de 2015,
2.2.2.25.2). The words are those of the consent text, the data those that the service declares.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.labels import PORTAL_FIELD_LABELS
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import ConsentTextRow
from attention_point.foundation import clock
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _

REFERRAL_PURPOSE = "referral:<entity>"


class Authorisation(NamedTuple):
    """The authorisation in the reader's language. A text is empty where it does not apply.

    ``fields`` are the words for the data that the entity sees, ``withheld`` pairs of code and words for those that it
    sees only if the person asks for it. ``text_version`` is the consent text whose words these are.
    """

    title: str
    fields: tuple[str, ...]
    collected: str
    why: str
    refusal: str
    sanctions: str
    on_request: str
    transfer: str
    withheld: tuple[tuple[str, str], ...]
    text_version: str


def list_disclosed_fields(
    service: ServiceRow | None, *, restricted: bool, withheld_fields: Collection[str] = ()
) -> tuple[str, ...]:
    """The codes of the data that an entity sees of one referral. A service that has left the directory shows nothing.

    Notes may tell of violence, so only a restricted referral shows them (DOMAIN M2).
    """
    hidden_fields = {*withheld_fields, *(() if restricted else ("notes",))}
    return tuple(field for field in (service.fields if service else ()) if field not in hidden_fields)


def describe_authorisation(
    session: Session,
    entity_code: str,
    service_code: str,
    text_version: str | None = None,
    missing_fields: Collection[str] = (),
) -> Authorisation | None:
    """The authorisation for one service of one entity, in the words of a consent text: without one, today's.

    ``missing_fields`` are those that are not kept of this person, so that they cannot go.
    Returns None where the directory lacks the entity, the service, or a consent text that speaks of referrals.
    """
    entity, service = queries.find_entity(session, entity_code), queries.find_service(session, service_code)
    consent_text = (
        queries.find_consent_text_version(session, text_version)
        if text_version
        else queries.find_consent_text(session, clock.today())
    )
    purpose = _find_referral_purpose(consent_text) if consent_text else None
    if entity is None or service is None or consent_text is None or purpose is None:
        return None
    hidden_fields = {*entity.withheld_fields, *missing_fields}
    fields = _label_fields(list_disclosed_fields(service, restricted=service.restricted, withheld_fields=hidden_fields))
    withheld = tuple(
        (field, _(PORTAL_FIELD_LABELS[field]))
        for field in entity.withheld_fields
        if field in service.fields and field not in missing_fields
    )
    values = {
        "entity": entity.short[current_language()],
        "fields": ", ".join(fields),
        "withheld": ", ".join(label for _code, label in withheld),
    }
    words = {name: text[current_language()] % values for name, text in purpose.items() if name != "purpose"}
    # Each of these stands in the text, and is said only where it applies.
    conditions = {
        "sanctions": entity.sanctions,
        "on_request": bool(withheld),
        "transfer": entity.kind == "international",
    }
    for name, applies in conditions.items():
        text = consent_text.content.get(name)
        words[name] = text[current_language()] % values if text and applies else ""
    return Authorisation(fields=fields, withheld=withheld, text_version=consent_text.version, **words)


def _find_referral_purpose(consent_text: ConsentTextRow) -> dict[str, Any] | None:
    purposes = consent_text.content["purposes"]
    return next((purpose for purpose in purposes if purpose["purpose"] == REFERRAL_PURPOSE), None)


def _label_fields(fields: Collection[str]) -> tuple[str, ...]:
    return tuple(_(PORTAL_FIELD_LABELS[field]) for field in fields)
