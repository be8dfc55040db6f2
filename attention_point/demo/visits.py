"""Invents the visits of invented families, as drafts for the one door.

Each family has a chance of its own, made of the seed and its number: the same seed gives the same people. A visit's id
is made of the seed and of the draft itself, so that loading the same again stores nothing new.
"""

import hashlib
import json
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from attention_point.demo.files import draw, read_data
from attention_point.demo.people import Family, Somebody, family, mistype
from attention_point.foundation.clock import ZONE
from attention_point.foundation.workdays import working_days

Draft = dict[str, Any]
MOST_NEEDS = 4
MOTHERS = range(16, 46)
OLDER_ADULT = 60
LEAST_MINUTES, NIGHT_MINUTES = 60, 180
SEARCHED = 20_000  # families among which one is looked for that a demonstration must have


@dataclass(frozen=True, slots=True)
class Opening:
    """The days of a load and, for each, the minutes after midnight at which somebody can be received."""

    days: Sequence[date]
    until: datetime | None = None

    def minutes_of(self, day: date) -> list[int]:
        """The desk's minutes of a day; of the day on which the load ends only those that have passed.

        Where the desk has hardly opened by then, the last hours before stand in their place: a demonstration has
        visitors on its own day whenever it is made.
        """
        minutes = [minute for opens, closes in read_data("profile")["hours"] for minute in range(opens, closes)]
        if self.until is None or day < self.until.date():
            return minutes
        now = self.until.hour * 60 + self.until.minute
        passed = [minute for minute in minutes if minute < now]
        return passed if len(passed) >= LEAST_MINUTES else list(range(max(0, now - NIGHT_MINUTES), now))

    def weight_of(self, day: date) -> float:
        """How many come on a day, against the others."""
        weight: float = read_data("profile")["weekday_weights"][day.weekday()]
        if self.until is None or day < self.until.date():
            return weight
        whole = sum(closes - opens for opens, closes in read_data("profile")["hours"])
        return weight * max(0.25, len(self.minutes_of(day)) / whole)


def invent(people: int, first: date, last: date, seed: int, until: datetime | None = None) -> list[Draft]:
    """The visits of so many people between two days, in the order in which they came.

    With ``until``, a moment of the last day, nobody comes later than that, that day is open whatever day of the week it
    is, and the families that a demonstration must have are among them. Raises ValueError when no day is a working day.
    """
    days = working_days(first, last)
    opening = Opening(days)
    if until is not None:
        opening = Opening(sorted({*days, until.date()}), until)
        opening = Opening([day for day in opening.days if opening.minutes_of(day)], until)
    if not opening.days:
        raise ValueError("no working day")
    weights = [opening.weight_of(day) for day in opening.days]
    drafts: list[Draft] = _needed_drafts(seed, opening) if until is not None else []
    people -= len(drafts)
    number = 0
    while people > 0:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - invented people, no secret
        day = chance.choices(opening.days, weights)[0]
        came = family(chance, day)
        members = came.members[:people]
        drafts += _numbered(f"{seed}/{number}", _visits(chance, Family(members), day, opening))
        people -= len(members)
        number += 1
    return sorted(drafts, key=lambda draft: draft["attended_at"])


def _needed_drafts(seed: int, opening: Opening) -> list[Draft]:
    """The visits of the first families that have what ``needed_families`` asks for, on the days that it names."""
    drafts: list[Draft] = []
    for place, wanted in enumerate(read_data("profile")["needed_families"]):
        day = opening.days[max(-len(opening.days), -1 - wanted["open_days_ago"])]
        for number in range(SEARCHED):
            name = f"{seed}/needed/{place}/{number}"
            chance = random.Random(name)  # noqa: S311 - invented people, no secret
            visits = list(_visits(chance, family(chance, day), day, opening))
            if wanted["need"] in visits[0]["needs"]:
                drafts += _numbered(name, visits[:1])
                break
    return drafts


def _numbered(name: str, visits: Iterable[Draft]) -> list[Draft]:
    return [{"id": str(_id(f"{name}/{place}", visit)), **visit} for place, visit in enumerate(visits)]


def _id(place: str, draft: Draft) -> UUID:
    """A UUIDv7 of the visit's time (RFC 9562 §5.7); in place of chance, a digest of the draft and its place."""
    content = json.dumps([place, draft], sort_keys=True).encode()
    chance = int.from_bytes(hashlib.sha256(content).digest()[:10])
    milliseconds = int(datetime.fromisoformat(draft["attended_at"]).timestamp() * 1000)
    value = (milliseconds << 80) | chance
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def _visits(chance: random.Random, came: Family, day: date, opening: Opening) -> Iterator[Draft]:
    """The family's first visit, one member after the other, and the visits of those who come again."""
    profile = read_data("profile")
    moments = _moments(chance, day, len(came.members), opening)
    for member, moment in zip(came.members, moments, strict=True):
        first = _draft(chance, came, member, moment)
        yield first
        refused = any(each["purpose"] == "attention" and not each["granted"] for each in first["consents"])
        if not member.known or refused:
            continue
        slip = random.Random(f"{moment}/{member.person}")  # noqa: S311 - a chance apart: the others stay as they are
        if chance.random() < profile["returning"]:
            for day_again in _later(chance, day, opening.days):
                moment_again = _moments(chance, day_again, 1, opening)[0]
                yield _draft(chance, came, member, moment_again, before=set(first["needs"]))
        elif slip.random() < profile["mistyped"] and (mistaken := mistype(slip, member)):
            for day_again in _later(slip, day, opening.days, most=1):
                yield _draft(slip, came, mistaken, _moments(slip, day_again, 1, opening)[0])


def _later(chance: random.Random, day: date, days: Sequence[date], most: int | None = None) -> Iterator[date]:
    """The open days on which somebody comes again, as far as they lie within the days of the load."""
    profile = read_data("profile")
    for _time in range(most or draw(chance, profile["again"])):
        place = bisect_left(days, day + timedelta(days=chance.randint(*profile["days_between"])))
        if place >= len(days):
            return
        day = days[place]
        yield day


def _moments(chance: random.Random, day: date, count: int, opening: Opening) -> list[datetime]:
    """Times within the hours of the desk, some minutes apart; more in the morning than in the afternoon."""
    profile = read_data("profile")
    minutes = opening.minutes_of(day)
    apart = min(profile["minutes_each"], (len(minutes) - 1) // count)
    starts = len(minutes) - apart * (count - 1)
    start = int(starts * (chance.randrange(starts) / starts) ** profile["morning_rush"])
    midnight = datetime.combine(day, time(), ZONE)
    return [
        midnight + timedelta(minutes=minutes[start + apart * place], seconds=chance.randrange(60))
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
