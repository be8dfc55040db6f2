"""The code lists: published codes, both languages, days, and the facts that other rooms take from them."""

import re
from datetime import date

import pytest
import yaml

from attention_point.foundation.codelists import Code, CodeList, get_code_list
from attention_point.foundation.codelists.code_lists import DATA_FOLDER

PUBLISHED = {
    "sex": "M F I N",
    "gender": "man woman trans_man trans_woman other",
    "population": "migrant returnee binational host_community other",
    "status": "regular irregular in_process asylum_seeker national",
    "intention": "stay transit return circular unknown",
    "ethnicity": "1 2 3 4 5 6 9",
    "education": "1 2 3 4 5 6 7 8 9 10 11 12 13 99",
    "disability_questions": "seeing hearing walking remembering self_care communicating",
    "disability_levels": "none some a_lot cannot",
    "accompanied_by": "parent guardian other_relative other_adult alone",
    "vulnerabilities": "pregnant lactating older_adult disability chronic_illness gender_violence trafficking"
    " unaccompanied_child street lgbti",
    "age_bands": "0-5 6-11 12-17 18-28 29-59 60+",
    "referral_states": "created seen accepted rejected attended no_show closed expired withdrawn",
    "document_types": "CC TI RC CN CE PA PE PT SC DE CD AS MS SI TMF NES CERT-PPT PEPT VESP",
    "origin": " ".join(f"VE-{letter}" for letter in "ABCDEFGHIJKLMNOPRSTUVWXYZ"),
}
CODE_LIST_NAMES = (
    "municipality",
    "nationality",
    *(name for path in sorted(DATA_FOLDER.glob("*.yaml")) for name in yaml.safe_load(path.read_text("utf-8"))),
)
MARCH = date(2020, 3, 1)


def dated() -> CodeList:
    return CodeList(
        "dated",
        [
            Code("old", "Vieja", "Old", valid_to=date(2020, 2, 29)),
            Code("new", "Nueva", "New", valid_from=MARCH),
            Code("ever", "Siempre", "Ever", aliases=("Always",)),
        ],
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_codes_stand(name: str) -> None:
    assert {code.code for code in get_code_list(name)} == set(PUBLISHED[name].split())


@pytest.mark.parametrize("name", CODE_LIST_NAMES)
def test_every_code_is_a_text_with_both_labels(name: str) -> None:
    for code in get_code_list(name):
        assert isinstance(code.code, str)
        assert all(isinstance(text, str) and text.strip() == text != "" for text in (code.code, code.es, code.en))


# Words of the journal's page, which nobody chooses from: two kinds of action stand in one group.
WORDS = {"journal_groups", "journal_subjects", "journal_details"}


@pytest.mark.parametrize("name", [name for name in CODE_LIST_NAMES if name not in WORDS])
@pytest.mark.parametrize("language", ["es", "en"])
def test_no_two_choices_read_the_same(name: str, language: str) -> None:
    labels = [label for _, label in get_code_list(name).form_choices(language)]
    assert len(set(labels)) == len(labels) == len(get_code_list(name))


def test_a_list_is_read_once() -> None:
    assert get_code_list("sex") is get_code_list("sex")


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(KeyError):
        get_code_list("colours")


def test_answers_that_nobody_must_give_are_marked() -> None:
    assert {name for name in CODE_LIST_NAMES if get_code_list(name).is_sensitive} == {
        "gender",
        "ethnicity",
        "disability_questions",
        "disability_levels",
        "vulnerabilities",
    }


@pytest.mark.parametrize(
    ("on", "codes"),
    [(None, ["old", "new", "ever"]), (date(2020, 2, 29), ["old", "ever"]), (MARCH, ["new", "ever"])],
)
def test_a_code_has_its_days(on: date | None, codes: list[str]) -> None:
    assert [code.code for code in dated() if code.is_valid_on(on)] == codes
    assert [code for code, _ in dated().form_choices("en", on)] == codes


def test_labels_in_both_languages() -> None:
    assert (dated().label_for_code("old", "es"), dated().label_for_code("old", "en")) == ("Vieja", "Old")
    assert get_code_list("nationality").label_for_code("DE", "es") == "Alemania"
    assert get_code_list("nationality").label_for_code("DE", "en") == "Germany"


def test_an_unknown_code_stands_for_itself() -> None:
    assert get_code_list("sex").label_for_code("Q", "es") == "Q"


@pytest.mark.parametrize(
    ("word", "code"), [("PEP", "PE"), (" ppt ", "PT"), ("pt", "PT"), ("cedula colombiana", "CC"), ("PPP", None)]
)
def test_everyday_words_are_understood(word: str, code: str | None) -> None:
    assert get_code_list("document_types").find_code(word) == code


def test_an_expired_type_of_document_may_still_be_written_down() -> None:
    assert get_code_list("document_types")["PE"].is_valid_on(date(2026, 1, 1))


def test_countries_are_those_of_iso_3166() -> None:
    countries = get_code_list("nationality")
    assert len(countries) == 249
    assert all(re.fullmatch("[A-Z]{2}", code.code) for code in countries)
    assert not any(countries.has_code(code) for code in ("EU", "XK", "UN", "ZZ", "AN"))


def test_countries_are_in_reading_order_with_the_two_usual_ones_first() -> None:
    for language, last in (("es", "Zimbabue"), ("en", "Zimbabwe")):
        labels = [label for _, label in get_code_list("nationality").form_choices(language)]
        assert labels[:2] == ["Venezuela", "Colombia"]
        assert labels[-1] == last


@pytest.mark.parametrize(
    ("code", "name"),
    [("68001", "Bucaramanga"), ("68276", "Floridablanca"), ("68307", "Girón"), ("68547", "Piedecuesta")],
)
def test_the_metropolitan_area(code: str, name: str) -> None:
    municipality = get_code_list("municipality")[code]
    assert (municipality.es, municipality.attributes["department"]) == (name, "Santander")
    assert (code, f"{name} (Santander)") in get_code_list("municipality").form_choices("es")


def test_municipalities_cover_the_country() -> None:
    municipalities = list(get_code_list("municipality"))
    assert 1115 <= len(municipalities) <= 1125
    assert len({code.attributes["department_code"] for code in municipalities}) == 33
    assert all(re.fullmatch(r"\d{5}", code.code) for code in municipalities)
    assert all(code.code.startswith(code.attributes["department_code"]) for code in municipalities)


def test_the_capital_is_not_named_twice() -> None:
    assert ("11001", "Bogotá, D.C.") in get_code_list("municipality").form_choices("es")


def test_la_guaira_keeps_its_former_name() -> None:
    assert get_code_list("origin").find_code("Vargas") == get_code_list("origin").find_code("La Guaira") == "VE-X"
