"""Invents families: who they are, which papers they carry. The same chance and day, the same family."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from attention_point.demo.files import draw, read_data

ADULT = 18
TEENAGER = 12
CEDULA_AGE = 9  # a Venezuelan child has its identity card from nine years on
OLD_NAMES = 45
DECEMBER = 12
TWO_NAMES = 0.62
TWO_SURNAMES = 0.94


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person as a draft's ``person``, and what the visit needs to know of them."""

    person: dict[str, Any]
    age: int
    group: str
    alone: bool = False

    @property
    def child(self) -> bool:
        """Whether under 18 on the day of the first visit."""
        return self.age < ADULT

    @property
    def known(self) -> bool:
        """Whether a document tells on another day that it is the same person."""
        return any(each.get("number") for each in self.person.get("documents", ()))


@dataclass(frozen=True, slots=True)
class Family:
    """Who came together: adults first."""

    members: tuple[Somebody, ...]

    @property
    def adults(self) -> int:
        """How many are 18 or older."""
        return sum(not each.child for each in self.members)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a family has in common."""

    population: str
    origin: str
    municipality: str
    papers: str
    intention: str


def family(chance: random.Random, day: date) -> Family:
    """A family that comes for the first time on a day."""
    profile = read_data("profile")
    shared = _shared(chance, profile)
    if chance.random() < profile["child_alone"]:
        born = _birth_date(chance, day, profile["adolescent_ages"])
        return Family((_somebody(chance, day, born, _surnames(chance), shared, alone=True),))
    company = draw(chance, profile["company"])
    adults = [_adult(chance, day, shared) for _each in range(2 if company in {"couple", "parents"} else 1)]
    children = []
    if company in {"parent", "parents"}:
        surnames = [each.person.get("surname_1") for each in adults]
        born_of = (surnames[0], surnames[1]) if len(surnames) > 1 else (surnames[0], adults[0].person.get("surname_2"))
        for _each in range(draw(chance, profile["children"])):
            born = _birth_date(chance, day, profile["child_ages"])
            children.append(_somebody(chance, day, born, born_of, shared))
    return Family((*adults, *children))


def mistype(chance: random.Random, somebody: Somebody) -> Somebody | None:
    """The same person with the birth date written down wrongly: two people on file who are one, to be compared.

    None for a child, whose age decides too much, and for a document that itself tells the birth date.
    """
    if somebody.child or any(document["type"] == "PE" for document in somebody.person["documents"]):
        return None
    born = date.fromisoformat(somebody.person["birth_date"])
    swapped = born.day <= DECEMBER and born.day != born.month
    wrong = born.replace(month=born.day, day=born.month) if swapped else born - timedelta(days=chance.choice((10, 30)))
    return replace(somebody, person={**somebody.person, "birth_date": wrong.isoformat()})


def _shared(chance: random.Random, profile: dict[str, Any]) -> Shared:
    population = draw(chance, profile["population"])
    return Shared(
        population=population,
        origin=draw(chance, profile["origin"]),
        municipality=draw(chance, profile["municipality"]),
        papers=draw(chance, {name: each["weight"] for name, each in profile["papers"].items()}),
        intention=draw(chance, profile["intention"][population]),
    )


def _adult(chance: random.Random, day: date, shared: Shared) -> Somebody:
    born = _birth_date(chance, day, read_data("profile")["adult_ages"])
    return _somebody(chance, day, born, _surnames(chance), shared)


def _birth_date(chance: random.Random, day: date, ages: list[list[int]]) -> date:
    youngest, oldest, _weight = chance.choices(ages, [weight for _from, _to, weight in ages])[0]
    days = chance.randrange(round(youngest * 365.25) + 1, round((oldest + 1) * 365.25) - 1)
    return day - timedelta(days=days)


def _surnames(chance: random.Random) -> tuple[str, str | None]:
    first, second = chance.sample(read_data("names")["surnames"], 2)
    return first, second if chance.random() < TWO_SURNAMES else None


def age_on(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _somebody(
    chance: random.Random,
    day: date,
    born: date,
    surnames: tuple[str | None, str | None],
    shared: Shared,
    *,
    alone: bool = False,
) -> Somebody:
    profile, age = read_data("profile"), age_on(born, day)
    sex = draw(chance, profile["sex"])
    documents = list(_documents(chance, day, born, shared, alone=alone))
    status = _status(shared, documents)
    person: dict[str, Any] = {
        "given_names": _given_names(chance, sex, age),
        "surname_1": surnames[0],
        "surname_2": surnames[1],
        "birth_date": born.isoformat(),
        "sex": sex,
        "nationality": "CO" if shared.population in {"returnee", "host_community"} else "VE",
        "documents": documents,
        "phone": _phone(chance) if age >= TEENAGER and chance.random() < profile["phone"] else None,
        "municipality": None if shared.intention == "transit" else shared.municipality,
        "origin": None if shared.population == "host_community" else shared.origin,
        "population": shared.population,
        "status": status,
        "intention": shared.intention,
        **_own_answers(chance, sex, age),
    }
    if chance.random() < profile["anonymous"] and not alone:
        person = {name: person[name] for name in ("sex", "nationality", "population", "status", "intention")}
    return Somebody({name: value for name, value in person.items() if value}, age, _group(shared, status, age), alone)


def _given_names(chance: random.Random, sex: str, age: int) -> str:
    names = read_data("names")["given"][sex if sex in {"F", "M"} else chance.choice("FM")]
    pool = names["older" if age >= OLD_NAMES else "younger"]
    return " ".join(chance.sample(pool, 2 if chance.random() < TWO_NAMES else 1))


def _phone(chance: random.Random) -> str:
    return f"+57 3{chance.randrange(100):02d} {chance.randrange(10**7):07d}"


def _own_answers(chance: random.Random, sex: str, age: int) -> dict[str, Any]:
    """Answers that nobody is obliged to give; many do not."""
    profile = read_data("profile")
    answers: dict[str, Any] = {}
    if age >= ADULT and chance.random() < profile["education_told"]:
        answers["education"] = draw(chance, profile["education"])
    if chance.random() < profile["ethnicity_told"]:
        answers["ethnicity"] = draw(chance, profile["ethnicity"])
    if age >= ADULT and sex in profile["gender"] and chance.random() < profile["gender_told"]:
        answers["gender"] = draw(chance, profile["gender"][sex])
    if chance.random() < profile["disability"]:
        question = chance.choice(("seeing", "hearing", "walking", "remembering", "self_care", "communicating"))
        answers["disability"] = {question: chance.choice(("some", "a_lot", "a_lot", "cannot"))}
    return answers


def _group(shared: Shared, status: str, age: int) -> str:
    """Which list of needs is theirs."""
    if age < ADULT:
        return "child" if age >= 5 else "baby"
    if shared.population == "migrant":
        return "regular" if status == "regular" else "irregular"
    return shared.population


def _status(shared: Shared, documents: list[dict[str, Any]]) -> str:
    types = {each["type"] for each in documents}
    if shared.population in {"returnee", "host_community"} or "CC" in types:
        return "national"
    return "regular" if types & {"PE", "PT", "CE"} else "irregular"


def _documents(
    chance: random.Random, day: date, born: date, shared: Shared, *, alone: bool
) -> Iterator[dict[str, Any]]:
    age = age_on(born, day)
    if shared.population in {"returnee", "host_community"} or (shared.population == "binational" and age >= ADULT):
        yield _colombian(chance, born, age)
        if shared.population == "host_community":
            return
        if shared.population == "returnee" and chance.random() < 0.5:
            return
    profile = read_data("profile")
    if chance.random() < profile["residence_card"]:
        yield {"type": "CE", "number": f"{chance.randrange(300_000, 700_000)}"}
    for kind in () if alone else profile["papers"][shared.papers]["types"]:
        yield from _venezuelan(chance, kind, day, born, age)
    if shared.papers == "stamped" and shared.population == "migrant" and not alone:
        yield from _permits(chance, day, born)


def _colombian(chance: random.Random, born: date, age: int) -> dict[str, Any]:
    if age < 7:
        return {"type": "RC", "number": f"1{chance.randrange(10**9):09d}"}
    if age < ADULT:
        return {"type": "TI", "number": f"1{chance.randrange(10**9):09d}"}
    modern = born.year >= 1988  # the ten-digit number came with the new register
    number = chance.randrange(1_090_000_000, 1_110_000_000) if modern else chance.randrange(13_000_000, 91_000_000)
    return {"type": "CC", "number": f"{number}"}


def _venezuelan(chance: random.Random, kind: str, day: date, born: date, age: int) -> Iterator[dict[str, Any]]:
    """One paper; a child has no card yet, and the border card ended."""
    profile = read_data("profile")
    if kind == "DE" and age >= CEDULA_AGE:
        # Numbers were given out in order: about 600,000 a year since those of 1945.
        number = 2_000_000 + max(0, born.year - 1945) * 480_000 + chance.randrange(480_000)
        yield {"type": "DE", "number": f"V-{number}"}
    if kind == "PA":
        expired = chance.random() < profile["passport_expired"]
        expires = day + timedelta(days=chance.randrange(-400, -1) if expired else chance.randrange(30, 1600))
        yield {
            "type": "PA",
            "number": f"{chance.randrange(30_000_000, 160_000_000):09d}",
            "expires": expires.isoformat(),
        }
    if kind == "TMF" and day <= profile["border_card_until"] and age >= ADULT:
        yield {"type": "TMF", "number": f"{chance.randrange(10**6, 10**7)}"}


def _permits(chance: random.Random, day: date, born: date) -> Iterator[dict[str, Any]]:
    for permit in read_data("profile")["permits"]:
        open_then = permit["from"] <= day and (permit["to"] is None or day <= permit["to"])
        if open_then and chance.random() < permit["share"]:
            number = chance.randrange(10**6, 10**7)
            tail = f"{born:%d%m%Y}" if permit["type"] == "PE" else ""
            yield {"type": permit["type"], "number": f"{number}{tail}"}
