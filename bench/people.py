"""Invented people at the desk: visit drafts as the API takes them, a quarter of them of someone who came before."""

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

GIVEN = ("Yulimar", "José Gregorio", "Ana Karina", "Wilmer", "Luz Marina", "Deivis", "María", "Édgar", "Rosmery")
SURNAMES = ("Rondón", "Peña", "Urdaneta", "Carvajal", "Quiñónez", "Pabón", "Zambrano", "Ortiz", "Mejía", "Briceño")
NEEDS = (["MIG-REG", "EMP-SENA"], ["MIG-REG", "EDU"], ["SALUD-URG", "MIG-REG"], ["EDU", "EMP-SENA"])
RETURNING = 0.25

Draft = dict[str, Any]


def invent_drafts(seed: int) -> Iterator[Draft]:
    """Drafts without end; the same seed gives the same people, the ids are new each time."""
    chance = random.Random(seed)
    earlier_people: list[dict[str, Any]] = []
    number = 0
    while True:
        if earlier_people and chance.random() < RETURNING:
            person = chance.choice(earlier_people)
        else:
            person = _invent_person(chance, seed * 1_000_000 + number)
            earlier_people.append(person)
        yield _invent_visit(chance, person)
        number += 1


def _invent_person(chance: random.Random, number: int) -> dict[str, Any]:
    birth = date(1950, 1, 1) + timedelta(days=chance.randrange(17_000))
    return {
        "given_names": f"{chance.choice(GIVEN)} {chance.choice(GIVEN)}",
        "surname_1": chance.choice(SURNAMES),
        "surname_2": chance.choice(SURNAMES),
        "birth_date": birth.isoformat(),
        "sex": chance.choice("FM"),
        "nationality": "VE",
        "documents": [
            {"type": "DE", "number": f"V-{5_000_000 + number % 90_000_000}"},
            {"type": "PA", "number": f"{100_000_000 + number % 900_000_000}", "expires": "2040-05-01"},
        ],
        "phone": f"+57 300 {chance.randrange(10**7):07d}",
        "municipality": "68001",
        "origin": chance.choice(("VE-S", "VE-V", "VE-L")),
        "population": "migrant",
        "status": chance.choice(("regular", "irregular")),
        "intention": chance.choice(("stay", "transit")),
        "education": chance.randrange(1, 11),
    }


def _invent_visit(chance: random.Random, person: dict[str, Any]) -> Draft:
    return {
        "id": str(make_id()),
        "point": "bucaramanga",
        "attended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "person": person,
        "household": {"adults": chance.randrange(1, 4), "children": chance.randrange(4), "accompanied_by": None},
        "vulnerabilities": chance.choice(([], ["pregnant"], ["chronic_illness"])),
        "needs": chance.choice(NEEDS),
        "facts": {"child_born_in_colombia_without_note": False, "complained_of": None},
        "consents": [
            {"purpose": "attention", "granted": True, "text_version": "2017-08"},
            {"purpose": "referral:*", "granted": True, "text_version": "2017-08"},
        ],
        "notes": "Asked for the nearest office.",
    }


def make_id() -> UUID:
    """A new UUIDv7."""
    moment = time.time_ns() // 1_000_000
    value = (moment << 80) | int.from_bytes(os.urandom(10))
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def flatten_draft(draft: Draft) -> dict[str, str | list[str]]:
    """The same draft as the fields of one form, as a page would send it: 25 values at least."""
    person, household = draft["person"], draft["household"]
    identity, passport = person["documents"]
    fields: dict[str, str | list[str]] = {name: str(value) for name, value in person.items() if name != "documents"}
    return fields | {
        "document_type": identity["type"],
        "document_number": identity["number"],
        "passport": passport["number"],
        "passport_expires": passport["expires"],
        "attended_at": draft["attended_at"],
        "point": draft["point"],
        "adults": str(household["adults"]),
        "children": str(household["children"]),
        "vulnerabilities": draft["vulnerabilities"],
        "needs": draft["needs"],
        "consent_attention": "y",
        "consent_referral": "y",
        "notes": draft["notes"],
    }
