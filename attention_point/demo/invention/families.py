"""Invents families: who they are and which documents they carry. The same random numbers give the same family."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from attention_point.dates import age_on
from attention_point.demo.demo_data import choose_by_weight, load_data_file
from attention_point.person_fields import NAME_FIELDS

ADULT_AGE = 18
TEENAGER_AGE = 12
VENEZUELAN_CARD_AGE = 9  # a Venezuelan child has its identity card from nine years on
OLDER_NAMES_AGE = 45
LAST_MONTH = 12
SHARE_WITH_TWO_NAMES = 0.62
SHARE_WITH_TWO_SURNAMES = 0.94


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """An invented person as a draft's ``person``, and what the visit needs to know of them."""

    draft_person: dict[str, Any]
    age: int
    needs_group: str
    is_unaccompanied: bool = False

    @property
    def is_child(self) -> bool:
        """Whether under 18 on the day of the first visit."""
        return self.age < ADULT_AGE

    @property
    def has_document_number(self) -> bool:
        """Whether a document shows on another day that this is the same person."""
        return any(document.get("number") for document in self.draft_person.get("documents", ()))


@dataclass(frozen=True, slots=True)
class Family:
    """The people who come together, adults first."""

    members: tuple[InventedPerson, ...]

    @property
    def adult_count(self) -> int:
        """How many are 18 or older."""
        return sum(not member.is_child for member in self.members)

    @property
    def guardian(self) -> dict[str, Any] | None:
        """Who authorises for the children: the first adult who gives a name, as a draft's ``guardian``."""
        for adult in self.members:
            person = adult.draft_person
            if adult.is_child or "given_names" not in person:
                continue
            name = " ".join(person[part] for part in NAME_FIELDS if person.get(part))
            relation = {"F": "mother", "M": "father"}.get(person.get("sex", ""), "parent")
            documents = [
                {key: document[key] for key in ("type", "number") if key in document}
                for document in person.get("documents", ())[:1]
            ]
            return {"name": name, "relation": relation, **({"document": documents[0]} if documents else {})}
        return None


@dataclass(frozen=True, slots=True)
class FamilyTraits:
    """Traits that all members of a family share."""

    population: str
    origin: str
    municipality: str
    document_group: str
    intention: str


def invent_family(rng: random.Random, day: date) -> Family:
    """A family that comes for the first time on a day."""
    profile = load_data_file("profile")
    traits = _invent_family_traits(rng, profile)
    if rng.random() < profile["child_alone"]:
        birth_date = _invent_birth_date(rng, day, profile["adolescent_ages"])
        return Family((_invent_person(rng, day, birth_date, _invent_surnames(rng), traits, is_unaccompanied=True),))
    company = choose_by_weight(rng, profile["company"])
    adults = [_invent_adult(rng, day, traits) for _number in range(2 if company in {"couple", "parents"} else 1)]
    children = []
    if company in {"parent", "parents"}:
        # A child has the first surname of each parent; with one parent alone, both surnames of that parent.
        first, last = adults[0].draft_person, adults[-1].draft_person
        second_surname = last.get("surname_1") if len(adults) > 1 else first.get("surname_2")
        parents_surnames = (first.get("surname_1"), second_surname)
        for _number in range(choose_by_weight(rng, profile["children"])):
            birth_date = _invent_birth_date(rng, day, profile["child_ages"])
            children.append(_invent_person(rng, day, birth_date, parents_surnames, traits))
    return Family((*adults, *children))


def mistype_birth_date(rng: random.Random, person: InventedPerson) -> InventedPerson | None:
    """The same person with a wrong birth date: two people on file who are one, for the desk to compare.

    None for a person whose birth date must not be wrong.
    """
    # A child's age decides where it is referred, and the number of a PE tells the birth date itself.
    if person.is_child or any(document["type"] == "PE" for document in person.draft_person["documents"]):
        return None
    birth_date = date.fromisoformat(person.draft_person["birth_date"])
    if birth_date.day <= LAST_MONTH and birth_date.day != birth_date.month:
        wrong_date = birth_date.replace(month=birth_date.day, day=birth_date.month)
    else:
        wrong_date = birth_date - timedelta(days=rng.choice((10, 30)))
    return replace(person, draft_person={**person.draft_person, "birth_date": wrong_date.isoformat()})


def _invent_family_traits(rng: random.Random, profile: dict[str, Any]) -> FamilyTraits:
    population = choose_by_weight(rng, profile["population"])
    return FamilyTraits(
        population=population,
        origin=choose_by_weight(rng, profile["origin"]),
        municipality=choose_by_weight(rng, profile["municipality"]),
        document_group=choose_by_weight(rng, {name: group["weight"] for name, group in profile["papers"].items()}),
        intention=choose_by_weight(rng, profile["intention"][population]),
    )


def _invent_adult(rng: random.Random, day: date, traits: FamilyTraits) -> InventedPerson:
    birth_date = _invent_birth_date(rng, day, load_data_file("profile")["adult_ages"])
    return _invent_person(rng, day, birth_date, _invent_surnames(rng), traits)


def _invent_birth_date(rng: random.Random, day: date, ages: list[list[int]]) -> date:
    youngest, oldest, _weight = rng.choices(ages, [weight for _from, _to, weight in ages])[0]
    days = rng.randrange(round(youngest * 365.25) + 1, round((oldest + 1) * 365.25) - 1)
    return day - timedelta(days=days)


def _invent_surnames(rng: random.Random) -> tuple[str, str | None]:
    first, second = rng.sample(load_data_file("names")["surnames"], 2)
    return first, second if rng.random() < SHARE_WITH_TWO_SURNAMES else None


def _invent_person(
    rng: random.Random,
    day: date,
    birth_date: date,
    surnames: tuple[str | None, str | None],
    traits: FamilyTraits,
    *,
    is_unaccompanied: bool = False,
) -> InventedPerson:
    profile, age = load_data_file("profile"), age_on(birth_date, day)
    sex = choose_by_weight(rng, profile["sex"])
    documents = list(_invent_documents(rng, day, birth_date, traits, is_unaccompanied=is_unaccompanied))
    status = _find_migration_status(traits, documents)
    person: dict[str, Any] = {
        "given_names": _invent_given_names(rng, sex, age),
        "surname_1": surnames[0],
        "surname_2": surnames[1],
        "birth_date": birth_date.isoformat(),
        "sex": sex,
        "nationality": "CO" if traits.population in {"returnee", "host_community"} else "VE",
        "documents": documents,
        "phone": _invent_phone(rng) if age >= TEENAGER_AGE and rng.random() < profile["phone"] else None,
        "municipality": None if traits.intention == "transit" else traits.municipality,
        "origin": None if traits.population == "host_community" else traits.origin,
        "population": traits.population,
        "status": status,
        "intention": traits.intention,
        **_invent_voluntary_answers(rng, sex, age),
    }
    # Somebody who gives no name is received and counted all the same. A child alone needs protection, thus a name.
    if rng.random() < profile["anonymous"] and not is_unaccompanied:
        person = {name: person[name] for name in ("sex", "nationality", "population", "status", "intention")}
    answers = {name: value for name, value in person.items() if value}
    return InventedPerson(answers, age, _find_needs_group(traits, status, age), is_unaccompanied)


def _invent_given_names(rng: random.Random, sex: str, age: int) -> str:
    names = load_data_file("names")["given"][sex if sex in {"F", "M"} else rng.choice("FM")]
    pool = names["older" if age >= OLDER_NAMES_AGE else "younger"]
    return " ".join(rng.sample(pool, 2 if rng.random() < SHARE_WITH_TWO_NAMES else 1))


def _invent_phone(rng: random.Random) -> str:
    return f"+57 3{rng.randrange(100):02d} {rng.randrange(10**7):07d}"


def _invent_voluntary_answers(rng: random.Random, sex: str, age: int) -> dict[str, Any]:
    """Answers that nobody is obliged to give; many do not."""
    profile = load_data_file("profile")
    # Sensitive data (Ley 1581 de 2012, art. 5 and 6), and what nobody needs for the service.
    answers: dict[str, Any] = {}
    if age >= ADULT_AGE and rng.random() < profile["education_told"]:
        answers["education"] = choose_by_weight(rng, profile["education"])
    if rng.random() < profile["ethnicity_told"]:
        answers["ethnicity"] = choose_by_weight(rng, profile["ethnicity"])
    if age >= ADULT_AGE and sex in profile["gender"] and rng.random() < profile["gender_told"]:
        answers["gender"] = choose_by_weight(rng, profile["gender"][sex])
    if rng.random() < profile["disability"]:
        question = rng.choice(("seeing", "hearing", "walking", "remembering", "self_care", "communicating"))
        answers["disability"] = {question: rng.choice(("some", "a_lot", "a_lot", "cannot"))}
    return answers


def _find_needs_group(traits: FamilyTraits, status: str, age: int) -> str:
    """The list of ``needs`` in ``profile.yaml`` from which this person's are drawn."""
    if age < ADULT_AGE:
        return "child" if age >= 5 else "baby"
    if traits.population == "migrant":
        return "regular" if status == "regular" else "irregular"
    return traits.population


def _find_migration_status(traits: FamilyTraits, documents: list[dict[str, Any]]) -> str:
    types = {document["type"] for document in documents}
    if traits.population in {"returnee", "host_community"} or "CC" in types:
        return "national"
    return "regular" if types & {"PE", "PT", "CE"} else "irregular"


def _invent_documents(
    rng: random.Random, day: date, birth_date: date, traits: FamilyTraits, *, is_unaccompanied: bool
) -> Iterator[dict[str, Any]]:
    age = age_on(birth_date, day)
    if traits.population in {"returnee", "host_community"} or (traits.population == "binational" and age >= ADULT_AGE):
        yield _invent_colombian_document(rng, birth_date, age)
        if traits.population == "host_community":
            return
        # Half of the returnees have no Venezuelan document beside the Colombian one.
        if traits.population == "returnee" and rng.random() < 0.5:
            return
    profile = load_data_file("profile")
    if rng.random() < profile["residence_card"]:
        yield {"type": "CE", "number": f"{rng.randrange(300_000, 700_000)}"}
    for document_type in () if is_unaccompanied else profile["papers"][traits.document_group]["types"]:
        yield from _invent_venezuelan_document(rng, document_type, day, birth_date, age)
    if traits.document_group == "stamped" and traits.population == "migrant" and not is_unaccompanied:
        yield from _invent_permits(rng, day, birth_date)


def _invent_colombian_document(rng: random.Random, birth_date: date, age: int) -> dict[str, Any]:
    # A child has a birth certificate (RC), from seven years on an identity card (TI), an adult a citizenship card (CC).
    if age < 7:
        return {"type": "RC", "number": f"1{rng.randrange(10**9):09d}"}
    if age < ADULT_AGE:
        return {"type": "TI", "number": f"1{rng.randrange(10**9):09d}"}
    has_ten_digits = birth_date.year >= 1988  # the ten-digit number came with the new register
    number = rng.randrange(1_090_000_000, 1_110_000_000) if has_ten_digits else rng.randrange(13_000_000, 91_000_000)
    return {"type": "CC", "number": f"{number}"}


def _invent_venezuelan_document(
    rng: random.Random, document_type: str, day: date, birth_date: date, age: int
) -> Iterator[dict[str, Any]]:
    """One document, or none: a small child has no identity card, and the border card (TMF) ended."""
    profile = load_data_file("profile")
    if document_type == "DE" and age >= VENEZUELAN_CARD_AGE:
        # Numbers were given out in order: about 480,000 a year since those of 1945.
        number = 2_000_000 + max(0, birth_date.year - 1945) * 480_000 + rng.randrange(480_000)
        yield {"type": "DE", "number": f"V-{number}"}
    if document_type == "PA":
        is_expired = rng.random() < profile["passport_expired"]
        expiry_date = day + timedelta(days=rng.randrange(-400, -1) if is_expired else rng.randrange(30, 1600))
        number = rng.randrange(30_000_000, 160_000_000)
        yield {"type": "PA", "number": f"{number:09d}", "expires": expiry_date.isoformat()}
    if document_type == "TMF" and day <= profile["border_card_until"] and age >= ADULT_AGE:
        yield {"type": "TMF", "number": f"{rng.randrange(10**6, 10**7)}"}


def _invent_permits(rng: random.Random, day: date, birth_date: date) -> Iterator[dict[str, Any]]:
    for permit in load_data_file("profile")["permits"]:
        is_open = permit["from"] <= day and (permit["to"] is None or day <= permit["to"])
        if is_open and rng.random() < permit["share"]:
            number = rng.randrange(10**6, 10**7)
            # The number of a PE ends with the birth date of its holder.
            number_suffix = f"{birth_date:%d%m%Y}" if permit["type"] == "PE" else ""
            yield {"type": permit["type"], "number": f"{number}{number_suffix}"}
