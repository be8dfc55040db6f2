"""The cases that the office keeps: read, loaded from a file, added, edited, removed. Services never commit."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.directory.models import EDITED, LOADED
from attention_point.directory.seed.loading import UniqueKeysLoader, require_bounded_yaml
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.errors import AppError, Conflict, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.routing.bench.cases import CasesError, RoutingCase, parse_case_of_the_field, parse_cases
from attention_point.routing.bench.models import StoredCase

_DATA = Path(__file__).parents[1] / "data"
SHIPPED_FILES = (_DATA / "lawyer_cases.yaml", _DATA / "field_cases.yaml")
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_CASES = 2000
_DAY_KEYS = ("date", "date2")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")  # it stands in addresses


class ListedCase(NamedTuple):
    """A case with the row that keeps it. ``fault`` says in words why a row of an older program is no case any more."""

    code: str
    version: int
    content: Mapping[str, Any]
    case: RoutingCase | None
    fault: str


class CasesLoaded(NamedTuple):
    """How many cases a load added, changed, left as they were, and left because the office had changed them."""

    added: int
    changed: int
    unchanged: int
    kept: int


def list_cases(session: Session) -> list[ListedCase]:
    """The cases by their day, then by their code."""
    rows = session.scalars(select(StoredCase).where(StoredCase.removed.is_(False)))
    return sorted(map(_read_row, rows), key=lambda listed: (listed.content.get("date", ""), listed.code))


def get_case(session: Session, code: str) -> ListedCase:
    """A case by its code. Raises NotFound."""
    return _read_row(_get_row(session, code))


def add_case(session: Session, actor: Actor, content: Mapping[str, Any]) -> str:
    """Add a case of the keys of a file, without its id. Returns its code. Raises AppError for what is no case."""
    codes = set(session.scalars(select(StoredCase.code)))
    if len(codes) >= MAX_CASES:
        raise AppError(_("There are %(count)s cases: remove some before you add another.", count=len(codes)))
    code = next(f"P{number:02d}" for number in range(1, MAX_CASES + 2) if f"P{number:02d}" not in codes)
    row = StoredCase(code=code, content=_check_content(code, content), origin=EDITED, removed=False, version=1)
    # Only the database knows of a code that somebody else takes at this very moment.
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(_("Somebody added a case at this moment. Save again.")) from None
    journal.record(session, actor, "routing.case_add", "routing_case", code)
    return code


def save_case(session: Session, actor: Actor, code: str, version: int, content: Mapping[str, Any]) -> None:
    """Save a case that was edited from ``version``. Raises NotFound, Conflict, AppError for what is no case."""
    row, stored_content = _lock_row(session, code), _check_content(code, content)
    if row.content == stored_content:
        return
    if row.version != version:
        raise Conflict(_("Somebody saved this before you. Your changes are not saved yet."))
    row.content, row.origin = stored_content, EDITED
    row.version += 1
    journal.record(session, actor, "routing.case_edit", "routing_case", code)


def remove_case(session: Session, actor: Actor, code: str, version: int) -> None:
    """Remove a case that was shown in ``version``. Raises NotFound, Conflict."""
    row = _lock_row(session, code)
    if row.version != version:
        raise Conflict(_("The data changed while you were looking at it. Look at it again before you confirm it."))
    row.removed, row.origin = True, EDITED
    row.version += 1
    journal.record(session, actor, "routing.case_remove", "routing_case", code)


def load_cases(session: Session, actor: Actor, document: object) -> CasesLoaded:
    """Add and update the cases of a loaded file, never one that the office changed or removed. Raises AppError."""
    entries = _list_entries(document)
    rows = {row.code: row for row in session.scalars(select(StoredCase))}
    if len(rows.keys() | entries.keys()) > MAX_CASES:
        raise AppError(_("A bench holds at most %(count)s cases.", count=MAX_CASES))
    added = changed = unchanged = kept = 0
    for code, content in entries.items():
        row = rows.get(code)
        if row is None:
            session.add(StoredCase(code=code, content=content, origin=LOADED, removed=False, version=1))
            added += 1
        elif row.content == content and not row.removed:
            unchanged += 1
        elif row.origin == EDITED:
            kept += 1
        else:
            row.content = content
            row.version += 1
            changed += 1
    if added or changed:
        journal.record(session, actor, "routing.case_load", "routing_case", added=added, changed=changed)
    return CasesLoaded(added, changed, unchanged, kept)


def load_shipped_cases(session: Session) -> None:
    """Load the cases that come with the program, into a new installation and after each upgrade."""
    for file in SHIPPED_FILES:
        load_cases(session, SYSTEM, parse_yaml(file.read_bytes()))


def parse_yaml(content: bytes, file_name: str = "") -> object:
    """The document of a file of cases. Raises AppError for what is too large or no YAML, with the line of the fault."""
    if len(content) > MAX_FILE_BYTES:
        raise AppError(_("The file is too large: at most 2 MB."))
    try:
        text = content.decode("utf-8")
        require_bounded_yaml(text)
        return yaml.load(text, UniqueKeysLoader)  # noqa: S506 - a SafeLoader with less
    # Bytes that are no UTF-8 and impossible dates raise ValueError, deep nesting raises RecursionError.
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        # The parser's own words would quote the file's content.
        if file_name:
            raise AppError(_("%(file)s cannot be read as YAML text.", file=file_name)) from None
        mark = getattr(error, "problem_mark", None)
        raise AppError(
            _("The file cannot be read as YAML (line %(line)s).", line=mark.line + 1 if mark else "?")
        ) from None


def read_cases(document: object) -> tuple[RoutingCase, ...]:
    """The cases of a loaded file, of either format. Raises AppError."""
    try:
        return parse_cases(document)
    except CasesError as error:
        raise AppError(_(error.reason.msgid, **error.reason.params)) from None


def encode_content(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A case's keys as JSON keeps them: days as text."""
    return {
        key: _encode_value(value) for key, value in entry.items() if key != "id" and value not in (None, "", [], {})
    }


def _encode_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _encode_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encode_value(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _list_entries(document: object) -> dict[str, dict[str, Any]]:
    if any(case.expectation is None for case in read_cases(document)):
        # A whole answer in order is for the program's own tests; nobody could read it on a page.
        raise AppError(_("Only cases with want, not and the like are kept; those with suggestions are not."))
    entries: list[Mapping[str, Any]] = document["cases"]  # type: ignore[index]
    for entry in entries:
        if not _CODE.fullmatch(str(entry["id"])):
            raise AppError(_("The id of a case has at most 40 letters, digits, points and hyphens."))
    contents = {str(entry["id"]): encode_content(entry) for entry in entries}
    for code, content in contents.items():
        # The file may write \\0 or half of a letter, which no database keeps and no page shows.
        if not all(texts.is_fit_text(text, lines=True) for text in _list_texts(content)):
            raise AppError(f"{code}: {_(texts.UNFIT_CHARACTERS)}")
    return contents


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _list_texts(item)
    elif isinstance(value, str):
        yield value


def _check_content(code: str, content: Mapping[str, Any]) -> dict[str, Any]:
    stored_content = encode_content(content)
    try:
        parse_case_of_the_field(_decode_content(code, stored_content))
    except CasesError as error:
        raise AppError(_(error.reason.msgid, **error.reason.params)) from None
    return stored_content


def _decode_content(code: str, content: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": code, **content}
    entry |= {key: _parse_day(entry[key]) for key in _DAY_KEYS if key in entry}
    situation = dict(entry.get("s", {}))
    for key, value in situation.items():
        if key == "documents":
            situation[key] = [dict(_decode_document(document)) for document in value]
        elif key.endswith("_on"):
            situation[key] = _parse_day(value)
    return {**entry, "s": situation}


def _decode_document(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        yield key, _parse_day(value) if key == "expires" else value


def _parse_day(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value  # what is no day is refused as a value of another type


def _read_row(row: StoredCase) -> ListedCase:
    try:
        case = parse_case_of_the_field(_decode_content(row.code, row.content))
    except CasesError as error:
        fault = _(error.reason.msgid, **error.reason.params)
        return ListedCase(row.code, row.version, row.content, None, fault)
    return ListedCase(row.code, row.version, row.content, case, "")


def _get_row(session: Session, code: str, *, lock: bool = False) -> StoredCase:
    row = session.get(StoredCase, code, with_for_update=lock or None, populate_existing=lock)
    if row is None or row.removed:
        raise NotFound(_("There is no such case."))
    return row


def _lock_row(session: Session, code: str) -> StoredCase:
    return _get_row(session, code, lock=True)
