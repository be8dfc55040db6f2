"""A name by its sound in Spanish: English phonetic keys fail on Spanish names.

The letters that sound alike in Colombia and Venezuela become one; accents, case, spaces and particles do not count.
Plain Python; the rules of people stand on it.
"""

import re

from attention_point import texts

_PARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "Y"})
_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bc]")
# A letter without which a step has nothing to do, what is sought, what is put. In this order; afterwards H stands only
# in CH, and taking all the steps again changes nothing.
_SOUNDS = tuple(
    (letter, re.compile(pattern), sound)
    for letter, pattern, sound in (
        ("", r"([^L])(?=\1)", ""),
        ("H", r"PH", "F"),
        ("H", r"(?<!C)HU(?=[AEIOY])", "W"),
        ("H", r"(?<!C)H", ""),
        ("", r"([^L])(?=\1)", ""),
        ("H", r"CH(?=[LR])", "K"),
        ("L", r"LL+(?=[AEIOUY])", "Y"),
        ("Y", r"Y(?![AEIOU])", "I"),
        ("Q", r"QU|Q", "K"),
        ("C", r"C(?=[EI])", "S"),
        ("C", r"C(?!H)", "K"),
        ("X", r"X", "S"),
        ("Z", r"Z", "S"),
        ("V", r"V", "B"),
        ("U", r"(?:GW?|W)U(?=[AEIO])", "W"),
        ("W", r"GW", "W"),
        ("G", r"G(?=[EI])", "J"),
        ("", r"(.)(?=\1)", ""),
        ("S", r"^S(?=[BDFGKLMNPRT])", "ES"),
    )
)
# English given names that are written as they sound as often as not.
_AS_HEARD = {
    **dict.fromkeys(("JASON", "JAISON"), "JEISON"),
    **dict.fromkeys(("BRIAN", "BRYAN", "BRAIAN"), "BRAYAN"),
    **dict.fromkeys(("MICHAEL", "MAIKEL"), "MAIKOL"),
    "ESTEBEN": "ESTIBEN",
}


def name_key(text: str | None, *, given: bool = False) -> str:
    """How a name sounds, as capitals: one key for all its spellings, its words run together; "" for no name.

    With ``given`` an initial Y sounds as J, "Ma." is Maria, and some English names are taken as they are heard.
    """
    return _sound("".join(words(text, given=given)), given)


def name_keys(text: str | None, *, given: bool = False) -> list[str]:
    """The key of each word."""
    return [key for word in words(text, given=given) if (key := _sound(word, given))]


def words(text: str | None, *, given: bool = False) -> list[str]:
    """The words of a name in plain capitals, without the particles; what is only particles stays whole."""
    plain = _APOSTROPHES.sub("", text or "").upper()
    plain = texts.without_accents(plain)
    found = plain.split()
    if not "".join(found).isalpha():
        found = "".join([letter if letter.isalpha() else " " for letter in plain]).split()
    found = [word for word in found if word not in _PARTICLES] or found
    return ["MARIA" if word == "MA" else word for word in found] if given else found


def _sound(word: str, given: bool) -> str:
    for letter, pattern, sound in _SOUNDS:
        if letter in word:
            word = pattern.sub(sound, word)
    if not given:
        return word
    if word.startswith("Y"):
        word = "J" + word[1:]
    return _AS_HEARD.get(word, word)
