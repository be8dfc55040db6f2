"""What a capture holds, in words: enough for a person to tell whom it is about and what was asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import current_language, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields
from attention_point.sync.outbox.captured_forms import parse_moment
from attention_point.sync.outbox.contents import CapturedForm, CapturedTurn, Content

_NAME_FIELDS = ("given_names", "surname_1", "surname_2")
Row = tuple[str, str]


def describe_content(session: Session, content: Content | None) -> list[Row]:
    """Labels and words of what a capture holds; nothing for one that cannot be read."""
    if content is None:
        return []
    if isinstance(content, CapturedTurn):
        return [(_("Turn"), content.code), (_("Given at"), format_datetime(clock.to_local_time(content.issued_at)))]
    rows = _list_form_rows(session, Fields(content.fields)) if isinstance(content, CapturedForm) else None
    rows = _list_draft_rows(session, content) if rows is None else rows
    # A draft may hold any text that JSON can, also halves of characters, which no page can be sent with.
    return [(label, texts.show_unfit(text, lines=True)) for label, text in rows if text]


def _list_form_rows(session: Session, fields: Fields) -> list[Row]:
    # By what was typed, not by the drafts: a form with errors has none, and is looked at for just that.
    companions = sorted({name.split("-")[1] for name in fields if name.startswith("companions-") and fields[name]})
    return [
        (_("Reference on the slip"), fields.get("reference", "")),
        (_("Date of the visit"), f"{fields.get('attended_on', '')} {fields.get('attended_time', '')}".strip()),
        (_("Name"), _join_words(fields.get(name) for name in _NAME_FIELDS)),
        (_("Birth date or age"), fields.get("birth_date", "")),
        (_("Document"), _join_words(fields.get(f"documents-0-{part}") for part in ("type", "number"))),
        (_("Phone"), fields.get("phone", "")),
        (_("What the person needs"), ", ".join(_list_need_names(session, fields.getlist("needs")))),
        *(
            (_("Came along"), _join_words(fields.get(f"companions-{number}-{name}") for name in _NAME_FIELDS))
            for number in companions
        ),
        # Whoever confirms it sends the data: to whom, and whether the person may be kept at all, is seen beforehand.
        (
            _("Authorises being put on file"),
            {"yes": _("Yes"), "no": _("No")}.get(fields.get("attention", ""), _("No answer")),
        ),
        (_("Data are sent to"), ", ".join(_list_referred_entities(session, fields)) or _("Nobody")),
    ]


def _list_referred_entities(session: Session, fields: Fields) -> list[str]:
    names = directory_queries.list_entity_names(session)
    entities = {
        value
        for name, value in fields.items(multi=True)
        if name.startswith("entity-") and fields.get(name.replace("entity", "decision", 1)) == "refer"
    }
    return sorted(names.get(entity, entity) for entity in entities)


def _list_draft_rows(session: Session, draft: Any) -> list[Row]:
    person: Mapping[str, Any] = draft.get("person") if isinstance(draft.get("person"), dict) else {}
    needs = draft.get("needs") if isinstance(draft.get("needs"), list) else []
    moment = parse_moment(draft.get("attended_at"))
    return [
        (_("Date of the visit"), format_datetime(clock.to_local_time(moment)) if moment else ""),
        (_("Name"), _join_words(person.get(name) for name in _NAME_FIELDS)),
        (_("Birth date or age"), _join_words([person.get("birth_date"), person.get("age")])),
        (_("Phone"), _join_words([person.get("phone")])),
        (_("What the person needs"), ", ".join(_list_need_names(session, needs))),
    ]


def _list_need_names(session: Session, codes: Iterable[Any]) -> Iterator[str]:
    services = directory_queries.get_services_by_code(session)
    for code in map(str, codes):
        yield services[code].name[current_language()] if code in services else code


def _join_words(words: Iterable[Any]) -> str:
    return " ".join(str(word) for word in words if isinstance(word, str | int) and word != "")
