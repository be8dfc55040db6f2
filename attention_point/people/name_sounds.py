"""A name by its sound in Spanish, as a key for searching and comparing. Plain Python.

Letters that sound alike in Colombia and Venezuela become one; accents, case, spaces and particles do not count. English
phonetic keys (Soundex, Metaphone) take Spanish names apart: they know neither LL and Y nor B and V as one sound.

The keys are stored as keyed tags: whoever changes a step here must make every person's tags anew.
"""

import re
from functools import lru_cache

from attention_point import texts

_PARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "Y"})
_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bc]")
# What is sought and what is put, in this order. Afterwards H stands only in CH, and taking all the steps again changes
# nothing: a key is its own key.
_SOUND_STEPS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"([^L])(?=\1)", ""),
        (r"PH", "F"),  # Sophia
        (r"(?<!C)HU(?=[AEIOY])", "W"),  # Huila, Wila
        (r"(?<!C)H", ""),
        (r"([^L])(?=\1)", ""),
        (r"CH(?=[LR])", "K"),  # Christian
        (r"LL+(?=[AEIOUY])", "Y"),  # Llanos, Yanos
        (r"Y(?![AEIOU])", "I"),  # Sindy
        (r"QU|Q", "K"),
        (r"C(?=[EI])", "S"),  # seseo: C, S and Z before E and I sound alike
        (r"C(?!H)", "K"),
        (r"X", "S"),
        (r"Z", "S"),
        (r"V", "B"),  # one sound in Spanish
        (r"(?:GW?|W)U(?=[AEIO])", "W"),  # Guadalupe, Wuadalupe
        (r"GW", "W"),
        (r"G(?=[EI])", "J"),  # Gimenez, Jimenez
        (r"(.)(?=\1)", ""),
        (r"^S(?=[BDFGKLMNPRT])", "ES"),  # Stefany, Estefany
    )
)
# English given names that are written as they sound as often as not.
_ENGLISH_NAME_SOUNDS = {
    **dict.fromkeys(("JASON", "JAISON"), "JEISON"),
    **dict.fromkeys(("BRIAN", "BRYAN", "BRAIAN"), "BRAYAN"),
    **dict.fromkeys(("MICHAEL", "MAIKEL"), "MAIKOL"),
    "ESTEBEN": "ESTIBEN",
}


def build_name_key(text: str | None, *, is_given_name: bool = False) -> str:
    """How a name sounds, in capitals: one key for all its spellings, its words joined; "" for no name.

    In a given name an initial Y sounds as J, "Ma." is Maria, and some English names are taken as they are heard.
    """
    return _spell_sound("".join(split_name(text, is_given_name=is_given_name)), is_given_name)


def build_name_keys(text: str | None, *, is_given_name: bool = False) -> list[str]:
    """The key of each word."""
    return [key for word in split_name(text, is_given_name=is_given_name) if (key := _spell_sound(word, is_given_name))]


def split_name(text: str | None, *, is_given_name: bool = False) -> list[str]:
    """The words of a name in plain capitals, without the particles; what is only particles stays whole."""
    plain_text = texts.remove_accents(_APOSTROPHES.sub("", text or "").upper())
    name_words = plain_text.split()
    if not "".join(name_words).isalpha():
        name_words = "".join([letter if letter.isalpha() else " " for letter in plain_text]).split()
    name_words = [word for word in name_words if word not in _PARTICLES] or name_words
    return ["MARIA" if word == "MA" else word for word in name_words] if is_given_name else name_words


# The same few thousand names come all day: a registration and a search spell each of them many times.
@lru_cache(maxsize=20_000)
def _spell_sound(word: str, is_given_name: bool) -> str:
    for pattern, sound in _SOUND_STEPS:
        word = pattern.sub(sound, word)
    if not is_given_name:
        return word
    if word.startswith("Y"):
        word = "J" + word[1:]
    return _ENGLISH_NAME_SOUNDS.get(word, word)
