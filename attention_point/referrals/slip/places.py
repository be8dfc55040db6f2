"""The places of a slip: where one of its people is to go, with whom, and what is still to be brought.

Besides the referrals these are the services that were suggested and not sent: whoever goes there alone needs the
address all the more.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from attention_point.directory.service_rows import RequirementRow, ServiceRow
from attention_point.directory.snapshot import Directory
from attention_point.foundation.language import current_language, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork.slip.content import SlipReferral
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.rules import ENDED_STATES
from attention_point.referrals.slip.contact import describe_check, list_contact_lines
from attention_point.referrals.slip.guidance import VERIFICATION_RULE, describe_guidance

WRITING_LINE = "_" * 20  # what is left beside the label in the column of a slip on A5


@dataclass(frozen=True, slots=True)
class SlipTraveller:
    """One of the people for whom a slip is printed, and what they showed at the desk.

    ``document_types`` are the codes of the documents on file. ``covered_services`` are those of which the person showed
    an accepted document. ``suggestions`` are those of the visit, as they stand in its record. The other values tell the
    people of one slip apart without a name. ``complained_of`` is whom the person complains of. ``unmet_needs`` are
    those of a visit that is not confidential for which she is sent nowhere.
    """

    referrals: Sequence[DecryptedReferral]
    document_types: frozenset[str] = frozenset()
    covered_services: frozenset[str] = frozenset()
    suggestions: Sequence[Mapping[str, Any]] = ()
    reference: str = ""
    relation: str | None = None
    sex: str | None = None
    age: int | None = None
    complained_of: str | None = None
    unmet_needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SlipDay:
    """What all places of a slip are printed for: the day of the visit, the day of printing, the point's municipality.

    ``readers`` are the entities of which somebody reads this system; None where that is not known.
    """

    visit_day: date
    today: date
    municipality: str | None = None
    readers: Collection[str] | None = None


class SlipPlace(NamedTuple):
    """A service at an entity. ``is_sent``: the entity has the referral. ``suggestion`` is that of the rules, if any."""

    entity: str
    service: str
    is_restricted: bool
    is_urgent: bool
    is_sent: bool
    suggestion: Mapping[str, Any] = {}
    appointment: Appointment | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the procedure is closed for the person."""
        return bool(self.suggestion.get("closed"))


def list_places(traveller: SlipTraveller, *, with_confidential: bool) -> list[SlipPlace]:
    """Where the person is to go, urgent places first, and those first that have the referral; what is closed last."""
    places = [place for place in _list_all_places(traveller) if with_confidential or not place.is_restricted]
    return sorted(places, key=lambda place: (place.is_closed, not place.is_urgent, not place.is_sent))


def _list_all_places(traveller: SlipTraveller) -> Iterator[SlipPlace]:
    suggestions = {suggestion["service"]: suggestion for suggestion in traveller.suggestions}
    for referral in traveller.referrals:
        if referral.state not in ENDED_STATES:
            yield SlipPlace(
                referral.entity,
                referral.service,
                referral.restricted,
                referral.urgent,
                True,
                suggestions.get(referral.service, {}),
                referral.appointment,
            )
    # One that has ended was sent too: nobody is told to go there again.
    sent_services = {referral.service for referral in traveller.referrals}
    for suggestion in traveller.suggestions:
        if suggestion["service"] not in sent_services:
            is_restricted, is_urgent = bool(suggestion.get("restricted")), bool(suggestion.get("urgent"))
            yield SlipPlace(suggestion["entity"], suggestion["service"], is_restricted, is_urgent, False, suggestion)


def build_slip_referral(
    snapshot: Directory, place: SlipPlace, traveller: SlipTraveller, slip_day: SlipDay
) -> SlipReferral:
    """A place in words: names, contact data that the office has confirmed, and what is in force on the day."""
    entity, service = snapshot.entities.get(place.entity), snapshot.services.get(place.service)
    guidance = describe_guidance(service, place.suggestion, "slip")
    entity_name = _format_name(entity.name) if entity else place.entity
    service_name = _format_service_name(place, service)
    if guidance.closed_note:
        # Neither address nor telephone: an authority that can fine or expel would hear of somebody for nothing. What
        # was sent there all the same is named.
        name, detail = (entity_name, service_name) if place.is_sent else (service_name, "")
        return SlipReferral(name, detail, closed_note=guidance.closed_note, advice=guidance.sentences)
    # The places of an entity are many; the slip names the one that it prefers.
    first_place = next(iter(snapshot.list_places(place.entity, place.service, slip_day.visit_day)), None)
    requirements, requirement_note = _list_requirements(service, slip_day.visit_day, traveller, place)
    appointment = place.appointment
    if appointment and appointment.bring:
        requirements = (*requirements, appointment.bring)
    contact = list_contact_lines(
        first_place,
        slip_day.visit_day,
        home_municipality=slip_day.municipality,
        has_appointment=appointment is not None,
    )
    # The agent writes it there: whoever leaves without an address goes nowhere.
    contact = contact or [(_("Address:"), WRITING_LINE)]
    if guidance.procedure and not place.is_restricted:
        contact.append((_("Procedure:"), guidance.procedure))
    if guidance.last_day:
        contact.append((_("Last day to ask for it:"), format_date(guidance.last_day)))
    return SlipReferral(
        entity_name,
        service_name,
        contact=tuple(contact),
        requirements=requirements,
        requirement_note=requirement_note,
        # Of a confidential service the paper says where it is, and nothing of what it is for.
        advice=guidance.sentences if not place.is_restricted or (service and service.restricted) else (),
        reason=_describe_way(place, slip_day),
        checked_note=describe_check(first_place, slip_day.today),
        urgent_text=_describe_urgency(place),
        # One of a day that is past would send the person away in vain.
        appointment=appointment.description if appointment and not appointment.is_over else "",
    )


def _describe_urgency(place: SlipPlace) -> str:
    # With a relative it is a verification of rights: "go today" would frighten the family away (DOMAIN M1).
    if not place.is_urgent or place.suggestion.get("rule") == VERIFICATION_RULE:
        return ""
    return _("URGENT: go today")


def _describe_way(place: SlipPlace, slip_day: SlipDay) -> str:
    # Who went by herself needs no word about who reads this system: her data are in no list there.
    if not place.is_sent:
        return _("Your data were not sent there. You can go by yourself.")
    if slip_day.readers is not None and place.entity not in slip_day.readers:
        return _("Nobody there sees your data in this system. Go by yourself, with this sheet.")
    return ""


def _format_name(name: Mapping[str, str]) -> str:
    """A name in the reader's language; on an English slip also in Spanish, for the door and for those behind it."""
    translated, spanish = name[current_language()], name["es"]
    return translated if translated == spanish else f"{translated} ({spanish})"


def _format_service_name(place: SlipPlace, service: ServiceRow | None) -> str:
    # Whoever sees the paper, at another entity or at home, must not learn of violence or trafficking (DOMAIN M2): not
    # even that there is something in confidence.
    if place.is_restricted:
        return _("Guidance")
    return _format_name(service.name) if service else place.service


def _list_requirements(
    service: ServiceRow | None, day: date, traveller: SlipTraveller, place: SlipPlace
) -> tuple[tuple[str, ...], str]:
    """What the person still has to find, and a sentence about documents."""
    if service is None:
        return (), ""
    if service.documents_none:
        return (), _("Nobody may ask you for documents for this.")
    instrument = place.suggestion.get("instrument")
    requirements = service.requirements_on(day, instrument)
    row = service.find_instrument(instrument)
    accepted = {document.type for document in (row.documents if row and row.documents else service.documents)}
    lacking = [
        requirement for requirement in requirements if not _is_covered(requirement, service, accepted, traveller)
    ]
    # What was shown at the desk is not asked for again, but it has to come along.
    note = (
        _("Also bring the document that you showed at the attention point.") if len(lacking) < len(requirements) else ""
    )
    return tuple(requirement.text[current_language()] for requirement in lacking), note


def _is_covered(requirement: RequirementRow, service: ServiceRow, accepted: Set[str], traveller: SlipTraveller) -> bool:
    """Whether the person showed at the desk what this requirement asks for."""
    asked = frozenset(requirement.documents)
    # Any one of the documents that the service accepts is enough, so that its other documents are not needed then.
    if asked and asked <= accepted:
        return service.code in traveller.covered_services and bool(accepted & traveller.document_types)
    return bool(asked & traveller.document_types)
