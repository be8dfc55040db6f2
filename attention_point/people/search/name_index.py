"""An index of names in memory: who may be meant by parts of names and by names with typing errors.

It holds words of names and ids, in arrays. It is never written; ``index_keeper.py`` fills it from sealed records. Tags
cannot do what it does: a tag for each part of a name, and for each way to mistype it, would tell a thief of the
database by its frequency which name it stands for (decision 29).
"""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING
from uuid import UUID

from attention_point.people.search import ranking
from attention_point.people.search.ranking import NameWord

if TYPE_CHECKING:
    import numpy

_ID_BYTES = 16
_WORD_START = "\n"
# A typed word that begins more words of names than this says too little: the commonest are taken.
_MAXIMUM_MATCHING_WORDS = 400


class _JoinedWords:
    """Words in one text, in which the beginning or the inside of a word is found twenty times as fast as in a list."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._text = ""
        self._starts: list[int] = []

    def find_words(self, part: str) -> set[int]:
        """The numbers of the words that hold a part; with ``_WORD_START`` before it, of those that begin with it."""
        if len(self._starts) != len(self.words):
            self._join_words()
        numbers, position = set(), self._text.find(part)
        while position >= 0:
            numbers.add(bisect_right(self._starts, position) - 1)
            position = self._text.find(part, position + 1)
        return numbers

    def _join_words(self) -> None:
        self._text = "".join(_WORD_START + word for word in self.words)
        lengths = (len(word) + 1 for word in self.words[:-1])
        self._starts = list(accumulate(lengths, initial=0)) if self.words else []


class NameIndex:
    """Words of names, and the people who carry each of them. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = bytearray()
        self._word_counts = array("B")  # how many words each person's name has
        self._vocabulary: dict[str, int] = {}
        self._forget_words()

    def _forget_words(self) -> None:
        self._words: list[NameWord] = []
        self._people_by_word: list[array[int]] = []
        self._spellings, self._sounds = _JoinedWords(), _JoinedWords()
        self._surname_sounds: list[str] = []
        self._words_by_sound: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._word_counts)

    def add_people(self, names: Iterable[tuple[UUID, Sequence[NameWord]]]) -> None:
        """Add people. Whoever is there already under another name is found under both: who searches compares."""
        with self._lock:
            for person, words in names:
                if words:
                    self._add_person(person, words)

    def _add_person(self, person: UUID, words: Sequence[NameWord]) -> None:
        position = len(self._word_counts)
        self._ids += person.bytes
        self._word_counts.append(min(len(words), 255))
        for word in dict.fromkeys(words):
            number = self._vocabulary.setdefault(word.spelling, len(self._words))
            if number == len(self._words):
                self._add_word(word, number)
            self._people_by_word[number].append(position)

    def _add_word(self, word: NameWord, number: int) -> None:
        self._words.append(word)
        self._people_by_word.append(array("I"))
        self._spellings.words.append(word.spelling)
        self._sounds.words.append(word.given_sound)
        self._surname_sounds.append(word.surname_sound)
        for sound in {word.given_sound, word.surname_sound}:
            self._words_by_sound.setdefault(sound, []).append(number)

    def find_people(self, typed_words: Sequence[NameWord], size: int) -> tuple[list[UUID], int]:
        """The ids of those who fit best, at most ``size``, and how many fit in all."""
        import numpy as np  # noqa: PLC0415 - loaded with the first index, not at the start

        with self._lock:
            people_count = len(self._word_counts)
            if not people_count or not typed_words:
                return [], 0
            likeness = np.zeros(people_count, np.uint16)
            matched_words = np.zeros(people_count, np.uint8)
            for typed_word in typed_words:
                word_likeness = self._score_people(typed_word)
                likeness += word_likeness
                matched_words += word_likeness > 0
            # Of three words or more, one may not be on file.
            least_matched = len(typed_words) - (len(typed_words) > 2)
            fitting = np.flatnonzero(matched_words >= least_matched)
            # Who has the words that were typed, and no others, comes first.
            word_counts = np.frombuffer(self._word_counts, np.uint8)[fitting].astype(np.int32)
            order = likeness[fitting].astype(np.int32) * 8 - np.abs(word_counts - len(typed_words))
            del word_counts  # an array that is looked into cannot grow
            best = fitting[_list_greatest(order, size)]
            return [self._get_id(int(position)) for position in best], len(fitting)

    def _score_people(self, typed_word: NameWord) -> "numpy.typing.NDArray[numpy.uint8]":
        import numpy as np  # noqa: PLC0415 - see ``find_people``

        scores = np.zeros(len(self._word_counts), np.uint8)
        for score, number in self._list_matching_words(typed_word):  # the least alike first
            scores[np.frombuffer(self._people_by_word[number], np.uint32)] = score
        return scores

    def _list_matching_words(self, typed_word: NameWord) -> list[tuple[int, int]]:
        """Words on file that may be meant by a typed one: likeness and number, the least alike first."""
        numbers = self._list_similar_words(typed_word)
        matching_words = sorted(
            (score, len(self._people_by_word[number]), number)
            for number in numbers
            if (score := ranking.score_word(typed_word, self._words[number]))
        )
        return [(score, number) for score, _people, number in matching_words[-_MAXIMUM_MATCHING_WORDS:]]

    def _list_similar_words(self, typed_word: NameWord) -> set[int]:
        from rapidfuzz import process  # noqa: PLC0415 - loaded with the first search, not at the start
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        spelling, given_sound, surname_sound = typed_word
        numbers = {
            *self._words_by_sound.get(given_sound, ()),
            *self._words_by_sound.get(surname_sound, ()),
        }
        if len(spelling) >= ranking.BEGINNING_LENGTH:
            numbers |= self._spellings.find_words(_WORD_START + spelling)
        if len(given_sound) >= ranking.SOUND_BEGINNING_LENGTH:
            numbers |= self._sounds.find_words(_WORD_START + given_sound)
        if len(spelling) >= ranking.INSIDE_LENGTH:
            numbers |= self._spellings.find_words(spelling)
        if len(spelling) >= ranking.ONE_ERROR_LENGTH:
            for typed, on_file, errors in (
                (spelling, self._spellings.words, 2),
                (surname_sound, self._surname_sounds, 1),
            ):
                similar = process.extract(typed, on_file, scorer=OSA.distance, score_cutoff=errors, limit=None)
                numbers.update(number for _word, _errors, number in similar)
        return numbers

    def _get_id(self, position: int) -> UUID:
        return UUID(bytes=bytes(self._ids[position * _ID_BYTES : (position + 1) * _ID_BYTES]))

    def wipe(self) -> None:
        """Overwrite the ids and the lists of people with zeros, and forget the words."""
        with self._lock:
            arrays: list[bytearray | array[int]] = [self._ids, self._word_counts, *self._people_by_word]
            for values in arrays:
                view = memoryview(values).cast("B")
                view[:] = bytes(len(view))
                view.release()
            self._ids, self._word_counts = bytearray(), array("B")
            self._vocabulary = {}
            self._forget_words()


def _list_greatest(values: "numpy.typing.NDArray[numpy.int32]", size: int) -> "numpy.typing.NDArray[numpy.int64]":
    """The positions of the greatest values, the greatest first; of equal ones, the later first."""
    import numpy as np  # noqa: PLC0415 - see ``NameIndex.find_people``

    positions = np.arange(len(values))
    if len(values) > size:
        # Equal values at the cut: which of them are taken does not matter, for the caller is told how many fit.
        positions = np.argpartition(-values, size)[:size]
    return positions[np.lexsort((-positions, -values[positions]))]
