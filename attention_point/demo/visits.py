"""Invents the visits of invented families, as drafts for the one door.

Each family has a chance of its own, made of the seed and its number: the same seed gives the same people. A visit's id
is made of the seed and of the draft itself, so that loading the same again stores nothing new.
"""

import hashlib
import json
import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from attention_point.demo.files import draw, read_data
from attention_point.demo.people import Family, Somebody, family
from attention_point.foundation.clock import ZONE
from attention_point.foundation.workdays import working_days

Draft = dict[str, Any]
MOST_NEEDS = 4
MOTHERS = range(16, 46)
OLDER_ADULT = 60


def invent(people: int, first: date, last: date, seed: int) -> list[Draft]:
    """The visits of so many people between two days, in the order in which they came.

    Raises ValueError when none of the days is a working day.
    """
    days = working_days(first, last)
    if not days:
        raise ValueError("no working day")
    drafts: list[Draft] = []
    number = 0
    while people:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - invented people, no secret
        day = _day(chance, days)
        came = family(chance, day)
        members = came.members[:people]
        visits = _visits(chance, Family(members), day, days)
        drafts += [{"id": str(_id(f"{seed}/{number}/{place}", visit)), **visit} for place, visit in enumerate(visits)]
        people -= len(members)
        number += 1
    return sorted(drafts, key=lambda draft: draft["attended_at"])


def _day(chance: random.Random, days: list[date]) -> date:
    weights = read_data("profile")["weekday_weights"]
    return chance.choices(days, [weights[day.weekday()] for day in days])[0]


def _id(place: str, draft: Draft) -> UUID:
    """A UUIDv7 of the visit's time (RFC 9562 §5.7); in place of chance, a digest of the draft and its place."""
    content = json.dumps([place, draft], sort_keys=True).encode()
    chance = int.from_bytes(hashlib.sha256(content).digest()[:10])
    milliseconds = int(datetime.fromisoformat(draft["attended_at"]).timestamp() * 1000)
    value = (milliseconds << 80) | chance
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def _visits(chance: random.Random, came: Family, day: date, days: list[date]) -> Iterator[Draft]:
    """The family's first visit, one member after the other, and the visits of those who come again."""
    profile = read_data("profile")
    for member, moment in zip(came.members, _moments(chance, day, len(came.members)), strict=True):
        first = _draft(chance, came, member, moment)
        yield first
        refused = any(each["purpose"] == "attention" and not each["granted"] for each in first["consents"])
        if member.known and not refused and chance.random() < profile["returning"]:
            for again in _later(chance, day, days):
                yield _draft(chance, came, member, _moments(chance, again, 1)[0], before=set(first["needs"]))


def _later(chance: random.Random, day: date, days: list[date]) -> Iterator[date]:
    """The working days on which somebody comes again, as far as they lie within the days of the load."""
    profile = read_data("profile")
    for _each in range(draw(chance, profile["again"])):
        place = bisect_left(days, day + timedelta(days=chance.randint(*profile["days_between"])))
        if place >= len(days):
            return
        day = days[place]
        yield day


def _moments(chance: random.Random, day: date, count: int) -> list[datetime]:
    """Times within the hours of the desk, some minutes apart."""
    profile = read_data("profile")
    minutes = [minute for opens, closes in profile["hours"] for minute in range(opens, closes)]
    each = profile["minutes_each"]
    start = chance.randrange(len(minutes) - each * (count - 1))
    midnight = datetime.combine(day, time(), ZONE)
    return [
        midnight + timedelta(minutes=minutes[start + each * place], seconds=chance.randrange(60))
        for place in range(count)
    ]


def _draft(
    chance: random.Random, came: Family, member: Somebody, moment: datetime, before: set[str] | None = None
) -> Draft:
    profile = read_data("profile")
    needs = _needs(chance, member, before or set())
    facts: dict[str, Any] = {}
    mother = member.person.get("sex") == "F" and member.age in MOTHERS
    if mother and member.group in {"irregular", "regular"} and chance.random() < profile["child_without_note"]:
        facts["child_born_in_colombia_without_note"] = True
    if "QUEJA-SP" in needs:
        facts["complained_of"] = draw(chance, profile["complaint_about"])
    return {
        "point": profile["point"],
        "attended_at": moment.isoformat(),
        "arrived_at": _arrival(chance, moment),
        "person": member.person,
        "household": _household(came, member),
        "vulnerabilities": _vulnerabilities(chance, member, needs, mother=mother),
        "needs": needs,
        "facts": facts,
        "consents": _consents(chance),
    }


def _arrival(chance: random.Random, moment: datetime) -> str | None:
    """When somebody began to wait; now and then nobody noted it."""
    shares = read_data("profile")["waits"]
    longest = draw(chance, shares)
    return None if longest == "unknown" else (moment - timedelta(minutes=chance.randint(0, int(longest)))).isoformat()


def _household(came: Family, member: Somebody) -> dict[str, Any]:
    others = {
        "adults": came.adults - (not member.child),
        "children": len(came.members) - came.adults - member.child,
    }
    if member.alone:
        return {**others, "accompanied_by": "alone"}
    return {**others, "accompanied_by": "parent"} if member.child else others


def _needs(chance: random.Random, member: Somebody, before: set[str]) -> list[str]:
    """What somebody asks for; who comes again asks for something else, as far as there is something."""
    profile = read_data("profile")
    shares = profile["needs"][member.group]
    needs = [need for need, share in shares.items() if need not in before and chance.random() < share]
    if member.alone:
        needs.insert(0, "NNA-PROT")
    if chance.random() < profile["violence"].get(member.person.get("sex"), 0):
        needs.append("VBG")
    if chance.random() < profile["trafficking"]:
        needs.append("TRATA")
    return needs[:MOST_NEEDS] or [next((need for need in shares if need not in before), next(iter(shares)))]


def _vulnerabilities(chance: random.Random, member: Somebody, needs: list[str], *, mother: bool) -> list[str]:
    profile = read_data("profile")["vulnerabilities"]
    shares = {**(profile["women"] if mother else {}), **(profile["all"] if not member.child else {})}
    found = [name for name, share in shares.items() if chance.random() < share]
    if member.age >= OLDER_ADULT:
        found.append("older_adult")
    if {"a_lot", "cannot"} & set(member.person.get("disability", {}).values()):
        found.append("disability")
    if member.alone:
        found.append("unaccompanied_child")
    found += [name for need, name in (("VBG", "gender_violence"), ("TRATA", "trafficking")) if need in needs]
    return found


def _consents(chance: random.Random) -> list[dict[str, Any]]:
    profile = read_data("profile")
    answers: dict[str, bool] = {}
    for purpose in ("attention", "statistics", "research"):
        answer = draw(chance, profile["consents"][purpose])
        if answer != "unasked":
            answers[purpose] = answer == "granted"
    referral = draw(chance, profile["consents"]["referral"])
    answers["referral:*"] = referral != "refused"
    if referral == "not_migration":
        answers["referral:migracion-colombia"] = False
    version = profile["consent_text"]
    return [{"purpose": purpose, "granted": granted, "text_version": version} for purpose, granted in answers.items()]
