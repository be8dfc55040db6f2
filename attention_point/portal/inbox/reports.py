"""An entity's own list as a workbook, and as a page to print: what it is, of when, and for whom it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.directory.service_rows import ServiceRow
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import current_language, format_datetime, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import Block, Column, Heading, Note, Paragraph, Report, Table, write_xlsx
from attention_point.foundation.report_pages import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.people import records as people_records
from attention_point.portal import queries
from attention_point.portal.inbox.order import listing
from attention_point.portal.inbox.order.filters import read_filter
from attention_point.portal.queries import ReferralDisclosure
from attention_point.referrals.decrypted_referrals import DecryptedReferral

MAX_ROWS = 2_000
"""How many referrals a file holds. An entity's list is for work: who needs all of them asks the program by its API."""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class EntityList:
    """The referrals of a list, and whether it was cut."""

    disclosures: Sequence[ReferralDisclosure]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class DrawnList:
    """A workbook, and the ids of the referrals in it for the journal."""

    content: bytes
    referral_ids: tuple[str, ...]


def read_list(
    session: Session, entity: str, arguments: Mapping[str, str], *, restricted: bool, most: int = MAX_ROWS
) -> EntityList:
    """The referrals of a filter, in the order of the list."""
    # As text from the address, for the worker is another process and reads the filter anew.
    inbox_filter = read_filter(arguments, restricted=restricted)
    index = listing.open_index(session, entity)
    disclosures: list[ReferralDisclosure] = []
    after = None
    while len(disclosures) < most:
        page = listing.list_page(session, entity, index, inbox_filter, after, min(_PAGE, most - len(disclosures)))
        disclosures += queries.disclose_listed(session, page.referrals)
        after = page.next_after
        if after is None:
            break
    return EntityList(disclosures, is_cut=after is not None)


def draw_workbook(
    session: Session, settings: Settings, entity: str, arguments: Mapping[str, str], restricted: bool
) -> DrawnList:
    """Draw the list of a filter as XLSX, for the worker."""
    entity_list = read_list(session, entity, arguments, restricted=restricted)
    report = build_report(session, entity, entity_list, get_watermark(settings), restricted=restricted)
    referral_ids = tuple(str(disclosure.referral.id) for disclosure in entity_list.disclosures)
    return DrawnList(write_xlsx(report, build_report_wording()), referral_ids)


def build_report(
    session: Session, entity: str, entity_list: EntityList, watermark: str | None, *, restricted: bool
) -> Report:
    """The list as a report: its title, what it is, and one row for each referral."""
    services = directory_queries.get_services_by_code(session)
    entities = directory_queries.get_entities_by_code(session)
    name = entities[entity].name[current_language()] if entity in entities else entity
    title = _("Referrals of %(entity)s", entity=name)
    rows = tuple(_build_row(disclosure, services) for disclosure in entity_list.disclosures)
    columns = (
        Column("reference", _("Reference")),
        Column("service", _("Service")),
        Column("name", _("Name")),
        Column("age", _("Age on the day of the attention"), "integer"),
        Column("documents", _("Document")),
        Column("phone", _("Phone")),
        Column("state", _("State")),
        Column("referred", _("Referred on"), "date"),
        Column("urgent", _("Urgent or mandatory")),
        Column("appointment", _("Appointment")),
        Column("bring", _("What to bring")),
    )
    blocks: list[Block] = [
        Heading(title),
        Paragraph(_("Taken out on %(moment)s.", moment=format_datetime(clock.now()))),
        Note(_("Personal data for the attention of these people alone (Ley 1581 de 2012). Do not pass the file on.")),
        *([Note(_("Confidential: referrals about violence or trafficking."))] if restricted else []),
        Table("referrals", title, columns, rows),
    ]
    if entity_list.is_cut:
        blocks.insert(
            1, Note(_("The list goes on: only its first %(count)s are here.", count=format_number(len(rows))))
        )
    return Report(
        title=title,
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=clock.now(),
        issuer=_("International Affairs Office"),
        blocks=tuple(blocks),
        watermark=watermark,
    )


def _build_row(disclosure: ReferralDisclosure, services: Mapping[str, ServiceRow]) -> tuple[Any, ...]:
    referral, person = disclosure.referral, disclosure.person
    state = get_code_list("referral_states").label_for_code(referral.state, current_language())
    referred_on = clock.local_day(referral.created_at)
    if not isinstance(referral, DecryptedReferral):
        damaged = _("This record does not open. Tell the administrator.")
        return ("", damaged, "", None, "", "", state, referred_on, "", "", "")
    service = services.get(referral.service)
    is_first = _("Yes") if referral.urgent or referral.mandatory else _("No")
    return (
        disclosure.reference,
        service.name[current_language()] if service else referral.service,
        people_records.format_full_name(person),
        person.get("age"),
        _describe_documents(person),
        person.get("phone") or "",
        state,
        referred_on,
        is_first,
        referral.appointment.description if referral.appointment else "",
        (referral.appointment.bring or "") if referral.appointment else "",
    )


def _describe_documents(person: Mapping[str, Any]) -> str:
    types = get_code_list("document_types")
    documents = person.get("documents") or ()
    return ", ".join(
        f"{types.label_for_code(document['type'], current_language())} {document.get('number') or ''}".strip()
        for document in documents
    )
