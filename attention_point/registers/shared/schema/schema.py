"""The description of a register as data. Form, list, import, export, search and history are built from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.codelists import CodeList
from attention_point.foundation.errors import FieldError
from attention_point.registers.shared import rules
from attention_point.registers.shared.models import RecordColumns

# The kinds of fields, and how a record's JSON stores a value of each.
TEXT = "text"  # str, one line
LONG_TEXT = "long"  # str, several lines
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
YES_NO = "yes"  # True; no is absent
ROWS = "rows"  # [{…}] by Field.fields, of the plain kinds

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a record.

    ``label`` and ``hint`` are message ids. ``fields`` are the parts of a ROWS field. The form shows the field only
    while ``shown_when`` holds: ``key=code|code``. ``listed`` makes it a column of the list, or a line ``beneath_name``;
    ``filtered`` makes it a filter of the list (CODE, CODES, TAGS, YES_NO); if it is ``searched``, its words find the
    record. ``maximum`` limits the
    characters of a text, the entries of a list or a whole number. A copy of a record leaves out what is not ``copied``,
    and every DATE: when it was and what came of it belong to the one record.
    """

    key: str
    label: str
    kind: str = TEXT
    required: bool = False
    codes: CodeList | None = None
    hint: str = ""
    fields: tuple["Field", ...] = ()
    shown_when: str = ""
    listed: bool = False
    beneath_name: bool = False
    filtered: bool = False
    searched: bool = False
    maximum: int = 0
    copied: bool = True

    @property
    def code_list(self) -> CodeList:
        """The code list of a field that has one. Raises ValueError for another field."""
        if self.codes is None:
            raise ValueError(f"{self.key} has no code list")
        return self.codes


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together in the form and on the page. ``title`` is a message id.

    A ``folded`` group is not what everybody is asked first: the form shows it once somebody opens it.
    """

    title: str
    fields: tuple[Field, ...]
    folded: bool = False


def build_year_entries(register: "Register", data: Data) -> Iterable[tuple[str, str]]:
    """Build the entry of the year in whose report a record stands: its ``year``, else the year of its sort date."""
    if data.get("year"):
        yield "year", str(data["year"])
    elif data.get(register.sort_field):
        yield "year", data[register.sort_field][:4]


def do_nothing(session: Session, record_id: UUID, data: Data) -> None:
    """Do nothing: most registers need no further rows and refuse no removal."""


def list_no_contradictions(_data: Data) -> Iterable[FieldError]:
    """List no errors: the facts of most registers cannot contradict each other."""
    return ()


def list_no_total_parts(data: Data) -> Iterable[tuple[str, int]]:
    """List no parts: most registers only count the records of a year, and those in each state."""
    return ()


@dataclass(frozen=True, eq=False)
class Register:
    """A register: its texts (message ids), its table, its fields and its own rules.

    ``name`` stands in addresses, permissions, the journal and the index. ``sort_field`` is the DATE field that orders
    the list, newest first; without it the list is ordered by name. ``state_field`` is the CODE field that is shown as a
    tag, ``state_icons`` the shape and tone of the tag of each state (``parts/icons.html``). ``build_entries`` gives the
    (key, value) pairs by which records are found besides their fields, among them always their years. ``after_write``
    runs in the transaction after each write of a record, ``before_removal`` before one is deleted; both may raise an
    AppError, which undoes all. ``list_total_parts`` gives what a record adds to the totals of its year
    (``records/year_totals.py``). ``list_contradictions`` gives the errors of facts of one record that cannot be true
    together; it reads nothing else. ``end_field`` is the DATE field of the last day, where ``sort_field`` is the first.
    In a register that ``has_unique_names``, ``after_write`` refuses a second record of a name.
    ``column_names`` are further names that the column of a field may have in a spreadsheet.
    """

    name: str
    title: str
    add_label: str
    empty_message: str
    model: type[RecordColumns]
    groups: tuple[Group, ...]
    sort_field: str = "date"
    state_field: str = ""
    build_entries: Callable[["Register", Data], Iterable[tuple[str, str]]] = build_year_entries
    after_write: Callable[[Session, UUID, Data], None] = do_nothing
    before_removal: Callable[[Session, UUID, Data], None] = do_nothing
    state_icons: Mapping[str, tuple[str, str]] | None = None
    list_total_parts: Callable[[Data], Iterable[tuple[str, int]]] = list_no_total_parts
    list_contradictions: Callable[[Data], Iterable[FieldError]] = list_no_contradictions
    end_field: str = ""
    has_unique_names: bool = False
    column_names: Mapping[str, Sequence[str]] | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields, in the order of the form."""
        return tuple(field for group in self.groups for field in group.fields)

    def get_field(self, key: str) -> Field:
        """Get the field of a key. Raises KeyError."""
        return {field.key: field for field in self.fields}[key]

    def permission_for(self, action: str) -> str:
        """Build the permission of an action: view, edit or export."""
        return f"{self.name}.{action}"


def copy_facts(register: Register, data: Data) -> dict[str, Any]:
    """Copy the facts of a record that a new record like it would share."""
    copied_keys = {field.key for field in register.fields if field.copied and field.kind != DATE}
    return {key: value for key, value in data.items() if key in copied_keys}


REGISTERS_BY_NAME: dict[str, Register] = {}
"""Every register by its name, filled by ``build_blueprint``."""


def build_index_entries(register: Register, data: Data) -> set[tuple[str, str]]:
    """Build every (key, value) by which a record is found: words, codes, organisations, tags, years."""
    entries = {
        ("word", word) for field in register.fields if field.searched for word in _collect_search_words(field, data)
    }
    for field in register.fields:
        if field.filtered and field.key in data:
            # A filter compares index values, so it reads no JSON.
            entries |= {(field.key, value) for value in _list_filter_values(field, data[field.key])}
    entries |= {("organisation", organisation["id"]) for organisation in _list_organisation_entries(register, data)}
    # The index cuts values; a longer one is found by the same cut.
    return entries | {(key, value[: rules.WORD_LENGTH]) for key, value in register.build_entries(register, data)}


def list_organisation_ids(register: Register, *records_data: Data) -> set[str]:
    """List the ids of the organisations that records name."""
    entries = (entry for data in records_data for entry in _list_organisation_entries(register, data))
    return {entry["id"] for entry in entries if "id" in entry}  # one that is not on record yet has its name alone


def name_organisations(register: Register, data: Data, names: Mapping[str, str]) -> dict[str, Any]:
    """Replace the ids of organisations in facts by their names, as forms and files give them."""
    named_facts = dict(data)
    for key in (field.key for field in register.fields if field.kind == ORGANISATIONS and field.key in data):
        named_facts[key] = [
            {**{part: text for part, text in entry.items() if part != "id"}, "name": names.get(entry["id"], "")}
            for entry in data[key]
        ]
    return named_facts


def _list_organisation_entries(register: Register, data: Data) -> Iterable[Mapping[str, Any]]:
    for field in register.fields:
        if field.kind == ORGANISATIONS:
            yield from data.get(field.key, ())


def _collect_search_words(field: Field, data: Data) -> set[str]:
    value = data.get(field.key)
    if isinstance(value, str):
        return rules.list_search_words(value)
    if field.kind == ROWS:
        return set().union(
            *(_collect_search_words(part, row) for row in value or () for part in field.fields if part.searched)
        )
    return set().union(*(rules.list_search_words(text) for text in value or () if isinstance(text, str)))


def _list_filter_values(field: Field, value: Any) -> Iterable[str]:
    if field.kind == CODE:
        return (value,)
    if field.kind == YES_NO:
        return ("yes",)
    if field.kind == TAGS:
        return tuple(rules.fold_text(tag)[: rules.WORD_LENGTH] for tag in value)
    return tuple(value)
