"""How a browser shows the pages, whoever is signed in: the size of the text and the contrast, a cookie for each."""

import re
from itertools import chain, pairwise

from flask import request

from attention_point.foundation.language import N_

TEXT_SIZE_COOKIE, CONTRAST_COOKIE = "text_size", "contrast"
REFERENCE = re.compile(r"\b[A-Z]{2,5}-\d{4}-\d{4,}")
NORMAL = "normal"
TEXT_SIZES = {NORMAL: N_("Normal"), "large": N_("Large"), "largest": N_("Very large")}
CONTRASTS = {NORMAL: N_("Normal"), "high": N_("High")}


def read_text_size() -> str:
    """Return the browser's size of text; the normal one for a cookie that says nothing known."""
    return _read_choice(TEXT_SIZE_COOKIE, TEXT_SIZES)


def read_contrast() -> str:
    """Return the browser's contrast; the normal one for a cookie that says nothing known."""
    return _read_choice(CONTRAST_COOKIE, CONTRASTS)


def split_references(text: str) -> list[str]:
    """Return the text in parts, each second one a reference (``BGA-2026-000123``), which no line may break.

    The parts are slices, so that those of escaped text are escaped text.
    """
    edges = [0, *chain.from_iterable(found.span() for found in REFERENCE.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def _read_choice(cookie: str, choices: dict[str, str]) -> str:
    value = request.cookies.get(cookie, NORMAL)
    return value if value in choices else NORMAL


def build_initials(name: str) -> str:
    """Return the first letters of a person's first and last words, in capitals: ``AD`` for "Ann van Dyke".

    What stands in brackets is no part of the name: accounts say there what the person does. A name without letters, or
    none, gives a dot, so that there is always something to tap.
    """
    words = re.sub(r"\([^)]*\)", " ", name).split()
    letters = [next((letter for letter in word if letter.isalpha()), "") for word in words]
    present_letters = [letter for letter in letters if letter]
    return "".join(present_letters[:1] + present_letters[1:][-1:]).upper() or "·"
