"""What ends soon, so that nobody is sent by a rule or to a place that has ended: a list, and a letter each week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from attention_point.accounts.queries import list_addressees_with_permission
from attention_point.directory import queries
from attention_point.directory.freshness import is_ending
from attention_point.directory.snapshot import Directory
from attention_point.foundation import clock, mail
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job
from attention_point.foundation.language import current_language, format_date, in_language, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings

# A letter names so many, and says how many more there are.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """A row whose last day is at most 60 days away. ``subject`` is ``entity``, ``place``, ``service``, ``line``…

    ``code`` is that of the page which shows the row: an entity's for its places, a service's for what it asks for.
    """

    last_day: date
    subject: str
    code: str
    name: str


def list_endings(directory: Directory, today: date) -> list[Ending]:
    """Everything of the directory that ends within 60 days, the first to end first, in the reader's language."""
    rows = (*_list_entity_rows(directory), *_list_service_rows(directory), *_list_line_rows(directory))
    return sorted(Ending(last_day, *words) for last_day, *words in rows if last_day and is_ending(last_day, today))


_Row = tuple[date | None, str, str, str]


def _list_entity_rows(directory: Directory) -> Iterator[_Row]:
    language = current_language()
    for entity in directory.entities.values():
        name = entity.short[language]
        yield entity.valid_to, "entity", entity.code, name
        for place in directory.places.get(entity.code, ()):
            # A place that ends with its entity is no further thing to do.
            if place.valid_to != entity.valid_to:
                place_name = place.name[language] if place.name else _("Place")
                yield place.valid_to, "place", entity.code, f"{name}: {place_name}"


def _list_service_rows(directory: Directory) -> Iterator[_Row]:
    language = current_language()
    for service in directory.services.values():
        name = service.name[language]
        yield service.valid_to, "service", service.code, name
        for offer in service.offers:
            if offer.valid_to != service.valid_to:
                entity_name = directory.entities[offer.entity].short[language]
                yield offer.valid_to, "offer", service.code, f"{name} · {entity_name}"
        for instrument in service.instruments:
            yield instrument.valid_to, "window", service.code, f"{name} · {instrument.name[language]}"
        for requirement in service.papers:
            yield requirement.valid_to, "requirement", service.code, f"{name} · {requirement.text[language]}"
        for document in service.documents:
            label = get_code_list("document_types").label_for_code(document.type, language)
            yield document.valid_to, "document", service.code, f"{name} · {label}"


def _list_line_rows(directory: Directory) -> Iterator[_Row]:
    return ((line.valid_to, "line", line.code, line.name[current_language()]) for line in directory.emergency_lines)


def find_due_week(today: date) -> str:
    """The Monday of the week, by which one letter a week is due."""
    return (today - timedelta(days=today.weekday())).isoformat()


def run_endings_job(database: Database, settings: Settings, week: str) -> None:
    """Write to those who keep the directory what ends within 60 days; nothing where nothing does."""
    with database.write_session() as session:
        queue_warnings(session, week, settings.public_url)


def queue_warnings(session: Session, week: str, public_url: str) -> None:
    """Queue one letter of a week for each account that edits the directory. A letter names entries, never a person."""
    directory, today = queries.get_directory(session), clock.today()
    if not list_endings(directory, today):
        return
    for reader in list_addressees_with_permission(session, "directory.edit"):
        with in_language(reader.language):
            endings = list_endings(directory, today)
            lines = [f"{format_date(ending.last_day)} · {ending.name}" for ending in endings[:_MOST_NAMED]]
            if len(endings) > _MOST_NAMED:
                lines.append(_("… and %(count)s more.", count=len(endings) - _MOST_NAMED))
            subject = ngettext(
                "The directory: %(num)s entry ends soon", "The directory: %(num)s entries end soon", len(endings)
            )
            body = mail.build_letter(
                reader.name,
                _("These entries of the directory end within 60 days. Write what follows them, or prolong them:"),
                "\n".join(lines),
                f"{public_url}/directory/upkeep",
            )
            mail.queue_message(session, f"directory-endings/{week}", mail.Message(reader.email, subject, body))


ENDINGS_JOB = Job("directory-endings", find_due_week, run_endings_job)
