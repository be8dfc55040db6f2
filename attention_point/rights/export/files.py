"""A person's own export as files: a readable PDF, and the same as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.language import format_date, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.foundation.paperwork import (
    Block,
    Column,
    Heading,
    LabelledValues,
    Note,
    Paragraph,
    Report,
    Table,
    write_pdf,
)
from attention_point.foundation.report_pages.wording import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.people import merging
from attention_point.rights.export.person_content import build_person_content
from attention_point.rights.requests import askers

MIME_TYPES = {"pdf": "application/pdf", "json": "application/json"}
ONESELF, ANOTHER, DEFENDER = askers.WHOLE_COPY, askers.COPY_FOR_ANOTHER, askers.COPY_FOR_DEFENDER


def draw_person_export(session: Session, settings: Settings, person: UUID, kind: str, reader: str = ONESELF) -> bytes:
    """Draw the export of one person as ``pdf`` or ``json``, for the worker. Raises VaultError.

    ``reader`` is ``ONESELF``, or ``ANOTHER`` for a parent or a representative: without all that tells where the person
    is, or was said in confidence; or ``DEFENDER``, who protects a child and gets all of it.
    """
    people = merging.list_linked(session, person)
    content = build_person_content(session, people, for_another=reader == ANOTHER)
    # For programs, and for another authority to read: the same content, with the record as it is stored.
    if kind == "json":
        return json.dumps(content, ensure_ascii=False, indent=2).encode()
    return write_pdf(build_export_report(content, reader, get_watermark(settings)), build_report_wording())


def build_export_report(content: Mapping[str, Any], reader: str, watermark: str | None) -> Report:
    """The export as a report. What is empty is left out, but for the consents: that there are none is told."""
    is_own = reader == ONESELF
    return Report(
        title=_("The data that we keep about you") if is_own else _("The data that we keep about this person"),
        subtitle="",
        language=str(current_locale()).replace("_", "-"),
        created_at=clock.now(),
        issuer=_("International Affairs Office"),
        blocks=tuple(_write_for_another(content) if reader == ANOTHER else _write_all(content, reader)),
        watermark=watermark,
    )


def _write_all(content: Mapping[str, Any], reader: str) -> Iterator[Block]:
    yield Paragraph(content["name"] or _("No name on file"))
    notes = {
        ONESELF: _(
            "This paper is yours. It is free and complete. It says private things: keep it where nobody else sees "
            "it. If something is wrong, ask at the attention point to correct it."
        ),
        DEFENDER: _(
            "This paper is handed to the Defensor de Familia: where it says “you”, it means the child. It tells where "
            "the child is. Nobody of whom the child is afraid may see it."
        ),
    }
    yield Note(notes[reader])
    yield Heading(_("What we know of you"), 2)
    yield _list_values(content["details"])
    if content["earlier_details"]:
        yield Heading(_("What was written before"), 2)
        yield _list_values(content["earlier_details"])
    yield from _list_consents(content)
    yield from _list_visits(content)
    yield from _list_referrals(content)
    yield from _list_requests(content)
    yield from _list_uses(content)
    if any(content["unreadable"].values()):
        yield Note(_("A part of your record does not open just now. Ask the attention point to look at it."))


def _write_for_another(content: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph(content["name"] or _("No name on file"))
    yield Note(
        _(
            "This paper is for whoever acts for this person. When the person came and with which permits, where to "
            "find the person, what was allowed, to whom the data were sent and what was said in confidence is told to "
            "the person alone. It is so for everybody. A judge, or the Defensor de Familia, can ask us for more."
        )
    )
    yield Heading(_("What we know of this person"), 2)
    yield _list_values(content["details"])


def _list_values(rows: Sequence[Mapping[str, str]]) -> Block:
    if not rows:
        return Paragraph(_("Nothing."))
    return LabelledValues(tuple((row["label"], row["value"]) for row in rows))


def _list_consents(content: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(_("What you allowed"), 2)
    if not content["consents"]:
        yield Paragraph(_("No answer is on file."))
        return
    columns = (
        Column("purpose", _("What for")),
        Column("day", _("Day")),
        Column("answer", _("Your answer")),
        Column("text", _("Text that was read")),
    )
    rows = [
        (
            consent["purpose"],
            format_date(_read_day(answer["said_at"])),
            # A no without a visit is what a request took back.
            _("Yes") if answer["granted"] else _("No") if answer["visit"] else _("You took it back"),
            answer["text_version"],
        )
        for consent in content["consents"]
        for answer in consent["answers"]
    ]
    yield Table("consents", _("What you allowed"), columns, tuple(rows))


def _list_visits(content: Mapping[str, Any]) -> Iterator[Block]:
    if content["visits"]:
        yield Heading(_("When you came"), 2)
    for visit in content["visits"]:
        yield Heading(f"{format_datetime(datetime.fromisoformat(visit['attended_at']))} · {visit['reference']}", 3)
        rows = [
            (_("What you needed"), ", ".join(visit.get("needs", ()))),
            (_("What we suggested"), "; ".join(entry["service"] for entry in visit.get("suggestions", ()))),
            (_("Situation"), visit.get("vulnerabilities")),
            (_("Who authorised for you"), ", ".join(filter(None, (visit["guardian"] or {}).values()))),
            (_("Notes"), visit.get("notes")),
            *((row["label"], row["value"]) for row in visit.get("household", ())),
        ]
        yield LabelledValues(tuple(row for row in rows if row[1]))


def _list_referrals(content: Mapping[str, Any]) -> Iterator[Block]:
    if not content["referrals"]:
        return
    columns = (
        Column("day", _("Day"), "date"),
        Column("entity", _("Entity")),
        Column("service", _("Service")),
        Column("state", _("State")),
        Column("answer", _("What the entity said")),
    )
    rows = [
        (
            date.fromisoformat(referral["referred_on"]),
            referral["entity"],
            referral["service"],
            referral["state"],
            "; ".join(
                filter(
                    None,
                    [
                        *(answer["note"] or answer["reason"] for answer in referral.get("answers", ())),
                        *(message["text"] for message in referral.get("messages", ())),
                    ],
                )
            ),
        )
        for referral in content["referrals"]
    ]
    title = _("To whom your data were sent")
    yield Heading(title, 2)
    yield Table("referrals", title, columns, tuple(rows))


def _list_requests(content: Mapping[str, Any]) -> Iterator[Block]:
    if not content["requests"]:
        return
    columns = (
        Column("reference", _("Filing number")),
        Column("day", _("Day"), "date"),
        Column("kind", _("What was asked")),
        Column("asker", _("Who asked")),
        Column("state", _("State")),
    )
    rows = [
        (entry["reference"], date.fromisoformat(entry["received_on"]), entry["kind"], entry["asked_by"], entry["state"])
        for entry in content["requests"]
    ]
    title = _("What was asked about your data")
    yield Heading(title, 2)
    yield Table("requests", title, columns, tuple(rows))


def _list_uses(content: Mapping[str, Any]) -> Iterator[Block]:
    if not content["uses"]:
        return
    # Somebody who comes often would read hundreds of lines: alike ones are one. The JSON has each with its moment.
    days: dict[tuple[str, str], list[str]] = {}
    for use in content["uses"]:
        days.setdefault((use["by"], use["action"]), []).append(use["at"])
    columns = (
        Column("by", _("Who")),
        Column("action", _("What was done")),
        Column("times", _("Number of times"), "integer"),
        Column("last", _("Last time")),
    )
    rows = [
        (by, action, len(moments), format_datetime(datetime.fromisoformat(moments[0])) if moments[0] else "")
        for (by, action), moments in days.items()
    ]
    title = _("Who used your data")
    yield Heading(title, 2)
    yield Table("uses", title, columns, tuple(rows))


def _read_day(text: str) -> date:
    # A visit's answer has a moment, a revocation by a request a day.
    return clock.local_day(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)
