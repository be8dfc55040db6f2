"""The replay of cases: it finds what differs, and says what is wrong with a file."""

from typing import Any

import pytest
import yaml

from attention_point.foundation.language import gettext, in_language
from attention_point.routing.bench.cases import CasesError, parse_cases, replay_cases
from tests.routing.directory_data import offers

GOOD = """
cases:
  - id: one
    date: 2017-08-09
    situation: {needs: [DDHH], age: 30, complained_of: personeria}
    suggestions: [{service: DDHH, entity: defensoria, alternatives: [consultorios-juridicos]}]
"""


def sentences(text: str) -> list[str]:
    failures = replay_cases(parse_cases(yaml.safe_load(text)), offers)
    with in_language("en"):
        return [f"{f.case_id}: {gettext(d.msgid, **d.params)}" for f in failures for d in f.differences]


def test_a_case_that_agrees_is_silent() -> None:
    assert sentences(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("entity: defensoria", "entity: personeria", "one: DDHH.entity: expected personeria, found defensoria"),
        ("entity: defensoria", "urgent: true", "one: DDHH.urgent: expected true, found false"),
        (
            "alternatives: [consultorios-juridicos]",
            "alternatives: [icbf]",
            "one: DDHH.alternatives: expected [icbf], found [consultorios-juridicos]",
        ),
        ("needs: [DDHH]", "needs: [DDHH, EDU]", "one: services: expected [DDHH], found [DDHH, EDU]"),
        ("needs: [DDHH]", "needs: []", "one: services: expected [DDHH], found []"),
        ("age: 30", "age: 3", "one: notices: expected [], found [NNA-PROT]"),
    ],
)
def test_a_difference_is_told(old: str, new: str, sentence: str) -> None:
    assert sentence in sentences(GOOD.replace(old, new))


BAD = {
    "no mapping": "- 1",
    "empty": "",
    "no cases": "cases: []",
    "case is text": "cases: [x]",
    "unknown key": GOOD.replace("situation:", "facts:"),
    "unknown fact": GOOD.replace("age:", "ages:"),
    "no date": GOOD.replace("date: 2017-08-09", "date: soon"),
    "no suggestions": GOOD.replace("suggestions:", "notices:"),
    "suggestion without service": GOOD.replace("service: DDHH, ", ""),
    "unknown expectation": GOOD.replace("entity:", "entities:"),
    "needs is text": GOOD.replace("needs: [DDHH]", "needs: DDHH"),
    "need is a mapping": GOOD.replace("needs: [DDHH]", "needs: [{a: 1}]"),
    "age is text": GOOD.replace("age: 30", "age: thirty"),
    "age is a flag": GOOD.replace("age: 30", "age: true"),
    "nationality read as a flag": GOOD.replace("age: 30", "nationality: NO"),
    "document without type": GOOD.replace("age: 30", "documents: [{expires: 2020-01-01}]"),
    "document with a text for a date": GOOD.replace("age: 30", "documents: [{type: PA, expires: soon}]"),
    "same id twice": GOOD + GOOD.replace("\ncases:", ""),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_with_a_sentence_in_both_languages(text: str) -> None:
    document: Any = yaml.safe_load(text)
    with pytest.raises(CasesError) as caught:
        parse_cases(document)
    reason = caught.value.reason
    with in_language("es"):
        spanish = gettext(reason.msgid, **reason.params)
    assert spanish != str(caught.value) != ""
