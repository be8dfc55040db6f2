"""The slip of a visit: its content in the languages asked for, for the page and for the PDF."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

from sqlalchemy.orm import Session

from attention_point.accounts import queries as account_queries
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import Conflict
from attention_point.foundation.language import current_language, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import PaperName, Slip
from attention_point.foundation.settings import Settings
from attention_point.intake.family.links import list_visits_of_arrival
from attention_point.intake.queries import DecryptedVisit, list_visible_visits
from attention_point.people import records as people_records
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.slip import SlipTraveller, SlipVisit, build_slip
from attention_point.routing import queries as routing_queries
from attention_point.routing.answers import lacks_documents
from attention_point.routing.rule_types import ShownDocument, Situation

SPANISH, ENGLISH, SPANISH_AND_ENGLISH = "es", "en", "both"
SLIP_LANGUAGES = {SPANISH: ("es",), ENGLISH: ("en",), SPANISH_AND_ENGLISH: ("es", "en")}


class SlipChoices(NamedTuple):
    """What can be chosen when a slip is printed. Without a ``paper`` it is that of the point.

    ``is_alone``: the slip has one person's part only, though others came along.
    """

    languages: str
    paper: PaperName | None
    with_confidential: bool
    is_alone: bool


def read_slip_choices(arguments: Mapping[str, str], visit: DecryptedVisit) -> SlipChoices:
    """The choices in an address; what is unknown or missing is the ordinary choice. No value is personal."""
    # The person reads the slip. An English one names services and entities in Spanish too, for those at the entity.
    consent_languages = {consent.get("language") for consent in visit.record.get("consents") or ()}
    ordinary_languages = ENGLISH if "en" in consent_languages or current_language() == "en" else SPANISH
    languages = arguments.get("language", ordinary_languages)
    return SlipChoices(
        languages=languages if languages in SLIP_LANGUAGES else ordinary_languages,
        paper=next((paper for paper in get_args(PaperName) if paper == arguments.get("paper")), None),
        with_confidential=arguments.get("confidential") == "yes",
        # What is confidential is never printed beside what is for others: one of them may be whom the person fears.
        is_alone=arguments.get("people") == "one" or arguments.get("confidential") == "yes",
    )


def list_shown_visits_of_arrival(session: Session, actor: Actor, visit: DecryptedVisit) -> list[DecryptedVisit]:
    """The visits of who came together, the main person's first, without those that this reader may not see."""
    visits = list_visits_of_arrival(session, visit)
    visible_ids = {member.id for member in list_visible_visits(session, actor, visits)} | {visit.id}
    return [member for member in visits if member.id in visible_ids]


def list_printed_visits(
    visit: DecryptedVisit, arrival: Sequence[DecryptedVisit], choices: SlipChoices
) -> list[DecryptedVisit]:
    """The visits that stand on the slip of one, out of those of its arrival; an annulled one is left out.

    Raises Conflict where the visit itself was annulled.
    """
    if visit.is_void:
        raise Conflict(_("This visit was annulled: it has no slip."), code="void")
    return [member for member in ([visit] if choices.is_alone else arrival) if not member.is_void]


def build_slips(
    session: Session, settings: Settings, visits: Sequence[DecryptedVisit], choices: SlipChoices
) -> list[Slip]:
    """The slip of ``list_printed_visits`` in each language chosen, under the first visit's reference.

    A referral that does not open is not on it. The caller keeps in the journal that the visits were read: the people's
    documents are read for what need not be brought.
    """
    main = visits[0]
    corrections = [clock.local_day(visit.changed_at) for visit in visits if visit.changed_at]
    slip_visit = SlipVisit(
        main.point,
        main.day,
        main.received_at,
        main.reference,
        main.code,
        max(corrections, default=None),
        account_queries.list_entities_with_account(session),
    )
    travellers = list(_build_travellers(session, visits))
    slips = []
    for language in SLIP_LANGUAGES[choices.languages]:
        with in_language(language):
            slips.append(
                build_slip(
                    session,
                    slip_visit,
                    travellers,
                    settings.public_url,
                    demo=settings.demo,
                    paper=choices.paper,
                    with_confidential=choices.with_confidential,
                )
            )
    return slips


def _build_travellers(session: Session, visits: Sequence[DecryptedVisit]) -> Iterator[SlipTraveller]:
    # Somebody for whom a forgotten need was added has two visits on that day, and one part.
    people = people_records.open_people(session, [visit.person_id for visit in visits])
    for person_id in dict.fromkeys(visit.person_id for visit in visits):
        person = people.get(person_id)
        yield _build_traveller(
            session, person.record if person else {}, [visit for visit in visits if visit.person_id == person_id]
        )


def _build_traveller(session: Session, record: Mapping[str, Any], visits: Sequence[DecryptedVisit]) -> SlipTraveller:
    first = visits[0]
    referrals = [
        referral for visit in visits for referral in referral_queries.list_referrals_of_visit(session, visit.id)
    ]
    opened_referrals = [referral for referral in referrals if isinstance(referral, DecryptedReferral)]
    documents = tuple(
        ShownDocument(document["type"], date.fromisoformat(document["expires"]) if document.get("expires") else None)
        for document in record.get("documents") or ()
    )
    return SlipTraveller(
        opened_referrals,
        document_types=frozenset(document.type for document in documents),
        covered_services=_list_covered_services(session, record, documents, first.day),
        # Whether a service was sent is not known where a referral does not open.
        suggestions=[suggestion for visit in visits for suggestion in visit.record["suggestions"]]
        if len(opened_referrals) == len(referrals)
        else [],
        reference=first.reference,
        relation=first.record.get("relation"),
        sex=first.record["counted"].get("sex"),
        age=first.record["counted"].get("age"),
        complained_of=(first.record.get("facts") or {}).get("complained_of"),
        unmet_needs=_list_unmet_needs(visits, opened_referrals),
    )


def _list_unmet_needs(visits: Sequence[DecryptedVisit], referrals: Sequence[DecryptedReferral]) -> frozenset[str]:
    # A line beside a confidential visit would tell whoever reads the paper what was asked for.
    if any(visit.record.get("restricted") for visit in visits):
        return frozenset()
    met_needs = {suggestion["need"] for visit in visits for suggestion in visit.record["suggestions"]}
    services = {referral.service for referral in referrals}
    return frozenset({need for visit in visits for need in visit.record["needs"]} - met_needs - services)


def _list_covered_services(
    session: Session, record: Mapping[str, Any], documents: tuple[ShownDocument, ...], day: date
) -> frozenset[str]:
    """The services of which the person showed an accepted document, by the rules that suggest services."""
    situation = Situation(age=people_records.add_age(record, day).get("age"), documents=documents)
    offers = [
        offer
        for need_offers in routing_queries.get_offer_index(session).offers_on_day(day).values()
        for offer in need_offers
    ]
    return frozenset(offer.service for offer in offers if not lacks_documents(situation, offer, day))
