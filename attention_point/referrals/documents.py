"""The slip: where to go, with which papers, and a code by which the entity finds the referral. It names nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.directory.rows import Directory, EntityRow, LineRow, ServiceRow
from attention_point.foundation import clock
from attention_point.foundation.language import current, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork.slip import Slip, SlipReferral, SlipWords
from attention_point.referrals.queries import OpenReferral
from attention_point.referrals.rules import OVER


@dataclass(frozen=True, slots=True)
class Handed:
    """What the slip takes over from its visit: ``code`` leads to it and tells nothing."""

    point: str
    day: date
    received_at: datetime
    reference: str
    code: str


def slip(
    session: Session, handed: Handed, referrals: Sequence[OpenReferral], public_url: str, *, demo: bool = False
) -> Slip:
    """The slip of a visit in the language in use: the urgent first, those that are over left out.

    Papers and emergency lines are those of the day of the visit.
    """
    going = sorted((each for each in referrals if each.state not in OVER), key=lambda each: not each.urgent)
    known = directory.directory(session)
    point = known.points.get(handed.point)
    address = point.address[current()] if point and point.address else ""
    return Slip(
        language=current(),
        created=clock.local(handed.received_at),
        office=_("International Affairs Office"),
        point=" · ".join(text for text in (point.name[current()] if point else handed.point, address) if text),
        reference=handed.reference,
        date=format_date(handed.day),
        heading=_("Where to go") if going else _("You were given guidance"),
        referrals=tuple(_place(known, each) for each in going),
        words=_words(),
        code=f"{public_url}/portal/slips/{handed.code}",
        code_caption=_("Show this code at the entity."),
        emergency=tuple(dict.fromkeys(_emergency(known, going, handed.day))),
        privacy=_(
            "This paper names nobody. Your data are protected: you may ask what is kept, correct it or have it erased."
        ),
        footer=_("Every service is free. Nobody may ask you for money."),
        watermark=_("Demonstration: invented people") if demo else None,
    )


def _place(known: Directory, each: OpenReferral) -> SlipReferral:
    entity, service = known.entities.get(each.entity), known.services.get(each.service)
    contact = _contact(entity)
    return SlipReferral(
        entity=entity.name[current()] if entity else each.entity,
        service=_service(each, service),
        address=contact[0],
        hours=contact[1],
        phone=contact[2],
        papers=_papers(service, each.day),
        urgent=each.urgent,
    )


def _service(each: OpenReferral, service: ServiceRow | None) -> str:
    """Whoever sees the paper, at another entity or at home, must not learn of violence or trafficking (DOMAIN M2)."""
    if each.restricted:
        return _("Guidance in confidence")
    return service.name[current()] if service else each.service


def _contact(entity: EntityRow | None) -> tuple[str, str, str]:
    """Address, hours and phone, once somebody confirmed them: a wrong address costs a day."""
    if entity is None or entity.confirmed_on is None:
        return _("ask at the attention point"), "", ""
    language = current()
    return (
        entity.address[language] if entity.address else "",
        entity.hours[language] if entity.hours else "",
        entity.phone or "",
    )


def _papers(service: ServiceRow | None, day: date) -> tuple[str, ...]:
    if service is None or service.documents_none:
        return ()
    papers = tuple(paper.text[current()] for paper in service.papers_on(day))
    return papers or (_("Ask at the attention point which papers to bring."),)


def _emergency(known: Directory, going: Sequence[OpenReferral], day: date) -> Iterator[str]:
    for each in going:
        for line in known.lines:
            if each.service in line.services and line.in_force(day):
                yield _line(line, in_confidence=each.restricted)


def _line(line: LineRow, *, in_confidence: bool) -> str:
    if in_confidence:
        return _("Free help by telephone, in confidence: %(number)s", number=line.number)
    name = line.name[current()]
    return name if line.number in name else f"{name}: {line.number}"


def _words() -> SlipWords:
    return SlipWords(
        reference=_("Your reference"),
        address=_("Address:"),
        hours=_("Hours:"),
        phone=_("Phone:"),
        papers=_("Bring:"),
        no_papers=_("No papers are asked for."),
        urgent=_("URGENT: go today"),
        page_of=_("Page %(page)s of %(pages)s"),
    )
