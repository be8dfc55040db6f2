"""How the R4V platform counts a person, in plain Python: the boxes of a row, and the sums that must agree.

The platform takes a row of direct assistance only where the people by population, and the people by sex and age, add up
to the beneficiaries. Somebody without a box in one of the two therefore stands in neither: a note says how many.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

POPULATION_BOXES = ("in_destination", "in_transit", "host_community", "pendular", "returnee")
SEX_AND_AGE_BOXES = (
    "women_under_18",
    "men_under_18",
    "women_18_and_over",
    "men_18_and_over",
    "other_under_18",
    "other_18_and_over",
)
# The columns of the form, in their order.
COLUMNS = (
    "country",
    "admin1",
    "admin2",
    "organisation",
    "implementation",
    "partner",
    "month",
    "sector",
    "indicator",
    "activity",
    "description",
    "rmrp",
    "cva",
    "value",
    "mechanism",
    "output",
    "beneficiaries",
    "new_beneficiaries",
    *POPULATION_BOXES,
    *SEX_AND_AGE_BOXES,
    "platform",
)
# Of age by Colombian law (Ley 27 de 1977), and the bound of the platform's form.
ADULT_AGE = 18
# ISO 3166-2 of each department by DANE's code.
DEPARTMENTS: Mapping[str, str] = {
    "05": "CO-ANT", "08": "CO-ATL", "11": "CO-DC", "13": "CO-BOL", "15": "CO-BOY", "17": "CO-CAL", "18": "CO-CAQ",
    "19": "CO-CAU", "20": "CO-CES", "23": "CO-COR", "25": "CO-CUN", "27": "CO-CHO", "41": "CO-HUI", "44": "CO-LAG",
    "47": "CO-MAG", "50": "CO-MET", "52": "CO-NAR", "54": "CO-NSA", "63": "CO-QUI", "66": "CO-RIS", "68": "CO-SAN",
    "70": "CO-SUC", "73": "CO-TOL", "76": "CO-VAC", "81": "CO-ARA", "85": "CO-CAS", "86": "CO-PUT", "88": "CO-SAP",
    "91": "CO-AMA", "94": "CO-GUA", "95": "CO-GUV", "97": "CO-VAU", "99": "CO-VID",
}  # fmt: skip

OutsideReason = Literal["unknown_age", "unknown_population"]
# A refugee or migrant by what the person wants to do. Somebody who wants to go back, or does not know yet, lives here.
_BOX_BY_INTENTION: Mapping[Any, str] = {"transit": "in_transit", "circular": "pendular"}


@dataclass(slots=True)
class Beneficiaries:
    """The people of one row. ``people`` counts by box, each person in one of population and one of sex and age.

    ``outside`` counts those who have no box, by reason; they are not among ``total``. ``output`` is the number of
    attentions in which the indicator was served.
    """

    total: int = 0
    new: int = 0
    output: int = 0
    people: Counter[str] = field(default_factory=Counter)
    outside: Counter[OutsideReason] = field(default_factory=Counter)

    def add_person(self, answers: Mapping[str, Any], *, is_new: bool, attentions: int) -> None:
        """Count a person once. ``answers`` are the counted attributes; ``is_new``: not served before this year."""
        # Out of the whole row and not only out of one sum: the platform refuses a row whose sums do not agree.
        reason = find_outside_reason(answers)
        if reason is not None:
            self.outside[reason] += 1
            return
        self.total += 1
        self.new += is_new
        self.output += attentions
        self.people[find_population_box(answers) or ""] += 1
        self.people[find_sex_and_age_box(answers) or ""] += 1


def find_population_box(answers: Mapping[str, Any]) -> str | None:
    """Return the population under which a person is reported; None where what was said does not tell it.

    Binational people are reported as Colombian returnees, because the platform counts Colombians who lived in Venezuela
    as such; those who go to and fro as pendulars. Who named another population, or none, is reported by nationality:
    foreigners as refugees and migrants. A Colombian among them may be a returnee or of the host community, so that only
    "another population" of a Colombian is the host community.
    """
    population, nationality = answers.get("population"), answers.get("nationality")
    as_migrant = _BOX_BY_INTENTION.get(answers.get("intention"), "in_destination")
    if population == "binational":
        return "pendular" if as_migrant == "pendular" else "returnee"
    # What the person said comes before nationality: a Colombian returnee may well be a Venezuelan citizen too.
    if population in {"returnee", "host_community"}:
        return str(population)
    if population == "migrant" or (nationality and nationality != "CO"):
        return as_migrant
    # A Colombian who named no population may be either, and a guess would be reported as a fact.
    return "host_community" if population == "other" and nationality == "CO" else None


def find_sex_and_age_box(answers: Mapping[str, Any]) -> str | None:
    """Return the box of sex and age; None for an unknown age. Any answer but woman and man is "other", none too."""
    age = answers.get("age")
    if age is None:
        return None
    # The form has three boxes. Whoever gave no answer is put in the third, and a note says how many they are.
    sex = {"F": "women", "M": "men"}.get(str(answers.get("sex")), "other")
    return f"{sex}_under_18" if age < ADULT_AGE else f"{sex}_18_and_over"


def find_outside_reason(answers: Mapping[str, Any]) -> OutsideReason | None:
    """Return why a person has no box in the form; None for somebody who has both."""
    if find_sex_and_age_box(answers) is None:
        return "unknown_age"
    return "unknown_population" if find_population_box(answers) is None else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was done: the department (ISO 3166-2) and the municipality (``CO`` and DANE's code); None: not shown."""

    admin1: str
    admin2: str | None


def build_place(municipality: str, *, shows_municipality: bool) -> Place:
    """Return the place of a municipality by DANE's code of five digits. Raises KeyError for no such department."""
    return Place(DEPARTMENTS[municipality[:2]], f"CO{municipality}" if shows_municipality else None)


Row = Mapping[str, str | int | bool | None]


def list_row_faults(row: Row) -> Iterator[str]:
    """Yield the name of each check of the platform that a row does not pass."""
    counts = {name: row[name] for name in (*POPULATION_BOXES, *SEX_AND_AGE_BOXES, *COLUMNS[15:18])}
    # The other checks compute with these numbers, so that they end here.
    if not all(isinstance(count, int) and count >= 0 for count in counts.values()):
        yield "numbers"
        return
    numbers = {name: int(count or 0) for name, count in counts.items()}
    total = numbers["beneficiaries"]
    if total == 0:
        yield "beneficiaries"
    if sum(numbers[box] for box in POPULATION_BOXES) != total:
        yield "population"
    if sum(numbers[box] for box in SEX_AND_AGE_BOXES) != total:
        yield "sex_and_age"
    if numbers["new_beneficiaries"] > total:
        yield "new_beneficiaries"
    # Everybody who was served came at least once.
    if numbers["output"] < total:
        yield "output"
    required = ("country", "admin1", "organisation", "month", "sector", "indicator", "activity", "platform")
    if not all(row[name] for name in required):
        yield "required"
    # With a partner the form's word must be yes, without one no: the form asks for both, and they must agree.
    if row["implementation"] is not bool(row["partner"]):
        yield "partner"
    if not row["cva"] and (row["value"] or row["mechanism"]):
        yield "cva"


def list_repeated_rows(rows: list[Row]) -> list[tuple[Any, ...]]:
    """List the indicators and places that stand in more than one row."""
    keys = Counter((row["indicator"], row["admin1"], row["admin2"]) for row in rows)
    return [key for key, count in keys.items() if count > 1]
