"""The rows under the main person: whoever came along, each a person and a visit of their own.

What the main person says is said for everybody: address, telephone, origin, status. A row's own answer wins. Who is on
file keeps what is on file.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)

from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm
from attention_point.intake.form.situation_questions import EntryFields, set_fact_choices
from attention_point.intake.form.typed_values import format_typed_date
from attention_point.intake.form.visit_form import Choices, VisitForm

_ROW_NAME = re.compile(r"companions-(\d{1,4})-")


def count_rows(names: Iterable[str]) -> int:
    """How many rows the names of a form's fields belong to."""
    return len({row[1] for row in map(_ROW_NAME.match, names) if row})


_TELLING_FIELDS = ("person_id", "kin", "given_names", "surname_1", "birth_date", "document_number")


class Kin(NamedTuple):
    """What a tile of a row means: the relation to the main person, and the sex where the word tells it."""

    relation: str
    sex: str | None
    label: str


KIN = {
    "daughter": Kin("child", "F", N_("Daughter")),
    "son": Kin("child", "M", N_("Son")),
    "partner": Kin("partner", None, N_("Partner")),
    "mother": Kin("parent", "F", N_("Mother")),
    "father": Kin("parent", "M", N_("Father")),
    "sister": Kin("sibling", "F", N_("Sister")),
    "brother": Kin("sibling", "M", N_("Brother")),
    "grandmother": Kin("grandparent", "F", N_("Grandmother")),
    "grandfather": Kin("grandparent", "M", N_("Grandfather")),
    "relative": Kin("other_relative", None, N_("Another relative")),
    "other": Kin("other", None, N_("Somebody else")),
}
# Said once by the main person. Not what she wants to do, nor what she was asked about herself.
COMMON_FIELDS = ("phone", "municipality", "origin", "population", "status", "nationality")
COMMON_FACTS = ("arrived_on", "entry_stamped", "registered_in", "in_transit", "conflict_victim")
OWN_FIELDS = ("given_names", "surname_1", "surname_2", "phone", "population", "status", "nationality")
# Most families are of one of the two countries, and a child may be of another one than the mother.
_NATIONALITIES = ("VE", "CO", "EC", "PE", "CL", "BR", "PA", "US", "ES")


class GuardianFields(PlainForm):
    """Who authorises for a child: the fields of a row and of the main person alike."""

    guardian_name = StringField(N_("Name of who authorises for the child"))
    guardian_relation = SelectField(N_("By what right"), validate_choice=False, choices=[])
    guardian_document_type = SelectField(N_("Type of document"), validate_choice=False, choices=[])
    guardian_document_number = StringField(N_("Number"))


class CompanionForm(GuardianFields, EntryFields):
    """One row. ``offered``: of somebody on file who came along earlier; only if they ``came`` today, it is recorded."""

    offered = HiddenField()
    person_id = HiddenField()
    different_from = HiddenField()
    came = BooleanField(N_("Came today"))
    kin = RadioField(N_("Who is it?"), validate_choice=False, choices=[])
    given_names = StringField(N_("Given names"))
    surname_1 = StringField(N_("First surname"))
    surname_2 = StringField(N_("Second surname"))
    birth_date = StringField(N_("Birth date or age"))
    document_type = SelectField(N_("Type of document"), validate_choice=False, choices=[])
    document_number = StringField(N_("Number"))
    same_needs = BooleanField(N_("The same needs as person 1"))
    needs = SelectMultipleField(N_("What this person needs"), validate_choice=False, choices=[])
    sex = SelectField(N_("Sex"), validate_choice=False, choices=[])
    nationality = SelectField(N_("Nationality"), validate_choice=False, choices=[])
    status = SelectField(N_("Migration status"), validate_choice=False, choices=[])
    population = SelectField(N_("Population"), validate_choice=False, choices=[])
    phone = StringField(N_("Phone"))
    attention = RadioField(N_("Authorises being put on file"), validate_choice=False, choices=[])
    has_custody = BooleanField(N_("Person 1 has custody of this child"))

    @property
    def is_chosen(self) -> bool:
        """Whether the row is to be recorded."""
        return bool(self.came.data) if self.offered.data else self.is_filled

    def find_field(self, path: str) -> Field:
        """The field at a path of the draft; the first one for what the row does not ask."""
        group, _dot, name = path.partition(".")
        if group == "person":
            name = {"age": "birth_date", "relation": "kin"}.get(name, name)
            name = "document_number" if name.startswith("documents") else name
        elif group == "guardian":
            name = f"guardian_{name.replace('document.', 'document_')}"
        else:
            name = {"consents": "attention", "facts": name}.get(group, group)
        field: Field = self[name if name in self else "given_names"]
        return field


class FamilyForm(VisitForm, GuardianFields):
    """The form of the main person, with a row for each companion."""

    companions = FieldList(FormField(CompanionForm))
    children_research = BooleanField(
        N_("Who authorises for the children also agrees to university research with their data, without names")
    )

    def find_field(self, path: str) -> Field | None:
        """The field at a path of the draft, or of the draft of one of the people: ``people.1.person.birth_date``."""
        parts = path.split(".", 2)
        if parts[0] == "people" and len(parts) == 3:
            rows = list_chosen_rows(self)
            number = int(parts[1]) if parts[1].isdecimal() else 0
            if 0 < number <= len(rows):
                # The summary of a form's errors passes over a list that has none of its own.
                self.companions.errors = [*self.companions.errors, {}]
                return rows[number - 1].find_field(parts[2])
            path = parts[2]
        if path.startswith("guardian"):
            return self[path.replace("document.", "document_").replace(".", "_")]
        return super().find_field(path)


def add_row(fields: MultiDict[str, str]) -> str:
    """Add a blank row to what was typed, after the others. Returns its name."""
    numbers = [int(match[1]) for name in fields if (match := _ROW_NAME.match(name))]
    row_name = f"companions-{max(numbers, default=-1) + 1}"
    fields.add(f"{row_name}-given_names", "")
    return row_name


def list_row_numbers(form: FamilyForm) -> list[int]:
    """The number of each person whose row is recorded: that of the row, from 1 on; they may have gaps."""
    return [read_row_number(entry) for entry in form.companions if entry.form.is_chosen]


def number_rows(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed with its rows numbered without gaps, as the form reads them; a row may have been taken out."""
    numbers = sorted({int(match[1]) for name in fields if (match := _ROW_NAME.match(name))})
    new_names = {f"companions-{number}-": f"companions-{index}-" for index, number in enumerate(numbers)}
    return MultiDict(
        (new_names[match[0]] + name[match.end() :] if (match := _ROW_NAME.match(name)) else name, value)
        for name, value in fields.items(multi=True)
    )


def describe_rows(fields: Mapping[str, str]) -> dict[int, tuple[str | None, ...]]:
    """Who stands in each row, by the number of the person: by this two versions of a form are compared."""
    indices = {int(match[1]) for name in fields if (match := _ROW_NAME.match(name))}
    return {index + 1: tuple(fields.get(f"companions-{index}-{name}") for name in _TELLING_FIELDS) for index in indices}


def read_row_number(entry: FormField) -> int:
    """The number of a row, from 1 on, by the name of its entry: ``companions-0`` is 1."""
    return int(entry.name.rpartition("-")[2]) + 1


def list_chosen_rows(form: FamilyForm) -> list[CompanionForm]:
    """The rows of whoever came along, in their order."""
    return [entry.form for entry in form.companions if entry.form.is_chosen]


def set_family_choices(form: FamilyForm, needs: Choices, day: date) -> FamilyForm:
    """Put the choices in the reader's language into the rows and into the fields of the guardian."""
    set_guardian_choices(form, day)
    for entry in form.companions:
        _set_row_choices(entry.form, needs, day)
    return form


def build_blank_row(form: FamilyForm) -> CompanionForm:
    """The row from which the browser makes a new one, with the needs of the form: its number stands as ``__row__``."""
    row = CompanionForm(prefix="companions-__row__-")
    _set_row_choices(row, form.needs.choices, clock.today())
    return row


def _set_row_choices(row: Any, needs: Any, day: date) -> None:
    row.kin.choices = {code: _(kin.label) for code, kin in KIN.items()}
    row.needs.choices = needs
    row.attention.choices = {"yes": _("Yes"), "no": _("No")}
    set_fact_choices(row, {})
    for name in ("sex", "status", "population"):
        row[name].choices = _list_choices(name, day)
    countries = get_code_list("nationality")
    row.nationality.choices = {
        "": "",
        **{code: countries.label_for_code(code, current_language()) for code in _NATIONALITIES},
    }
    if row.nationality.data and row.nationality.data not in row.nationality.choices:
        row.nationality.choices[row.nationality.data] = countries.label_for_code(
            row.nationality.data, current_language()
        )
    row.document_type.choices = _list_choices("document_types", None)
    set_guardian_choices(row, day)


def set_guardian_choices(row: Any, day: date) -> None:
    """Put the choices in the reader's language into the fields of the guardian."""
    row.guardian_relation.choices = _list_choices("guardian_relations", day)
    row.guardian_document_type.choices = _list_choices("document_types", None)


def build_row_values(person_id: UUID, record: Mapping[str, Any], relation: str | None) -> dict[str, Any]:
    """Somebody on file who came along earlier, as the values of a row that is not ticked yet."""
    values = {name: record.get(name) for name in (*OWN_FIELDS, "sex")}
    document: Mapping[str, Any] = next(iter(record.get("documents", ())), {})
    return {
        **values,
        "person_id": str(person_id),
        "offered": "yes",
        "same_needs": True,
        "kin": find_kin(relation, record.get("sex")),
        "birth_date": format_typed_date(record.get("birth_date")),
        "document_type": document.get("type"),
        "document_number": document.get("number"),
    }


def find_kin(relation: str | None, sex: str | None) -> str | None:
    """The tile that means a relation, by the sex where the tiles tell it apart; None where none does."""
    return next((code for code, kin in KIN.items() if kin.relation == relation and kin.sex in {sex, None}), None)


def _list_choices(list_name: str, day: date | None) -> Choices:
    return {"": "", **dict(get_code_list(list_name).form_choices(current_language(), day))}
