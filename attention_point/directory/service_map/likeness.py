"""Which points of a map and places on file may be one place: their names and addresses differ by spelling alone."""

import heapq
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from attention_point import texts
from attention_point.directory.service_map.reading import load_vocabulary

# Of 100: below these, two names or addresses are of two places. Tried on names of branches, which differ by a word.
_SAME_NAME, _SAME_ADDRESS = 88, 82
_NUMBER_SIGN = re.compile(r"#|\bn(?:o|ro|um|umero)?\s*[.°](?=\s*\d)|\b(?:no|nro|numero)(?=\s*\d)")


class Spelling(NamedTuple):
    """A place as it is compared: the words of its name and address in the order of the alphabet, where each counts.

    ``numbers`` are the words of the address that have a digit, in their own order. ``municipality`` is a code; without
    one the place may be anywhere.
    """

    municipality: str | None
    name: str
    address: str
    numbers: tuple[str, ...]

    def may_share_address(self, other: "Spelling", least: int = _SAME_ADDRESS) -> bool:
        """Whether two addresses are alike by ``least`` of 100. One that nobody knows speaks against nothing."""
        if not self.address or not other.address:
            return True
        # Calle 35 # 10-43 and Calle 35 # 10-34 are two houses: numbers are the same or they are not.
        return self.numbers == other.numbers and _are_alike(self.address, other.address, least)

    def is_like(self, other: "Spelling") -> bool:
        """Whether name and address may be those of one place."""
        return _are_alike(self.name, other.name, _SAME_NAME) and self.may_share_address(other)


def spell_place(municipality: str | None, name: str, address: str) -> Spelling:
    """How a place is compared; ``Cll 45 No. 9B - 10`` and ``Calle 45 #9b-10`` are one address."""
    marked = _NUMBER_SIGN.sub(" # ", texts.fold_text(address))
    words = re.sub(r"\s*-\s*", "-", re.sub(r"[.,;]", " ", marked)).split()
    names_by_short = load_vocabulary()["streets"]
    words = [names_by_short.get(word, word) for word in words if word != "#"]
    numbers = tuple(word for word in words if any(letter.isdigit() for letter in word))
    return Spelling(municipality, " ".join(sorted(texts.fold_text(name).split())), " ".join(sorted(words)), numbers)


def _are_alike(text: str, other: str, least: int) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415 - few requests compare texts

    # With the least score it gives up as soon as two texts can no longer reach it.
    return text == other or fuzz.ratio(text, other, score_cutoff=least) > 0


class SpellingIndex:
    """Finds those of some places that may be another one.

    Places are compared within a municipality, and only where the numbers of the house are the same: a thousand points
    of one city, each compared with all others, took ten seconds.
    """

    def __init__(self, spellings: Sequence[Spelling]) -> None:
        self._spellings = spellings
        self._all: dict[str | None, list[int]] = defaultdict(list)
        self._by_numbers: dict[tuple[str | None, tuple[str, ...] | None], list[int]] = defaultdict(list)
        for index, spelling in enumerate(spellings):
            self._all[spelling.municipality].append(index)
            numbers = spelling.numbers if spelling.address else None
            self._by_numbers[spelling.municipality, numbers].append(index)

    def find_like(self, spelling: Spelling) -> Iterator[int]:
        """The indices of the places that may be this one, in their order."""
        groups = (
            group
            for municipality in (spelling.municipality, None)
            for group in (
                (self._by_numbers.get((municipality, numbers), ()) for numbers in (spelling.numbers, None))
                if spelling.address
                else (self._all.get(municipality, ()),)
            )
        )
        return (index for index in heapq.merge(*groups) if spelling.is_like(self._spellings[index]))
