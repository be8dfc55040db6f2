"""The attributes of a person: one line each, from which the lists of them in all rooms are made.

Plain Python below all rooms. The rooms that count and route must not reach a person (an import contract says so), but
they may know which attributes there are: this table holds no value of anybody. ``docs/recipes/
add-a-question-about-a-person.md`` adds a line.

The situations to take into account (``vulnerabilities``) are not here: they are noted with each visit, not on file with
the person.
"""

from dataclasses import dataclass
from typing import Literal


def N_(message: str) -> str:  # noqa: N802 - marks a text for the catalogue; nothing of the foundation stands below this
    """The message, which is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class TableTitles:
    """The words of a month's table of people by their answer. All are message ids.

    ``has_own_order``: the table keeps the order of the code list; otherwise the most frequent answer comes first.
    """

    dimension: str
    people: str
    has_own_order: bool = True


@dataclass(frozen=True, slots=True)
class PersonField:
    """One attribute.

    ``name`` is its key in the draft, the form, the sealed record and the counted facts: it never changes. ``label`` is
    a message id. ``control`` is how the form asks, in its ``section``; None: it is computed and not asked.
    ``code_list`` names the list of its answers; ``is_number``: their codes are numbers in JSON. ``max_length`` is in
    characters.

    ``in_portal``: a service may show it to its entity; ``directory/labels.py`` has the words. ``searchable``: it is
    part of the keys by which a person is found. ``names_person``: it is kept only with a yes to being on file.
    ``sensitive``: nobody is obliged to answer (Ley 1581 de 2012, art. 6), and a count of its answers is published
    as a multiple of 10, not of 5. ``counted``: the facts that the month's tables take hold its answer; ``table``: one
    of the tables counts by it alone. ``in_extract``: the extract for research has it as a column.
    """

    name: str
    label: str
    control: Literal["text", "phone", "birth_date", "radios", "select", "long_list", "parts"] | None
    section: Literal["identity", "migration", "more"] | None = None
    code_list: str | None = None
    is_number: bool = False
    max_length: int | None = None
    in_portal: bool = False
    searchable: bool = False
    names_person: bool = False
    sensitive: bool = False
    counted: bool = False
    table: TableTitles | None = None
    in_extract: bool = False


NAME_FIELDS = ("given_names", "surname_1", "surname_2")
"""The parts of a name, in the order in which they are said: pages and the history show them as one."""

# In the order in which the form asks within each section, and in which pages list what is known. An attribute with a
# control of "parts" has its own lines in the form: documents and the questions about disability.
PERSON_FIELDS: tuple[PersonField, ...] = (
    PersonField(
        "given_names", N_("Given names"), "text", "identity", max_length=80,
        in_portal=True, searchable=True, names_person=True,
    ),
    PersonField(
        "surname_1", N_("First surname"), "text", "identity", max_length=60,
        in_portal=True, searchable=True, names_person=True,
    ),
    PersonField(
        "surname_2", N_("Second surname"), "text", "identity", max_length=60,
        in_portal=True, searchable=True, names_person=True,
    ),
    PersonField(
        "birth_date", N_("Birth date"), "birth_date", "identity", max_length=10,
        in_portal=True, searchable=True,
    ),
    PersonField("age", N_("Age"), None, in_portal=True, counted=True, in_extract=True),
    PersonField(
        "sex", N_("Sex"), "radios", "identity", "sex", in_portal=True, counted=True, in_extract=True
    ),
    PersonField(
        "nationality", N_("Nationality"), "long_list", "identity", "nationality",
        in_portal=True, counted=True, in_extract=True,
    ),
    PersonField(
        "documents", N_("Document"), "parts", in_portal=True,
        searchable=True, names_person=True, counted=True,
    ),
    PersonField(
        "phone", N_("Phone"), "phone", "identity", max_length=25, in_portal=True, names_person=True
    ),
    # An entity sees it beside the telephone: a call may reach whoever the person fled from.
    PersonField(
        "phone_safe", N_("Is it safe to call this number?"), "radios", "identity", "phone_safe", names_person=True
    ),
    PersonField(
        "population", N_("Population"), "radios", "migration", "population", in_portal=True,
        counted=True, in_extract=True,
        table=TableTitles(N_("Population"), N_("People by population")),
    ),
    # Not for entities: help never serves the enforcement of migration rules.
    PersonField(
        "status", N_("Migration status"), "select", "migration", "status",
        counted=True, in_extract=True,
    ),
    PersonField(
        "origin", N_("State of origin in Venezuela"), "select", "migration", "origin",
        in_portal=True, counted=True,
        table=TableTitles(N_("Place of origin"), N_("People by place of origin"), has_own_order=False),
    ),
    PersonField(
        "municipality", N_("Municipality where the person lives"), "long_list", "identity", "municipality",
        in_portal=True, counted=True, in_extract=True,
        table=TableTitles(N_("Municipality"), N_("People by municipality of residence"), has_own_order=False),
    ),
    PersonField(
        "intention", N_("What the person wants to do"), "select", "migration", "intention", counted=True,
        table=TableTitles(N_("Intention"), N_("People by intention")),
    ),
    PersonField(
        "education", N_("Education completed"), "select", "more", "education", is_number=True,
        in_portal=True, counted=True, in_extract=True,
        table=TableTitles(N_("Level of education"), N_("People by level of education")),
    ),
    PersonField(
        "ethnicity", N_("Ethnic group"), "select", "more", "ethnicity", is_number=True, sensitive=True,
        counted=True, in_extract=True,
        table=TableTitles(N_("Ethnic group"), N_("People by ethnic group")),
    ),
    PersonField(
        "gender", N_("Gender identity"), "select", "more", "gender", sensitive=True,
        counted=True, in_extract=True,
        table=TableTitles(N_("Gender identity"), N_("People by gender identity")),
    ),
    PersonField(
        "disability", N_("Disability"), "parts", sensitive=True,
        counted=True, in_extract=True,
    ),
)  # fmt: skip

FIELDS_BY_NAME = {field.name: field for field in PERSON_FIELDS}
ASKED_FIELDS = tuple(field for field in PERSON_FIELDS if field.control)
"""What a person is asked, and what is kept of the answers."""
