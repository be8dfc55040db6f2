"""Searches people by whatever is typed: asks the tags and the index of names, opens who may be meant, ranks them.

The journal records who searched, in which way, and who was shown; never what was typed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.people import merging, queries, records
from attention_point.people.search import keys, ranking, tag_rebuild, typed_text
from attention_point.people.search.index_keeper import SESSION_KEY, IndexState, NameIndexKeeper
from attention_point.people.search.typed_text import TypedSearch

Match = Literal["document", "name", "phone", "reference", "code"]
OpenedRow = tuple[queries.SealedPerson, Mapping[str, Any] | None]
SHOWN_PEOPLE, MORE_PEOPLE = 20, (100, 500)
"""People shown at first, and of a common name when somebody asks for more: nobody's bearer is out of reach."""
# Opened and put in order before the list is cut: 40 microseconds each.
OPENED_BY_INDEX, OPENED_BY_TAGS, OPENED_WITH_INDEX = 80, 200, 40
MAXIMUM_NAME_WORDS = 8
_VISIT_SCORE = 1000.0  # a reference or a slip's code leads to one person


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody whom a search found. ``match`` says by what.

    ``is_other_type``: the number is on file under another type of document than was typed. ``damaged``: the record does
    not open, and is empty here. ``found_as`` is the record by which somebody was found whose records were joined, where
    it is not the one that goes on.
    """

    id: UUID
    record: Mapping[str, Any]
    match: Match
    score: float
    is_other_type: bool = False
    damaged: bool = False
    found_as: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The people found, best first. ``more``: others fit as well, and the list was cut.

    ``unasked`` are codes for what could not be looked for: while there are any, nobody may be told that the person is
    not on file. ``typed`` is what was read out of the text.
    """

    people: tuple[FoundPerson, ...]
    more: bool
    unasked: tuple[str, ...]
    typed: TypedSearch


# Codes of ``unasked``, stored nowhere.
NAME_ALONE = "name-alone"
EXACT_NAMES_ONLY = "exact-names-only"
NAMES_LOADING = "names-loading"
TAGS_INCOMPLETE = "tags-incomplete"
SHORT_NUMBER = "short-number"
WHOLE_NUMBERS_ONLY = "whole-numbers-only"
DAMAGED_RECORDS = "damaged-records"


@dataclass(slots=True)
class _Search:
    session: Session
    typed: TypedSearch
    found: dict[UUID, FoundPerson] = field(default_factory=dict)
    unasked: list[str] = field(default_factory=list)
    is_cut: bool = False
    shown: int = SHOWN_PEOPLE

    def count_opened(self, least: int) -> int:
        """How many people are opened to be put in order: at least so many, and twice as many as are shown."""
        return max(least, 2 * self.shown) if self.shown > SHOWN_PEOPLE else least

    def add(self, person: FoundPerson) -> None:
        on_list = self.found.get(person.id)
        if on_list is None or on_list.score < person.score:
            self.found[person.id] = person


def read_search(typed: str) -> TypedSearch:
    """Read what was typed into the one box. Raises Invalid, naming the field ``q``."""
    if len(typed) > typed_text.MAXIMUM_LENGTH:
        raise _build_invalid(_("At most %(max_length)s characters.", max_length=typed_text.MAXIMUM_LENGTH))
    try:
        search = typed_text.read_typed_text(typed, _list_type_words())
    except ValueError as error:  # UnfitText is one too; neither holds what was typed
        raise _build_invalid(_(str(error))) from None
    if not (search.slip_code or search.reference or search.number or ranking.read_words(search.name)):
        raise _build_invalid(_("Write a name, a document, a telephone or a reference."))
    return search


@cache
def _list_type_words() -> Mapping[str, str]:
    words: dict[str, str] = {}
    for entry in get_code_list("document_types"):
        for text in (entry.code, entry.label("es"), entry.label("en"), *entry.aliases):
            words[" ".join(typed_text.split_type_words(text))] = entry.code
    return words


def _build_invalid(message: str) -> Invalid:
    return Invalid.of_field("q", message)


def search_people(
    session: Session,
    actor: Actor,
    typed: TypedSearch,
    people_of_visits: Mapping[UUID, Match] | None = None,
    shown: int = SHOWN_PEOPLE,
) -> SearchResult:
    """Find who may be meant, best first, at most ``shown``.

    ``people_of_visits`` are those whom a reference or a slip's code leads to: intake knows them.
    """
    search = _Search(session, typed, shown=shown)
    _add_people_of_visits(search, people_of_visits or {})
    if typed.number or typed.phone_keys:
        _add_by_number(search)
    if typed.name:
        _add_by_name(search)
    # Sixteen letters may be a slip's code or a name, and were looked for as both: "maribel sarmiento" has no digits.
    if (typed.reference or (typed.slip_code and not typed.name)) and not (
        typed.number or typed.phone_keys or search.found
    ):
        search.unasked.append(WHOLE_NUMBERS_ONLY)
    _show_joined_people_once(search)
    # The same search gives the same order: of equals, whoever came last stands first.
    people = sorted(search.found.values(), key=lambda person: (person.score, person.id), reverse=True)
    shown_people = tuple(people[:shown])
    journal.record(
        session,
        actor,
        "people.search",
        "person",
        None,
        by=_describe_search(typed, shown_people),
        found=[str(person.id) for person in shown_people],
    )
    is_cut = search.is_cut or len(people) > shown
    return SearchResult(shown_people, is_cut, tuple(dict.fromkeys(search.unasked)), typed)


def _show_joined_people_once(search: _Search) -> None:
    """Put the record that goes on in the place of those that were joined with it."""
    linked = merging.map_linked(search.session, search.found)
    if not linked:
        return
    replaced_people = {person: records_of_one[0] for person, records_of_one in linked.items()}
    missing_people = set(replaced_people.values()) - search.found.keys()
    opened_people = {row.id: record for row, record in _open_people(search.session, missing_people)}
    for person, kept_person in replaced_people.items():
        if person != kept_person:
            found_person = search.found.pop(person)
            record = search.found[kept_person].record if kept_person in search.found else opened_people.get(kept_person)
            search.add(
                replace(
                    found_person,
                    id=kept_person,
                    record=record or {},
                    damaged=record is None,
                    found_as=found_person.record,
                )
            )


def _describe_search(typed: TypedSearch, people: Collection[FoundPerson]) -> str:
    if people:
        return next(iter(people)).match
    return "name" if typed.name else "document"


def _add_people_of_visits(search: _Search, people_of_visits: Mapping[UUID, Match]) -> None:
    for row, record in _open_people(search.session, people_of_visits):
        score = _VISIT_SCORE if record is not None else -1.0
        search.add(FoundPerson(row.id, record or {}, people_of_visits[row.id], score, damaged=record is None))


def _add_by_number(search: _Search) -> None:
    typed = search.typed
    if typed.is_short_number:
        search.unasked.append(SHORT_NUMBER)
        return
    document_types = queries.load_document_types()
    search_keys = keys.build_number_query_keys(typed.number, document_types)
    search_keys += [("phone", phone_key) for phone_key in typed.phone_keys]
    for row, record in _open_people_by_tags(search, queries.build_search_tags(search.session, search_keys)):
        if record is None:
            search.add(FoundPerson(row.id, {}, "document", -1.0, damaged=True))
            continue
        score, is_other_type = ranking.score_record_by_number(typed, record, document_types)
        if score:
            search.add(FoundPerson(row.id, record, "document", score, is_other_type))
        elif ranking.has_phone(record, typed.phone_keys):
            search.add(FoundPerson(row.id, record, "phone", ranking.PHONE))
    if not search.found:
        # Only a number that was written whole can be looked up: its beginning is no proof that nobody has it.
        search.unasked.append(WHOLE_NUMBERS_ONLY)
        if typed.phone_keys and not tag_rebuild.is_complete(search.session):
            search.unasked.append(TAGS_INCOMPLETE)


def _add_by_name(search: _Search) -> None:
    typed_words = ranking.read_words(search.typed.name)[:MAXIMUM_NAME_WORDS]
    name_tags = queries.build_search_tags(
        search.session, keys.build_name_query_keys(search.typed.name, search.typed.birth_year)
    )
    keeper: NameIndexKeeper | None = search.session.info.get(SESSION_KEY)
    index = keeper.get_index(search.session) if keeper else None
    opened_by_index = search.count_opened(OPENED_BY_INDEX)
    people_by_index = index.find_people(typed_words, opened_by_index)[0] if index else []
    # The tags are asked beside the index: they know who was written a moment ago, whatever the clocks say.
    opened_by_tags = search.count_opened(OPENED_WITH_INDEX if index else OPENED_BY_TAGS)
    people_by_tags = queries.rank_people_by_tags(search.session, name_tags, opened_by_tags)
    accepted = {
        row.id
        for row, record in _open_people(search.session, {*people_by_index, *people_by_tags})
        if _add_if_name_fits(search, typed_words, row.id, record)
    }
    # They come with those who carry most of the tags first: if the last one fits too, those left out may fit as well.
    search.is_cut |= len(people_by_tags) == opened_by_tags and people_by_tags[-1] in accepted
    search.unasked += _list_unasked_of_name(search, keeper, has_keys=bool(name_tags), found_by_name=bool(accepted))


def _add_if_name_fits(
    search: _Search, typed_words: Sequence[ranking.NameWord], person: UUID, record: Mapping[str, Any] | None
) -> bool:
    if record is None:
        search.add(FoundPerson(person, {}, "name", -1.0, damaged=True))
        return False
    score = ranking.score_record_by_name(search.typed, typed_words, record)
    if score:
        search.add(FoundPerson(person, record, "name", score))
    return score > 0


def _list_unasked_of_name(
    search: _Search, keeper: NameIndexKeeper | None, *, has_keys: bool, found_by_name: bool
) -> Iterator[str]:
    state = keeper.state if keeper else IndexState.OFF
    if state is IndexState.READY:
        if keeper is not None and keeper.has_damaged_people and not found_by_name:
            yield DAMAGED_RECORDS
        return
    if state is IndexState.LOADING:
        yield NAMES_LOADING
    elif not has_keys:
        yield NAME_ALONE
    elif not found_by_name:
        yield EXACT_NAMES_ONLY
    if has_keys and not found_by_name and not tag_rebuild.is_complete(search.session):
        yield TAGS_INCOMPLETE


def _open_people_by_tags(search: _Search, tags: Sequence[queries.Tag]) -> list[OpenedRow]:
    opened_by_tags = search.count_opened(OPENED_BY_TAGS)
    people = queries.rank_people_by_tags(search.session, tags, opened_by_tags)
    search.is_cut |= len(people) == opened_by_tags
    return _open_people(search.session, people, tags)


def _open_people(session: Session, people: Iterable[UUID], tags: Sequence[queries.Tag] = ()) -> list[OpenedRow]:
    """The rows of people who are not erased, each with its record; None for a record that does not open.

    Of ``tags``, by which they were found, each has one by their own record; whoever has not is left out, and noted.
    """
    opened_people: list[OpenedRow] = []
    for row in queries.list_sealed_people(session, people):
        if row.wrapped_key is not None:
            person = records.open_person_or_note(session, row)
            if person is None or not tags or records.carries_tag(session, person, tags):
                opened_people.append((row, person.record if person else None))
    return opened_people
