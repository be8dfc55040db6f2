"""Finds needs and entities by plain words: without accents, with a letter mistyped, in the person's own words.

Nothing of what is searched is kept anywhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from attention_point.foundation.codelists import get_code_list
from attention_point.texts import fold_text

Item = TypeVar("Item")
Weighted = Iterable[tuple[float, str]]
"""Texts with what a word in them is worth."""

MAXIMUM_LENGTH = 100
_MAXIMUM_WORDS = 8
_LEAST_RATIO = 83  # of RapidFuzz: one letter of six
_LEAST_FUZZY_LENGTH = 5
_LEAST_SOUND_LENGTH = 3
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("(?<!c)h", ""),
        ("[cs](?=[ei])|z", "s"),
        ("qu(?=[ei])|c(?!h)", "k"),
        ("g(?=[ei])", "j"),
        ("v", "b"),
        ("ll", "y"),
        ("m$", "n"),
        (r"(.)\1+", r"\1"),
    )
)
_FILE = Path(__file__).with_name("data") / "search_words.yaml"


def split_words(text: str) -> list[str]:
    """The words of a text in small letters and without accents."""
    return re.findall(r"[a-z0-9]+", fold_text(text))


def find_best(typed: str, items: Iterable[Item], describe: Callable[[Item], Weighted]) -> list[Item]:
    """The items that have every word which was typed, best first; those with most of them where none has all."""
    typed_words = _select_words(typed)
    if not typed_words:
        return []
    scored = [(*_score_words(typed_words, list(describe(item))), item) for item in items]
    most = max((count for count, _score_of_item, _item in scored), default=0)
    # A third of the words at least: one of many may be on any page.
    if most * 3 < len(typed_words) or most == 0:
        return []
    best_items = [(score, item) for count, score, item in scored if count == most]
    return [item for _score_of_item, item in sorted(best_items, key=lambda pair: -pair[0])]


def _select_words(typed: str) -> list[str]:
    words = list(dict.fromkeys(split_words(typed[:MAXIMUM_LENGTH])))
    return ([word for word in words if word not in _read_file()["silent"]] or words)[:_MAXIMUM_WORDS]


def _score_words(typed_words: Sequence[str], texts: Sequence[tuple[float, str]]) -> tuple[int, float]:
    """How many of the typed words stand in the texts, and what they are worth together."""
    words = [(weight, word) for weight, text in texts for word in split_words(text)]
    values = [
        max((weight * _compare_words(typed, word) for weight, word in words), default=0.0) for typed in typed_words
    ]
    return sum(value > 0 for value in values), sum(values)


@cache
def spell_by_sound(word: str) -> str:
    """One spelling for words that sound alike in Colombia: ``mediko`` and ``medico``, ``vensido`` and ``vencido``."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _compare_words(typed: str, word: str) -> float:
    if typed == word:
        return 1.0
    typed, word = spell_by_sound(typed), spell_by_sound(word)
    if typed == word and len(typed) >= _LEAST_SOUND_LENGTH:
        return 0.9
    # A plural finds its singular, the beginning of a word the whole of it.
    shorter, longer = sorted((typed, word), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return 0.8
    if min(len(typed), len(word)) < _LEAST_FUZZY_LENGTH:
        return 0.0
    from rapidfuzz import fuzz  # noqa: PLC0415 - loaded with the first search, not at the start

    return 0.6 if fuzz.ratio(typed, word) >= _LEAST_RATIO else 0.0


@cache
def read_search_words() -> Mapping[str, str]:
    """What people say for a need, by its code, in both languages."""
    return {words.code: f"{words.es} {words.en}" for words in get_code_list("need_words")}


def list_first_services() -> frozenset[str]:
    """The codes of services that stand first on the page of their need."""
    codes: frozenset[str] = _read_file()["first"]
    return codes


@cache
def _read_file() -> Mapping[str, Any]:
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {"first": frozenset(content["first"]), "silent": frozenset(content["silent"].split())}
