"""Loading the directory from files: idempotent, all or nothing, and never over what the office has edited since."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.checks import against_each_other, digest
from attention_point.directory.complaints import in_file, read_row
from attention_point.directory.models import (
    EDITED,
    LOADED,
    ConsentText,
    DirectoryState,
    Entity,
    Line,
    Offer,
    Point,
    Service,
)
from attention_point.directory.reading import DirectoryFile
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid, Refusal

DATA = Path(__file__).with_name("data")
LIMIT = 2 * 1024 * 1024
"""The largest file that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a load added, changed and found as they were; ``kept``: codes left as the office edited them."""

    added: int
    changed: int
    unchanged: int
    kept: tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """Leaves days as text, so that an impossible one is told with its row instead of failing the whole parse."""

    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _Tally:
    """Puts rows and keeps count of what became of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.counts: Counter[str] = Counter()
        self.kept: list[str] = []

    def put(self, row: Any, model: type[Any], code: str, columns: Mapping[str, Any], also_same: bool = True) -> bool:
        """Insert, update or leave one row; whether it now reads as the file says. ``also_same``: so do its parts."""
        if row is None:
            self.session.add(model(**columns))
            self.counts["added"] += 1
        elif also_same and all(getattr(row, name) == value for name, value in _content(columns)):
            self.counts["unchanged"] += 1
        elif getattr(row, "origin", LOADED) == EDITED:
            self.kept.append(code)
            return False
        else:
            for name, value in _content(columns):
                setattr(row, name, value)
            if "origin" in columns:
                row.version += 1
            self.counts["changed"] += 1
        return True


def load(session: Session, actor: Actor, source: object) -> Loaded:
    """Add and update rows from a parsed file (its shape: the heads of ``data/*.yaml``; each part may be left out).

    A service's offers are part of it: for a service in the file they are the whole list, for another they are added.
    Raises Invalid, naming each row, before anything is written.
    """
    try:
        file = read_row(DirectoryFile, source)
        errors = tuple(against_each_other(session, file))
        if errors:
            raise Invalid(_("Nothing was saved: something needs correcting."), errors)
    except Invalid as refusal:
        raise in_file(source, refusal) from None
    tally = _Tally(session)
    _load_plain(session, file, tally)
    _load_services(session, file, tally)
    counts = tally.counts
    if counts["added"] or counts["changed"]:
        bump(session)
        journal.record(
            session,
            actor,
            "directory.load",
            "directory",
            added=counts["added"],
            changed=counts["changed"],
            kept=tally.kept,
        )
    return Loaded(counts["added"], counts["changed"], counts["unchanged"], tuple(tally.kept))


def load_file(session: Session, actor: Actor, content: bytes) -> Loaded:
    """Load a YAML file's bytes; raises Refusal when they are too many or no YAML, Invalid as ``load``."""
    if len(content) > LIMIT:
        raise Refusal(_("The file is too large: at most 2 MB."))
    return load(session, actor, _parsed(content))


def load_shipped(session: Session) -> None:
    """Load the files that come with the program; for a new installation and after an upgrade."""
    load(session, SYSTEM, _shipped())


def bump(session: Session) -> None:
    """Say that the directory changes in this transaction, so that every process reads it again."""
    session.flush()
    done = session.connection().execute(update(DirectoryState).values(revision=DirectoryState.revision + 1))
    if not done.rowcount:
        session.connection().execute(insert(DirectoryState).values(id=1, revision=1))
    queries.forget(session)


def replace_offers(session: Session, service: str, offers: Iterable[Mapping[str, Any]]) -> None:
    """Make these the service's offers."""
    session.execute(delete(Offer).where(Offer.service == service))
    session.execute(insert(Offer), list(offers))


def _content(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in columns.items() if name not in {"origin", "version"})


def _parsed(content: bytes) -> object:
    try:
        return yaml.load(content.decode("utf-8"), _Loader)  # noqa: S506 - a SafeLoader with less
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "?"
        raise Refusal(_("The file cannot be read as YAML (line %(line)s).", line=line)) from None


@cache
def _shipped() -> dict[str, object]:
    parts = [
        _parsed((DATA / f"{name}.yaml").read_bytes()) for name in ("entities", "services", "consent_texts", "points")
    ]
    return {key: rows for part in parts if isinstance(part, dict) for key, rows in part.items()}


def _load_plain(session: Session, file: DirectoryFile, tally: _Tally) -> None:
    """Everything but services. Flushed, so that offers find their entities."""
    entities = {row.code: row for row in session.scalars(select(Entity))}
    for entity in file.entities:
        columns = {**entity.columns(), "origin": LOADED, "version": 1}
        tally.put(entities.get(entity.code), Entity, entity.code, columns)
    lines = {row.code: row for row in session.scalars(select(Line))}
    for line in file.lines:
        tally.put(lines.get(line.code), Line, line.code, line.columns())
    points = {row.code: row for row in session.scalars(select(Point))}
    for point in file.points:
        tally.put(points.get(point.code), Point, point.code, point.columns())
    texts = {row.version: row for row in session.scalars(select(ConsentText))}
    for text in file.texts:
        columns = {
            "version": text.version,
            "content": text.model_dump(mode="json", exclude={"version", "valid_from", "valid_to"}),
            "digest": digest(text),
            "valid_from": text.valid_from,
            "valid_to": text.valid_to,
        }
        tally.put(texts.get(text.version), ConsentText, text.version, columns)
    session.flush()


def _load_services(session: Session, file: DirectoryFile, tally: _Tally) -> None:
    known = {row.code: row for row in session.scalars(select(Service))}
    standing = {code: list(row.offers) for code, row in queries.services_by_code(session).items()}
    listed = {service.code: service for service in file.services}
    for code in dict.fromkeys([*listed, *(offer.service for offer in file.offers)]):
        offers = {(offer.entity, offer.valid_from): offer.columns() for offer in file.offers if offer.service == code}
        before = {(offer.entity, offer.valid_from): asdict(offer) for offer in standing.get(code, ())}
        if code not in listed:
            offers = before | offers
        row, same = known.get(code), offers == before
        columns = listed[code].columns() if code in listed else {}
        if tally.put(row, Service, code, {**columns, "origin": LOADED, "version": 1}, also_same=same) and not same:
            session.flush()
            replace_offers(session, code, offers.values())
