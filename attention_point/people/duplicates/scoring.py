"""How likely two records are of one person: what agrees, what contradicts it, and their sum. Plain Python.

The points are logarithms of likelihood ratios, rounded: what is much commoner between two records of one person than
between two people counts for, the reverse counts against (I. P. Fellegi and A. B. Sunter, A theory for record linkage,
1969). A score decides nothing: it says which pairs a person compares, and in which order (decision 67).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from attention_point.dates import DateSpan
from attention_point.people.duplicates import matching
from attention_point.people.name_sounds import build_name_key, build_name_keys
from attention_point.people.phones import list_phone_keys
from attention_point.people.rules import Identity

SAME, SIMILAR, POSSIBLE, OTHER = "same", "similar", "possible", "other"

# What each way in which a part of two records compares counts for. ``bench/duplicates.py`` shows what a change does.
POINTS: Mapping[tuple[str, str], float] = {
    ("given_names", SAME): 7,  # a second given name that agrees counts two more
    ("given_names", SIMILAR): 5,  # one is missing, or one has a typing error
    ("given_names", POSSIBLE): -4,  # Maria Jose and Maria Fernanda: sisters as often as one woman
    ("given_names", OTHER): -9,
    ("surnames", SAME): 7,
    ("surnames", SIMILAR): 5,
    ("surnames", POSSIBLE): -1,  # one of two agrees: half-siblings, cousins, a married name
    ("surnames", OTHER): -7,
    ("birth_date", SAME): 9,
    ("birth_date", SIMILAR): 5,  # one digit, or day and month changed places
    ("birth_date", POSSIBLE): 3,  # one of them is known in part
    ("birth_date", OTHER): -6,
    ("document", SAME): 12,
    ("document", SIMILAR): 8,
    ("document", POSSIBLE): 6,  # the same number as another type of document
    ("document", OTHER): -3,  # people renew passports, and lose cards
    ("phone", SAME): 4,  # a family has one telephone
    ("sex", OTHER): -5,
}
SECOND_NAME_POINTS, STAND_IN_MALUS = 2, 4
LEAST_POINTS = 15
"""From so many points on a pair is worth a person's time."""
VERY_LIKELY_POINTS, LIKELY_POINTS = 24, 19
_LEAST_DIGITS = 6  # of a number in which one wrong digit is a slip, and not another number
_STAND_IN_DAYS = {(1, 1)}  # month and day that stand in for a birth date that nobody knows


class Agreement(NamedTuple):
    """A part of two records, and how it compares: ``same``, ``similar``, ``possible`` or ``other``."""

    part: str
    level: str


class Likeness(NamedTuple):
    """What agrees between two records and what does not, in the order of the parts, and the points in all."""

    points: float
    agreements: tuple[Agreement, ...]

    @property
    def is_worth_comparing(self) -> bool:
        """Whether a person should compare the two: they are likely enough one, or show the same document."""
        return self.points >= LEAST_POINTS or Agreement("document", SAME) in self.agreements


def score_people(first: Identity, second: Identity) -> Likeness:
    """How alike two records are. What either of them leaves out counts neither way."""
    agreements = tuple(_compare_parts(first, second))
    points = sum(POINTS.get(agreement, 0.0) for agreement in agreements)
    if Agreement("given_names", SAME) in agreements and _count_given_names(first) > 1:
        points += SECOND_NAME_POINTS
    if Agreement("birth_date", SAME) in agreements and _is_stand_in(first.birth_date):
        points -= STAND_IN_MALUS
    return Likeness(points, agreements)


def _compare_parts(first: Identity, second: Identity) -> Iterator[Agreement]:
    comparisons = {
        "document": _compare_documents(first, second),
        "given_names": _compare_given_names(first, second),
        "surnames": _compare_surnames(first, second),
        "birth_date": _compare_birth_dates(first.birth_date, second.birth_date),
        "phone": _compare_phones(first.phone, second.phone),
        # The same sex says nothing, for half of all people have it; another one is a slip or another person.
        "sex": OTHER if first.sex and second.sex and first.sex != second.sex else None,
    }
    yield from (Agreement(part, level) for part, level in comparisons.items() if level)


def _compare_given_names(first: Identity, second: Identity) -> str | None:
    first_sounds, second_sounds = (
        build_name_keys(person.given_names, is_given_name=True) for person in (first, second)
    )
    if not first_sounds or not second_sounds:
        return None
    if first_sounds == second_sounds or "".join(first_sounds) == "".join(second_sounds):
        return SAME
    common_sounds = {*first_sounds} & {*second_sounds}
    is_left_out = len(common_sounds) == min(len(first_sounds), len(second_sounds))
    if is_left_out or matching.given_names_agree(first, second):
        return SIMILAR
    return POSSIBLE if common_sounds else OTHER


def _compare_surnames(first: Identity, second: Identity) -> str | None:
    first_sounds, second_sounds = (
        [sound for surname in (person.surname_1, person.surname_2) if (sound := build_name_key(surname))]
        for person in (first, second)
    )
    if not first_sounds or not second_sounds:
        return None
    if sorted(first_sounds) == sorted(second_sounds):
        # One surname each says half as much as two.
        return SAME if len(first_sounds) > 1 else SIMILAR
    if matching.surnames_agree(first, second):
        return SIMILAR
    return POSSIBLE if {*first_sounds} & {*second_sounds} else OTHER


def _compare_birth_dates(first: DateSpan | None, second: DateSpan | None) -> str | None:
    if first is None or second is None:
        return None
    if first.find_common_days(second) is not None:
        return SAME if first.is_one_day and second.is_one_day else POSSIBLE
    if first.is_one_day and second.is_one_day and _is_slip_of_date(first, second):
        return SIMILAR
    return OTHER


def _is_slip_of_date(first: DateSpan, second: DateSpan) -> bool:
    one, other = first.earliest, second.earliest
    is_turned = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return is_turned or _differs_by_one_digit(f"{one:%Y%m%d}", f"{other:%Y%m%d}")


def _compare_documents(first: Identity, second: Identity) -> str | None:
    levels = {
        _compare_numbers(mine.type, mine.number, theirs.type, theirs.number)
        for mine in first.documents
        for theirs in second.documents
        if mine.number and theirs.number
    }
    # The best of all counts: people renew papers and lose them, so that others which differ take nothing from it.
    return next((level for level in (SAME, SIMILAR, POSSIBLE, OTHER) if level in levels), None)


def _compare_numbers(first_type: str, first: str, second_type: str, second: str) -> str | None:
    # The letter before a Venezuelan number is left out as often as not.
    first, second = (number[1:] if number[:1].isalpha() else number for number in (first, second))
    if first == second:
        return SAME if first_type == second_type else POSSIBLE
    if first_type != second_type:  # two papers of one person have two numbers
        return None
    return SIMILAR if min(len(first), len(second)) >= _LEAST_DIGITS and _is_slip(first, second) else OTHER


def _is_slip(first: str, second: str) -> bool:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - loaded with the first comparison, not at the start

    return OSA.distance(first, second, score_cutoff=1) == 1


def _differs_by_one_digit(first: str, second: str) -> bool:
    return sum(digit != other for digit, other in zip(first, second, strict=True)) == 1


def _compare_phones(first: str | None, second: str | None) -> str | None:
    # Another number says nothing: people change it often, and give a neighbour's.
    first_keys, second_keys = set(list_phone_keys(first)), set(list_phone_keys(second))
    return SAME if first_keys & second_keys else None


def _count_given_names(person: Identity) -> int:
    return len(build_name_keys(person.given_names, is_given_name=True))


def _is_stand_in(birth_date: DateSpan | None) -> bool:
    return birth_date is not None and (birth_date.earliest.month, birth_date.earliest.day) in _STAND_IN_DAYS
