"""Nouns with their articles, and lists, as Spanish writes them. What is known of words stands in ``grammar.yaml``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from attention_point.registers.shared.rules import fold_text

_DATA: Mapping[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "grammar.yaml").read_text(encoding="utf-8")
)
_ARTICLES_BY_NOUN = {noun: article for article, nouns in _DATA["nouns"].items() for noun in nouns}
_ARTICLES_BY_ACRONYM = {acronym: article for article, acronyms in _DATA["acronyms"].items() for acronym in acronyms}
_ARTICLES_BY_COUNTRY = {code: article for article, codes in _DATA["countries"].items() for code in codes}
# A longer ending decides before a shorter one: "problema" is masculine, although most words in -a are not.
_ARTICLES_BY_ENDING = sorted(
    ((ending, article) for article, endings in _DATA["endings"].items() for ending in endings),
    key=lambda entry: -len(entry[0]),
)
_NO_NOUNS, _INSTRUMENTS = frozenset(_DATA["no_nouns"]), frozenset(_DATA["instruments"])
_VIRTUAL_PLACES = frozenset(_DATA["virtual_places"])
_INFINITIVE = re.compile(r"\w{2,}[aei]r(se|lo|la)?")
# "1ra", "2do", "1er", "XV": the noun that takes the article comes after.
_ORDINAL = re.compile(r"\d+(º|ª|er|ro|ra|do|da|ro|to|ta|mo|ma|vo|va|no|na)?|[ivx]+")
_GOES_ON, _TOLD = frozenset(_DATA["goes_on"]), re.compile(_DATA["told"], re.IGNORECASE)
_INDEFINITE = {"el": "un", "la": "una"}
_SPOKEN_I = re.compile(r"h?i(?![aeou])")
_QUOTED = re.compile(r'["“][^"”]*["”]|\([^)]*\)')


@dataclass(frozen=True, slots=True)
class Noun:
    """A name or a common noun with its article: ``el``, ``la``, ``los``, ``las``, or none."""

    text: str
    article: str = ""

    def __str__(self) -> str:
        return f"{self.article} {self.text}" if self.article else self.text

    @property
    def is_plural(self) -> bool:
        """Whether a verb or an adjective that goes with it is in the plural."""
        return self.article.endswith("s")

    @property
    def is_feminine(self) -> bool:
        """Whether an adjective that goes with it is feminine."""
        return self.article.startswith("la")


def build_name(text: str) -> Noun:
    """A proper name with the article of its first word or acronym; none where neither is known."""
    text = quote_well(text)
    words = _list_words(text)
    if not words:
        return Noun(text)
    if text[:1].islower() and text[:2].islower():
        # What is no name of its own ("empresa de sistemas", "universidades") is one of many.
        article = find_common_article(text)
        return Noun(f"{_INDEFINITE[article]} {text}" if article in _INDEFINITE else text)
    # "la ONU", but "ONU-Habitat": an acronym is a word between spaces.
    acronym = fold_text(text.split(" ")[0])
    if acronym in _ARTICLES_BY_ACRONYM:
        return Noun(text, _ARTICLES_BY_ACRONYM[acronym])
    noun = next((word for word in words if not _ORDINAL.fullmatch(word)), words[0])
    return Noun(text, _ARTICLES_BY_NOUN.get(noun, ""))


def build_thing(text: str) -> Noun:
    """What was done or made, with its article ("la" …); none where it begins with no noun."""
    text = quote_well(text)
    return Noun(text, find_common_article(text))


def find_common_article(text: str) -> str:
    """The article of the common noun with which a text begins; empty where it begins with something else."""
    words = _list_words(text)
    first = words[0] if words else ""
    if first in _ARTICLES_BY_NOUN:
        return _ARTICLES_BY_NOUN[first]
    if not text[:1].islower() or first in _NO_NOUNS or not first.isalpha() or _INFINITIVE.fullmatch(first):
        return ""
    return next((article for ending, article in _ARTICLES_BY_ENDING if first.endswith(ending)), "")


def build_country(code: str, name: str) -> Noun:
    """A country; a few have an article."""
    return Noun(name, _ARTICLES_BY_COUNTRY.get(code, ""))


def soften_first(text: str) -> str:
    """A thing that was typed with a capital, as it goes on within a sentence; a proper name keeps its capitals."""
    first_words = text.split(" ", 2)[:2]
    is_name = len(first_words) > 1 and first_words[1][:1].isupper()
    return text if is_name else lower_first(text)


def is_virtual_place(text: str) -> bool:
    """Whether what is given as a place says that there was none."""
    return fold_text(text) in _VIRTUAL_PLACES


def begins_with_infinitive(text: str) -> bool:
    """Whether a text begins with a verb: "aunar esfuerzos para …"."""
    return bool(_INFINITIVE.fullmatch(next(iter(_list_words(text)), "")))


def is_long_thing(text: str) -> bool:
    """Whether a text is a noun with what belongs to it, and no sentence: "Propuesta de ruta de empleo con …"."""
    second_word = next(iter(_list_words(text)[1:]), "")
    return second_word in _GOES_ON and not _TOLD.search(text) and bool(find_common_article(soften_first(text)))


def begins_with_instrument(text: str) -> bool:
    """Whether the name of an agreement says by itself what it is: "Convenio de …", "Alianza …"."""
    return next(iter(_list_words(text)), "") in _INSTRUMENTS


def quote_well(text: str) -> str:
    """Turn straight quotation marks into those of print."""
    return re.sub(r'"([^"]*)"', r"“\1”", text)


def join_items(items: Iterable[object], conjunction: str = "y") -> str:
    """Write several items in a row: "a, b y c"; with semicolons where one of several holds a comma of its own."""
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    have_commas = [", " in _QUOTED.sub("", text) for text in texts]
    separator = "; " if any(have_commas) else ", "
    # Of two items only a comma within the first asks for one between them: "a, en 2017, y b".
    before_last = "; " if any(have_commas) and len(texts) > 2 else ", " if have_commas[0] else " "
    last = f"{_choose_conjunction(conjunction, texts[-1])} {texts[-1]}"
    return f"{separator.join(texts[:-1])}{before_last}{last}"


def _choose_conjunction(conjunction: str, following: str) -> str:
    sound = fold_text(following)
    if conjunction == "y" and _SPOKEN_I.match(sound):
        return "e"
    return "u" if conjunction == "o" and re.match("h?o", sound) else conjunction


def contract_articles(text: str) -> str:
    """Contract "de el" and "a el"; an article that belongs to a name ("de El Salvador") stays."""
    return re.sub(r"\b([Dd]e|[Aa]) el\b", lambda found: f"{found[1]}l", text)


def lower_first(text: str) -> str:
    """A text as it goes on within a sentence: an acronym and a name of several capitals stay."""
    first_word = text.split(" ", 1)[0]
    return text if len(first_word) > 1 and not first_word[1:].islower() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """A text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def pluralise_post(role: str) -> str:
    """A post as several people hold it: "Profesional Universitario" becomes "Profesionales Universitarios"."""
    words = role.split(" ")
    # The words up to the first preposition or bracket agree: "Jefe de oficina", "Pasante (medio tiempo)".
    end = next((index for index, word in enumerate(words) if word in _NO_NOUNS or not word.isalpha()), len(words))
    return " ".join([*map(_pluralise_word, words[:end]), *words[end:]])


_VOWELS = "aeiouáéíó"  # spanish: vowels with accents


def _pluralise_word(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith("z"):
        return f"{word[:-1]}ces"
    return f"{word}s" if word[-1] in _VOWELS else f"{word}es"


def _list_words(text: str) -> list[str]:
    return fold_text(text).split()
