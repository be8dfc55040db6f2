"""A register as data: its fields, one line each. Form, list, import, export, search and history are read from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.codelists import CodeList
from attention_point.registers.shared import rules
from attention_point.registers.shared.models import RecordColumns

# What a field holds, and how its value is kept in the record's JSON.
TEXT = "text"  # str, one line
LONG = "long"  # str, several lines
URL = "url"  # str, http or https
CODE = "code"  # str, of Field.codes
CODES = "codes"  # [str], of Field.codes
DATE = "date"  # str: YYYY, YYYY-MM or YYYY-MM-DD
MONEY = "money"  # {"amount": "1814249000" or "12.50", "currency": "COP", "mark"?: "approximate" | "at_least"}
INTEGER = "integer"  # int, 0 or more
COUNT = "count"  # {"number": 3600, "mark"?: "approximate" | "at_least"}
SHARE = "share"  # str, a fraction: "0.5" is 50 %
ORGANISATIONS = "organisations"  # [{"id": hex, "role"?: code of Field.codes}]
TEXTS = "texts"  # [str]
TAGS = "tags"  # [str]
YES = "yes"  # True; no is absent
ROWS = "rows"  # [{…}] by Field.fields, of the plain kinds

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a record. ``label`` and ``hint`` are message ids; ``when`` is ``key=code|code``, as in templates.

    ``listed``: a column of the list. ``filtered``: a filter of the list (CODE, CODES, TAGS, YES).
    ``searched``: its words find the record. ``most``: characters of a text, entries of a list.
    """

    key: str
    label: str
    kind: str = TEXT
    required: bool = False
    codes: CodeList | None = None
    hint: str = ""
    fields: tuple["Field", ...] = ()
    when: str = ""
    listed: bool = False
    filtered: bool = False
    searched: bool = False
    most: int = 0

    @property
    def list(self) -> CodeList:
        """The code list of a field that has one; raises ValueError for another."""
        if self.codes is None:
            raise ValueError(f"{self.key} has no code list")
        return self.codes


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together in the form and on the page, under a title (a message id)."""

    title: str
    fields: tuple[Field, ...]


def years_of(register: "Register", data: Data) -> Iterable[tuple[str, str]]:
    """The mark of the year in whose report a record stands: its ``year``, else that of the date it is sorted by."""
    if data.get("year"):
        yield "year", str(data["year"])
    elif data.get(register.sort):
        yield "year", data[register.sort][:4]


def nothing_more(session: Session, record_id: UUID, data: Data) -> None:
    """What most registers do besides keeping a record."""


def nothing_added(data: Data) -> Iterable[tuple[str, int]]:
    """What most registers add to a year besides how many records there are, and how many in each state."""
    return ()


@dataclass(frozen=True, eq=False)
class Register:
    """A register. ``name`` stands in its address, permissions, journal and marks; the texts are message ids.

    ``sort`` is the DATE field that orders the list, newest first; ``state`` the CODE field that is drawn as a tag.
    ``marks`` gives further (key, value) pairs by which records are found, always those of years.
    ``settle`` is called in the transaction after each write of a record, ``release`` before one is removed; both may
    raise a Refusal. Without ``sort`` the list is ordered by name.
    ``adds`` gives what a record adds to the sums of its years (``adding``); ``attention-point init`` adds all up again.
    ``icons`` gives the shape and tone of a state's tag (``parts/icons.html``).
    """

    name: str
    title: str
    add: str
    empty: str
    model: type[RecordColumns]
    groups: tuple[Group, ...]
    sort: str = "date"
    state: str = ""
    marks: Callable[["Register", Data], Iterable[tuple[str, str]]] = years_of
    settle: Callable[[Session, UUID, Data], None] = nothing_more
    release: Callable[[Session, UUID, Data], None] = nothing_more
    icons: Mapping[str, tuple[str, str]] | None = None
    adds: Callable[[Data], Iterable[tuple[str, int]]] = nothing_added

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the order of the form."""
        return tuple(field for group in self.groups for field in group.fields)

    def field(self, key: str) -> Field:
        """The field of a key; raises KeyError."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    def may(self, action: str) -> str:
        """The permission of an action: view, edit or export."""
        return f"{self.name}.{action}"


KNOWN: dict[str, Register] = {}
"""The registers of the house by their names."""


def marks_of(register: Register, data: Data) -> set[tuple[str, str]]:
    """Every (key, value) by which a record is found: words, codes, organisations, tags, years."""
    found = {("word", word) for field in register.fields if field.searched for word in _words(field, data)}
    for field in register.fields:
        if field.filtered and field.key in data:
            found |= {(field.key, value) for value in _values(field, data[field.key])}
    found |= {("organisation", each["id"]) for each in _organisations(register, data)}
    return found | {(key, value[: rules.WORD_LENGTH]) for key, value in register.marks(register, data)}


def organisation_ids(register: Register, *several: Data) -> set[str]:
    """The organisations that records name."""
    return {each["id"] for data in several for each in _organisations(register, data)}


def _organisations(register: Register, data: Data) -> Iterable[Mapping[str, Any]]:
    for field in register.fields:
        if field.kind == ORGANISATIONS:
            yield from data.get(field.key, ())


def _words(field: Field, data: Data) -> set[str]:
    value = data.get(field.key)
    if isinstance(value, str):
        return rules.words_of(value)
    if field.kind == ROWS:
        return set().union(*(_words(part, row) for row in value or () for part in field.fields if part.searched))
    return set().union(*(rules.words_of(each) for each in value or () if isinstance(each, str)))


def _values(field: Field, value: Any) -> Iterable[str]:
    if field.kind == CODE:
        return (value,)
    if field.kind == YES:
        return ("yes",)
    if field.kind == TAGS:
        return tuple(rules.folded(tag)[: rules.WORD_LENGTH] for tag in value)
    return tuple(value)
