"""Answers from a list of hundreds (municipalities, countries): typed as a name, sent and kept as a code.

The options are not sent with the form. A script fetches them once, as a file that the browser keeps; without it, the
name is typed out, and this module reads it.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from wtforms import StringField

from attention_point import texts
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import LANGUAGES, current_language
from attention_point.foundation.language import gettext as _

MOST_NEAR_NAMES = 5
_LEAST_LIKENESS = 70  # of 100; below it a name is nearer to nothing than to this one


class LongListField(StringField):
    """A text field for a name of the list. Its data is the name as typed, or a code as it is on file."""

    def __init__(self, label: str, list_name: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.list_name = list_name

    def _value(self) -> str:
        # WTForms asks this for the text in the control: https://wtforms.readthedocs.io/en/stable/fields/#custom-fields
        return get_code_list(self.list_name).choice_for_code(self.data or "", current_language())


def find_code_by_name(list_name: str, typed_text: str | None) -> str:
    """The code of a name in either language, with or without the department; else the text as it was typed.

    A part of a name is enough where only one name has it.
    """
    text = (typed_text or "").strip()
    folded = texts.fold_text(text)
    if not folded:
        return ""
    code = get_code_list(list_name).find_code(text) or _index_names(list_name).get(folded)
    if code is None:
        near_codes = {code for label, code in _index_labels(list_name).items() if folded in label}
        code = near_codes.pop() if len(near_codes) == 1 else None
    return code or text


def describe_unknown_name(list_name: str, typed_text: str) -> str:
    """The error for a name that the list does not have, with the nearest names that it has."""
    near_names = list_near_names(list_name, typed_text)
    if not near_names:
        return _("No option in the list has this name. Choose one from the list.")
    return _("Choose a name from the list. The nearest: %(names)s.", names="; ".join(near_names))


def list_near_names(list_name: str, typed_text: str) -> list[str]:
    """Names of the list that the typed text may mean, the nearest first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - loaded with the first name that is not in a list

    folded = texts.fold_text(typed_text)[:100]
    names = {
        texts.fold_text(label): label for _code, label in get_code_list(list_name).form_choices(current_language())
    }
    with_text = sorted((name for name in names if folded in name), key=lambda name: (not name.startswith(folded), name))
    similar = process.extract(
        folded, names.keys(), scorer=fuzz.WRatio, limit=MOST_NEAR_NAMES, score_cutoff=_LEAST_LIKENESS
    )
    nearest = dict.fromkeys([*with_text, *(name for name, _score, _position in similar)])
    return [names[name] for name in nearest][:MOST_NEAR_NAMES]


@cache
def _index_labels(list_name: str) -> Mapping[str, str]:
    code_list = get_code_list(list_name)
    return {texts.fold_text(label): code for language in LANGUAGES for code, label in code_list.form_choices(language)}


@cache
def _index_names(list_name: str) -> Mapping[str, str]:
    # A name that several municipalities have means none of them.
    names = [
        (name, code.code)
        for code in get_code_list(list_name)
        for name in {texts.fold_text(code.label(language)) for language in LANGUAGES}
    ]
    frequencies = Counter(name for name, _code in names)
    return {**{name: code for name, code in names if frequencies[name] == 1}, **_index_labels(list_name)}
