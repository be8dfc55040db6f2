"""Loads the directory from files: all or nothing, repeatable, and never over a row that the office has edited."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import EDITED, LOADED, ConsentText, EmergencyLine, Entity, Place, Point, Service
from attention_point.directory.revision import build_change, increase_revision, replace_offers
from attention_point.directory.seed.field_errors import locate_errors_in_file
from attention_point.directory.validation.consistency import check_consistency, hash_consent_text
from attention_point.directory.validation.contradictions import check_ends
from attention_point.directory.validation.schemas import ConsentData, DirectoryFile
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.validation import parse_object

DATA_FOLDER = Path(__file__).parents[1] / "data"
# The largest file that is read, in bytes.
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_YAML_VALUES = 100_000  # the file of all services has 6,000
_MAX_YAML_DEPTH = 100
_SCANNER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is fast, and not everywhere


@dataclass(slots=True)
class LoadResult:
    """How many rows a load added, changed and left as they were, and the codes that the office had edited."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept_codes: tuple[str, ...] = ()


class UniqueKeysLoader(yaml.SafeLoader):
    """Raises AppError where a mapping names something twice: PyYAML would pass the first one over without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key in (key for key, _value in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                line, name = key.start_mark.line + 1, key.value[:60]
                raise AppError(_("Line %(line)s of the file says “%(name)s” a second time.", line=line, name=name))
            names.add(key.value)
        return super().construct_mapping(node, deep)


class _TextDatesLoader(UniqueKeysLoader):
    """Leaves dates as text: SafeLoader would refuse the whole file for an impossible date, without naming its row."""

    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load_directory(
    session: Session,
    actor: Actor,
    source: object,
    lines_by_path: Mapping[str, int] = MappingProxyType({}),
    *,
    origin: str = LOADED,
    may_lead_nowhere: bool = False,
) -> LoadResult:
    """Add and update the rows of a parsed file. The heads of ``data/*.yaml`` say its shape; any part may be left out.

    The offers of a service that stands in the file replace those stored; offers of another service are added to them.
    ``origin`` is ``EDITED`` where the office itself publishes the file: its services then take the place of those that
    it edited before, and no later load puts back what it changed.
    ``may_lead_nowhere``: what leads to something that ends is loaded, because a page says it: that of what waits, after
    an upgrade of the program, or that of a window whose days are moved.
    Raises Invalid, which names each wrong row with its line (``lines_by_path``), before anything is written.
    """
    try:
        file = parse_object(DirectoryFile, source)
        errors = tuple(check_consistency(session, file))
        if not may_lead_nowhere:
            errors += tuple(check_ends(session, file))
        if errors:
            raise Invalid(_("Nothing was saved: something needs correcting."), errors)
    except Invalid as error:
        raise locate_errors_in_file(source, error, lines_by_path) from None
    result = LoadResult()
    _write_all_but_services(session, actor, file, result, origin)
    _write_services(session, actor, file, result, origin)
    if result.added or result.changed:
        increase_revision(session)
        journal.record(
            session,
            actor,
            "directory.load",
            "directory",
            added=result.added,
            changed=result.changed,
            kept=list(result.kept_codes),
        )
    return result


def load_yaml_file(session: Session, actor: Actor, content: bytes, *, origin: str = LOADED) -> LoadResult:
    """Load the bytes of a YAML file. Raises AppError if they are too many or no YAML, Invalid as ``load_directory``."""
    return load_directory(session, actor, *read_yaml_file(content), origin=origin)


def read_yaml_file(content: bytes) -> tuple[object, dict[str, int]]:
    """The document of a YAML file, and the line of each of its values. Raises AppError as ``load_yaml_file``.

    It takes seconds for a large file: read it before a writing session is open, which holds up everybody else.
    """
    if len(content) > MAX_FILE_BYTES:
        raise AppError(_("The file is too large: at most 2 MB."))
    return _parse_yaml(content), _find_lines(content)


def load_shipped_files(session: Session) -> None:
    """Load the files that come with the program, into a new installation and after each upgrade."""
    load_directory(session, SYSTEM, _read_shipped_files(), may_lead_nowhere=True)


def require_bounded_yaml(text: str) -> None:
    """Raise AppError for a text with more values than any file needs. What is no YAML is left to whoever parses it.

    A value that stands for an earlier one (``*a``) counts as much as that one: a few lines of ``[*a, *a]`` unfold into
    more than any memory holds. Raises RecursionError for lists within lists without end.
    """
    count = 0
    sizes: dict[str, int] = {}
    open_parts: list[tuple[str | None, int]] = []
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=_SCANNER):
            if isinstance(event, yaml.AliasEvent):
                # A part that is still open holds itself: it would never end.
                count += sizes.get(event.anchor or "", MAX_YAML_VALUES)
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, start = open_parts.pop()
                sizes |= {anchor: count - start} if anchor else {}
            elif isinstance(event, yaml.NodeEvent):
                count += 1
                if isinstance(event, yaml.CollectionStartEvent):
                    open_parts.append((event.anchor, count - 1))
                elif event.anchor:
                    sizes[event.anchor] = 1
            if len(open_parts) > _MAX_YAML_DEPTH:
                raise RecursionError
            if count > MAX_YAML_VALUES:
                raise AppError(_("The file has more than %(count)s values.", count=MAX_YAML_VALUES))


def _parse_yaml(content: bytes) -> object:
    try:
        text = content.decode("utf-8")
        require_bounded_yaml(text)
        return yaml.load(text, _TextDatesLoader)  # noqa: S506 - a SafeLoader with less
    # Bytes that are no UTF-8 raise ValueError, deep nesting raises RecursionError.
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        raise AppError(
            _("The file cannot be read as YAML (line %(line)s).", line=mark.line + 1 if mark else "?")
        ) from None


def _find_lines(content: bytes) -> dict[str, int]:
    """The line in which each value of a YAML file begins, by its dotted path."""
    lines: dict[str, int] = {}
    nodes = [("", yaml.compose(content.decode("utf-8"), _TextDatesLoader))]
    seen: set[int] = set()
    while nodes:
        path, node = nodes.pop()
        if id(node) in seen:  # an alias may lead back to what holds it
            continue
        seen.add(id(node))
        parts: list[tuple[Any, Any]] = []
        if isinstance(node, yaml.MappingNode):
            parts = [(key.value, (key, value)) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            parts = [(number, (value, value)) for number, value in enumerate(node.value)]
        for name, (start, value) in parts:
            inner_path = f"{path}.{name}" if path else str(name)
            lines[inner_path] = start.start_mark.line + 1
            nodes.append((inner_path, value))
    return lines


def _read_shipped_files() -> dict[str, object]:
    names = ("entities", "places", "services", "consent_texts", "points")
    parts = [_parse_yaml((DATA_FOLDER / f"{name}.yaml").read_bytes()) for name in names]
    return {key: rows for part in parts if isinstance(part, dict) for key, rows in part.items()}


def _write_all_but_services(
    session: Session, actor: Actor, file: DirectoryFile, result: LoadResult, origin: str
) -> None:
    edited_columns = {"origin": origin, "version": 1}
    rows_by_model: dict[type[Any], dict[str, dict[str, Any]]] = {
        Entity: {entity.code: {**entity.build_columns(), **edited_columns} for entity in file.entities},
        EmergencyLine: {line.code: {**line.build_columns(), **edited_columns} for line in file.lines},
        Point: {point.code: {**point.build_columns(), **edited_columns} for point in file.points},
        ConsentText: {text.version: _build_consent_columns(text) for text in file.texts},
    }
    for model, rows in rows_by_model.items():
        for code, columns in rows.items():
            _write_row(session, actor, result, model, code, columns)
    session.flush()  # places and offers refer to their entities by a foreign key
    for place in file.list_places():
        _write_row(session, actor, result, Place, place.id, {**place.build_columns(), **edited_columns})


def _build_consent_columns(text: ConsentData) -> dict[str, Any]:
    return {
        "version": text.version,
        "content": text.build_content(),
        "digest": hash_consent_text(text),
        "valid_from": text.valid_from,
        "valid_to": text.valid_to,
    }


def _write_services(session: Session, actor: Actor, file: DirectoryFile, result: LoadResult, origin: str) -> None:
    stored_services = queries.get_services_by_code(session)
    listed_services = {service.code: service for service in file.services}
    for code in dict.fromkeys([*listed_services, *(offer.service for offer in file.offers)]):
        offers = {
            (offer.entity, offer.valid_from): offer.build_columns() for offer in file.offers if offer.service == code
        }
        stored_offers = stored_services[code].offers if code in stored_services else ()
        previous_offers = {(offer.entity, offer.valid_from): asdict(offer) for offer in stored_offers}
        columns = {"origin": origin, "version": 1}
        if code in listed_services:
            columns |= listed_services[code].build_columns()
        else:
            offers = previous_offers | offers
        # The offers are compared with the service: if the office edited one, the other stays too.
        same_offers = offers == previous_offers
        if _write_row(session, actor, result, Service, code, columns, same_offers=same_offers) and not same_offers:
            session.flush()  # the service, if it is new, before its offers
            replace_offers(session, code, offers.values())


def _write_row(
    session: Session,
    actor: Actor,
    result: LoadResult,
    model: type[Any],
    code: str,
    columns: Mapping[str, Any],
    *,
    same_offers: bool = True,
) -> bool:
    """Insert, update or keep one row. Returns False if the office has edited it, so that it stays as it is."""
    # A row at a time: the files have some sixty rows, and a load is rare.
    row = session.get(model, code)
    if row is None:
        session.add(model(**columns))
        result.added += 1
        return True
    content = {name: value for name, value in columns.items() if name not in {"origin", "version"}}
    if same_offers and all(getattr(row, name) == value for name, value in content.items()):
        result.unchanged += 1
        return True
    is_published = columns.get("origin") == EDITED
    if getattr(row, "origin", LOADED) == EDITED and not (is_published and model is Service):
        result.kept_codes += (code,)
        return False
    changes = {name: (getattr(row, name), value) for name, value in content.items() if getattr(row, name) != value}
    for name, (_before, value) in changes.items():
        setattr(row, name, value)
    if "origin" in columns:
        row.version += 1
        row.origin = columns["origin"]
        session.add(build_change(actor, "directory.load", row, changes))
    result.changed += 1
    return True
