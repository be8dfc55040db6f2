"""The slip says where to go and what is still to be brought. It names nobody; its code leads to the referral."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from attention_point.dates import is_in_force
from attention_point.directory import queries as directory_queries
from attention_point.directory.service_rows import OfferRow, ServiceRow
from attention_point.directory.snapshot import Directory, EmergencyLineRow, PointRow
from attention_point.foundation import clock
from attention_point.foundation.language import N_, current_language, format_date, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork.slip.content import PaperName, Slip, SlipLabels, SlipPerson, SlipReferral
from attention_point.referrals.slip.contact import list_contact_lines
from attention_point.referrals.slip.places import SlipDay, SlipPlace, SlipTraveller, build_slip_referral, list_places

AGE_TOLD_BELOW = 18  # years
PRIVACY_NOTICE = N_(
    "Your name is not on this sheet. Your data are protected: you may ask what is stored about you, and have it "
    "corrected or erased."
)


@dataclass(frozen=True, slots=True)
class SlipVisit:
    """The values that the slip takes from its visit. ``code`` leads to the visit and reveals nothing.

    ``corrected_on`` is the day of the last correction, which the slip prints; None where there was none. ``readers``
    are the entities of which somebody reads this system; None where that is not known.
    """

    point: str
    day: date
    received_at: datetime
    reference: str
    code: str
    corrected_on: date | None = None
    readers: Collection[str] | None = None


# Who helps a person whom an entity refuses to receive: the first of them of whom she does not complain.
HELPERS = ("personeria", "defensoria")


def build_slip(
    session: Session,
    visit: SlipVisit,
    travellers: Sequence[SlipTraveller],
    public_url: str,
    *,
    demo: bool = False,
    paper: PaperName | None = None,
    with_confidential: bool = False,
) -> Slip:
    """Build the slip of a visit in the current language: urgent places first, without referrals that have ended.

    It prints the requirements and emergency lines that are in force on the day of the visit. Without a ``paper`` it is
    drawn for that of the point. Confidential referrals are left out unless they are asked for: somebody at home may
    read the slip (DOMAIN M2).
    """
    snapshot = directory_queries.get_directory(session)
    point = snapshot.points.get(visit.point)
    # On a sheet for several people nothing confidential stands: one of them may be whom another one fears.
    is_shown = with_confidential and len(travellers) == 1
    places = [list_places(traveller, with_confidential=is_shown) for traveller in travellers]
    slip_day = SlipDay(visit.day, clock.today(), point.municipality if point else None, visit.readers)
    return Slip(
        language=current_language(),
        created_at=clock.to_local_time(visit.received_at),
        office_name=_("International Affairs Office"),
        point_name=point.name[current_language()] if point else visit.point,
        point_contact=tuple(_list_point_contact(point)) if point else (),
        reference=visit.reference,
        date_text=format_date(visit.day),
        correction_note=_("Corrected on %(date)s", date=format_date(visit.corrected_on)) if visit.corrected_on else "",
        heading=_("Where to go")
        if any(not place.is_closed for traveller_places in places for place in traveller_places)
        else _("You were given guidance"),
        people=tuple(_build_people(snapshot, slip_day, travellers, places)),
        labels=_build_slip_words(),
        # The code is random: who finds the paper learns nothing from it, and without an account opens nothing.
        qr_code_address=f"{public_url}/portal/slips/{visit.code}",
        qr_code_caption=_(
            "Show it there, and tell us afterwards: %(code)s",
            code=_group_letters(visit.code),
        ),
        emergency_lines=tuple(_list_emergency_lines(session, travellers, places, visit.day)),
        refused_note=_describe_help(snapshot, slip_day, travellers, places),
        privacy_notice=_(PRIVACY_NOTICE),
        footer=_("Nobody may ask you for money for this guidance or for this sheet."),
        watermark=_("Demonstration: invented people") if demo else None,
        paper=paper or (point.print_format if point else "a4"),
    )


def describe_offer(
    session: Session,
    offer: OfferRow,
    day: date,
    municipality: str | None = None,
    readers: Collection[str] | None = None,
) -> SlipReferral:
    """An entity that gives a service, as a slip prints it. It is of the directory alone: nobody was referred yet."""
    snapshot = directory_queries.get_directory(session)
    place = SlipPlace(offer.entity, offer.service, offer.restricted, is_urgent=False, is_sent=True)
    slip_day = SlipDay(day, day, municipality, readers)
    printed = build_slip_referral(snapshot, place, SlipTraveller(()), slip_day)
    service = snapshot.services.get(offer.service)
    if service and service.instruments:
        printed = _say_windows(printed, service, day)
    # Nobody knows yet whether the procedure is open for the person: no way to an authority that can expel is printed.
    is_authority = offer.entity in snapshot.entities and snapshot.entities[offer.entity].sanctions
    return replace(printed, contact=(), checked_note="") if is_authority else printed


def _say_windows(printed: SlipReferral, service: ServiceRow, day: date) -> SlipReferral:
    """A procedure of which nobody knows yet whether a window is open for the person: no papers, but what is open."""
    names = [
        _("%(procedure)s (until %(day)s)", procedure=row.name[current_language()], day=format_date(row.valid_to))
        if row.valid_to
        else row.name[current_language()]
        for row in service.instruments
        if is_in_force(row.valid_from, row.valid_to, day)
    ]
    if not names and service.closed:
        return SlipReferral(printed.entity_name, printed.service_name, closed_note=service.closed[current_language()])
    note = _(
        "Open today, each for some people: %(procedures)s. Ask here which one is for you.", procedures="; ".join(names)
    )
    return replace(printed, requirements=(), requirement_note=note)


def list_offer_lines(session: Session, service: str, day: date) -> tuple[str, ...]:
    """The emergency lines that a slip prints for a service that is not confidential."""
    lines = directory_queries.list_emergency_lines(session, service, day)
    return tuple(_format_emergency_line(line, is_confidential=False) for line in lines)


def _group_letters(code: str) -> str:
    # For whoever cannot scan it: in fours, as people read long numbers, and on one line.
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _build_people(
    snapshot: Directory, slip_day: SlipDay, travellers: Sequence[SlipTraveller], places: Sequence[Sequence[SlipPlace]]
) -> Iterator[SlipPerson]:
    is_shared = len(travellers) > 1
    first_numbers: dict[SlipReferral, int] = {}
    for number, (traveller, traveller_places) in enumerate(zip(travellers, places, strict=True), 1):
        referrals = _say_once([build_slip_referral(snapshot, place, traveller, slip_day) for place in traveller_places])
        yield SlipPerson(
            tuple(
                _refer_back(snapshot, place, referral, first_number)
                if (first_number := first_numbers.setdefault(referral, number)) < number
                else referral
                for place, referral in zip(traveller_places, referrals, strict=True)
            ),
            _describe_traveller(number, traveller) if is_shared else "",
            _("Guidance was given.") if is_shared else "",
        )


def _refer_back(snapshot: Directory, place: SlipPlace, referral: SlipReferral, first_number: int) -> SlipReferral:
    """What somebody before on the same sheet is told already, in two lines: a family's would have a page for each."""
    if not (referral.contact or referral.requirements or referral.advice):
        return referral
    return replace(
        referral,
        entity_name=snapshot.entities[place.entity].short[current_language()],
        contact=(),
        requirements=(),
        advice=(),
        checked_note="",
        requirement_note=_("The same as for person %(number)s.", number=first_number),
    )


def _say_once(referrals: Sequence[SlipReferral]) -> tuple[SlipReferral, ...]:
    # A general service, such as help for everybody, comes before the one that the advice is about: there it stays.
    printed_sentences: set[str] = set()
    shortened: list[SlipReferral] = []
    for referral in reversed(referrals):
        shortened.append(
            replace(referral, advice=tuple(words for words in referral.advice if words not in printed_sentences))
        )
        printed_sentences.update(referral.advice)
    return tuple(reversed(shortened))


# By the relation to the main person, and the sex where the word tells it. The slip speaks to the main person.
_TRAVELLER_WORDS = {
    "self": N_("you"),
    "partner": N_("your partner"),
    "child": N_("your child"),
    "child:F": N_("your daughter"),
    "child:M": N_("your son"),
    "parent": N_("your parent"),
    "parent:F": N_("your mother"),
    "parent:M": N_("your father"),
    "sibling": N_("your sibling"),
    "sibling:F": N_("your sister"),
    "sibling:M": N_("your brother"),
    "grandparent": N_("your grandparent"),
    "grandparent:F": N_("your grandmother"),
    "grandparent:M": N_("your grandfather"),
    "other_relative": N_("your relative"),
    "other": N_("the person who came with you"),
}


def _describe_traveller(number: int, traveller: SlipTraveller) -> str:
    relation = traveller.relation or ("self" if number == 1 else "other")
    words = _(_TRAVELLER_WORDS.get(f"{relation}:{traveller.sex}", _TRAVELLER_WORDS[relation]))
    # An adult knows which part is hers; among children the age tells the sheets of brothers and sisters apart.
    if traveller.age is not None and traveller.age < AGE_TOLD_BELOW:
        years = ngettext("%(num)s year old", "%(num)s years old", traveller.age)
        age = years if traveller.age else _("less than one year old")
        words = _("%(person)s, %(age)s", person=words, age=age)
    heading = _("For person %(number)s: %(person)s", number=number, person=words)
    return f"{heading} · {traveller.reference}" if traveller.reference else heading


def _list_point_contact(point: PointRow) -> Iterator[str]:
    language = current_language()
    for text in (point.address, point.hours):
        if text:
            yield text[language]
    if point.phone:
        yield f"{_('Phone:')} {point.phone}"


def _describe_help(
    snapshot: Directory, slip_day: SlipDay, travellers: Sequence[SlipTraveller], places: Sequence[Sequence[SlipPlace]]
) -> str:
    """Where to go for help when an entity refuses; nothing on a slip that sends nobody anywhere."""
    avoided = {traveller.complained_of for traveller in travellers}
    helpers = [code for code in HELPERS if code not in avoided and code in snapshot.entities and any(places)]
    # Another one than those who may refuse, if there is one.
    destinations = {place.entity for traveller_places in places for place in traveller_places}
    helper = min(helpers, key=lambda code: code in destinations, default=None)
    if helper is None:
        return ""
    place = next(iter(snapshot.list_places(helper, None, slip_day.visit_day)), None)
    contact = list_contact_lines(
        place, slip_day.visit_day, home_municipality=slip_day.municipality, has_appointment=True
    )
    name = snapshot.entities[helper].name[current_language()]
    reached = [text for label, text in contact if label in {_("Address:"), _("Phone:")}]
    return _("If they refuse to receive you, ask for help: %(contact)s.", contact=", ".join([name, *reached]))


def _list_emergency_lines(
    session: Session, travellers: Iterable[SlipTraveller], places: Iterable[Iterable[SlipPlace]], day: date
) -> Iterable[str]:
    """Each line once, in the order of the places; then those of what nobody is sent for, as a child who is not here."""
    services = [(place.service, place.is_restricted) for traveller_places in places for place in traveller_places]
    services += [(need, False) for traveller in travellers for need in sorted(traveller.unmet_needs)]
    return dict.fromkeys(
        _format_emergency_line(emergency_line, is_confidential=is_restricted)
        for service, is_restricted in services
        for emergency_line in directory_queries.list_emergency_lines(session, service, day)
    )


def _format_emergency_line(emergency_line: EmergencyLineRow, *, is_confidential: bool) -> str:
    if is_confidential:
        return _("Guidance by telephone: %(number)s", number=emergency_line.number)
    name = emergency_line.name[current_language()]
    return name if emergency_line.number in name else f"{name}: {emergency_line.number}"


def _build_slip_words() -> SlipLabels:
    return SlipLabels(
        reference=_("Your reference"),
        requirements=_("Bring:"),
        advice=_("Keep in mind:"),
        appointment=_("Appointment:"),
        page_number_text=_("Page %(page)s of %(pages)s"),
    )
