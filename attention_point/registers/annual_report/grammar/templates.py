"""Sentences with parts that may be missing and words that agree.

A sentence of ``data/sentences.yaml`` holds ``{facts}``. A part in ``[square brackets]`` is left out where one of its
facts is missing; of ``[one|another|a third]`` the first whose facts are all there is written. ``(a|an)`` agrees in
number and ``(o|a|os|as)`` in gender and number with the sentence's subject. "de el" becomes "del". What ends with a
full stop is a sentence and begins with a capital letter; the rest are parts of sentences.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from attention_point.registers.annual_report.grammar.phrases import Noun, contract_articles, upper_first

_FACT = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_AGREEMENT = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")
Facts = Mapping[str, object]


@cache
def load_sentences() -> Mapping[str, str]:
    """The sentences by their keys: ``event/done``."""
    path = Path(__file__).parents[1] / "data" / "sentences.yaml"
    groups: Mapping[str, Mapping[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {f"{group}/{key}": text for group, texts in groups.items() for key, text in texts.items()}


def write_sentence(key: str, subject: Noun | None = None, /, **facts: object) -> str:
    """Fill in a sentence; empty where a fact that it cannot do without is missing. ``subject`` is what it agrees with.

    A fact that is None or an empty text is missing. Raises KeyError for a sentence that is not in the file.
    """
    return fill_template(load_sentences()[key], {**facts, "subject": subject}, subject)


def fill_template(template: str, facts: Facts, subject: Noun | None = None) -> str:
    """Fill in one template; see ``write_sentence``."""
    text = _OPTIONAL.sub(lambda found: _choose_alternative(found[1], facts), template)
    if any(_is_missing(facts.get(name)) for name in _FACT.findall(text)):
        return ""
    text = _AGREEMENT.sub(lambda found: _choose_ending(found[1].split("|"), subject), text)
    filled = _FACT.sub(lambda found: str(facts[found[1]]), text)
    # An amount stays on one line with its sign.
    filled = contract_articles(filled).replace("$ ", "$\N{NO-BREAK SPACE}")
    return upper_first(filled) if template.endswith(".") else filled


def _choose_alternative(part: str, facts: Facts) -> str:
    # Endings that agree have bars of their own, inside round brackets.
    for alternative in re.split(r"\|(?![^()]*\))", part):
        if not any(_is_missing(facts.get(name)) for name in _FACT.findall(alternative)):
            return alternative
    return ""


def _is_missing(value: object) -> bool:
    return value is None or str(value) == ""


def _choose_ending(endings: list[str], subject: Noun | None) -> str:
    is_plural = subject is not None and subject.is_plural
    if len(endings) == 2:
        return endings[is_plural]
    return endings[2 * is_plural + (subject is not None and subject.is_feminine)]
