"""The table of a person's attributes, and that no list beside it forgets one or knows another."""

import yaml

from attention_point.directory.labels import PORTAL_FIELD_LABELS
from attention_point.foundation.codelists import get_code_list
from attention_point.intake.draft import Disability, PersonDraft
from attention_point.intake.form.visit_form import DISABILITY_QUESTIONS
from attention_point.intake.records.research_records import ConsentedVisit
from attention_point.person_fields import ASKED_FIELDS, FIELDS_BY_NAME, NAME_FIELDS, PERSON_FIELDS
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.extracts.columns import DECLARATION_FILE
from attention_point.tallies.rules import DECLARED_INDICATORS
from tests.intake.desk import SignIn

CHOICE_FIELDS = {"id", "new", "version", "relation"}
STATED_AGE = {"age"}  # it becomes a part of the birth date
VISIT_FIELDS = {"household", "vulnerabilities", "notes"}


def test_every_attribute_stands_once() -> None:
    assert len(FIELDS_BY_NAME) == len(PERSON_FIELDS)
    assert set(NAME_FIELDS) < set(FIELDS_BY_NAME)


def test_the_draft_asks_for_each_attribute_and_no_other() -> None:
    assert set(PersonDraft.model_fields) - CHOICE_FIELDS - STATED_AGE == {field.name for field in ASKED_FIELDS}
    assert set(Disability.model_fields) == set(DISABILITY_QUESTIONS)


def test_the_draft_takes_the_codes_of_each_list() -> None:
    for field in ASKED_FIELDS:
        if field.code_list:
            code = next(iter(get_code_list(field.code_list))).code
            draft = PersonDraft.model_validate({field.name: int(code) if field.is_number else code})
            assert str(getattr(draft, field.name)) == code


def test_the_form_asks_for_each_attribute(as_role: SignIn) -> None:
    page = as_role("agent").get("/visits/new", follow_redirects=True).get_data(as_text=True)
    names = {"documents-0-type", *DISABILITY_QUESTIONS}
    names |= {field.name for field in ASKED_FIELDS if field.control != "parts"}
    assert {name for name in names if f'name="{name}"' not in page} == set()


def test_entities_are_shown_only_what_the_table_allows() -> None:
    allowed = {field.name for field in PERSON_FIELDS if field.in_portal}
    assert set(PORTAL_FIELD_LABELS) - VISIT_FIELDS == allowed
    assert "status" not in allowed  # help never serves enforcement


def test_the_extract_has_the_columns_that_the_table_says() -> None:
    declaration = yaml.safe_load(DECLARATION_FILE.read_text(encoding="utf-8"))
    in_extract = {field.name for field in PERSON_FIELDS if field.in_extract}
    columns = {*declaration["quasi"], *declaration["sensitive"]}
    assert columns & set(FIELDS_BY_NAME) == in_extract
    assert in_extract <= set(ConsentedVisit.__slots__)


def test_every_counted_attribute_has_a_table_and_a_title() -> None:
    dimensions = {dimension for indicator in DECLARED_INDICATORS for dimension in indicator.dimensions}
    singular = {"documents": "document"}
    counted = {singular.get(field.name, field.name) for field in PERSON_FIELDS if field.counted}
    assert counted <= dimensions
    assert counted <= set(DIMENSIONS)
