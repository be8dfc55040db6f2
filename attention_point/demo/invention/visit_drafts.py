"""Invents the visits of invented families, as the drafts from which real visits are recorded too.

Each family has random numbers of its own, made of the seed and of its number: the same seed gives the same people. A
visit's id is made of the seed and of the draft itself, so that a second load of the same visits stores nothing.
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

from attention_point.demo.demo_data import choose_by_weight, load_data_file
from attention_point.demo.invention.families import Family, InventedPerson, invent_family, mistype_birth_date
from attention_point.foundation.clock import TIME_ZONE
from attention_point.foundation.database.identifiers import build_id_at
from attention_point.foundation.workdays import list_working_days

DraftData = dict[str, Any]
MAX_NEEDS = 4
MOTHER_AGES = range(16, 46)
OLDER_ADULT_AGE = 60  # Ley 1251 de 2008, art. 3
MIN_OPEN_MINUTES, MINUTES_BEFORE_NOW = 60, 180
# A demonstration must have some rare families: at most so many are invented until one of them fits.
MAX_FAMILIES_SEARCHED = 20_000


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The days of a load and, for each, the minutes after midnight at which somebody can be received."""

    days: Sequence[date]
    until: datetime | None = None

    def list_minutes(self, day: date) -> list[int]:
        """The desk's minutes of a day; of the day on which the load ends only those that have passed."""
        minutes = [minute for opens, closes in load_data_file("profile")["hours"] for minute in range(opens, closes)]
        if self.until is None or day < self.until.date():
            return minutes
        current_minute = self.until.hour * 60 + self.until.minute
        passed_minutes = [minute for minute in minutes if minute < current_minute]
        if len(passed_minutes) >= MIN_OPEN_MINUTES:
            return passed_minutes
        # Made before the desk opens or at night, a demonstration still has visitors on its own day: in the last hours.
        return list(range(max(0, current_minute - MINUTES_BEFORE_NOW), current_minute))

    def weigh_day(self, day: date) -> float:
        """How many people come on a day, in proportion to the other days."""
        weight: float = load_data_file("profile")["weekday_weights"][day.weekday()]
        if self.until is None or day < self.until.date():
            return weight
        minutes_of_full_day = sum(closes - opens for opens, closes in load_data_file("profile")["hours"])
        # Even shortly after opening, a quarter of a day's people are there to be seen.
        return weight * max(0.25, len(self.list_minutes(day)) / minutes_of_full_day)


def invent_visits(
    people_count: int, first_day: date, last_day: date, seed: int, until: datetime | None = None
) -> list[DraftData]:
    """The visits of so many people between two days, in the order in which they came.

    With ``until``, a moment of the last day, nobody comes later than that, that day is open whatever day of the week it
    is, and the families that a demonstration must have are among them. Raises ValueError when no day is a working day.
    """
    days = list_working_days(first_day, last_day)
    opening_hours = OpeningHours(days)
    if until is not None:
        opening_hours = OpeningHours(sorted({*days, until.date()}), until)
        opening_hours = OpeningHours([day for day in opening_hours.days if opening_hours.list_minutes(day)], until)
    if not opening_hours.days:
        raise ValueError("no working day")
    weights = [opening_hours.weigh_day(day) for day in opening_hours.days]
    drafts: list[DraftData] = _invent_needed_drafts(seed, opening_hours) if until is not None else []
    people_count -= len(drafts)
    family_number = 0
    while people_count > 0:
        rng = random.Random(f"{seed}/{family_number}")  # noqa: S311 - invented people, no secret
        day = rng.choices(opening_hours.days, weights)[0]
        members = invent_family(rng, day).members[:people_count]
        visits = _invent_family_visits(rng, Family(members), day, opening_hours)
        drafts += _add_draft_ids(f"{seed}/{family_number}", visits)
        people_count -= len(members)
        family_number += 1
    return sorted(drafts, key=lambda draft: draft["attended_at"])


def _invent_needed_drafts(seed: int, opening_hours: OpeningHours) -> list[DraftData]:
    """The visits of the first families that have what ``needed_families`` asks for, on the days that it names."""
    drafts: list[DraftData] = []
    for index, needed_family in enumerate(load_data_file("profile")["needed_families"]):
        day = opening_hours.days[max(-len(opening_hours.days), -1 - needed_family["open_days_ago"])]
        for number in range(MAX_FAMILIES_SEARCHED):
            seed_text = f"{seed}/needed/{index}/{number}"
            rng = random.Random(seed_text)  # noqa: S311 - invented people, no secret
            visits = list(_invent_family_visits(rng, invent_family(rng, day), day, opening_hours))
            if needed_family["need"] in visits[0]["needs"]:
                drafts += _add_draft_ids(seed_text, visits[:1])
                break
    return drafts


def _add_draft_ids(seed_text: str, visits: Iterable[DraftData]) -> list[DraftData]:
    return [{"id": str(_build_draft_id(f"{seed_text}/{index}", visit)), **visit} for index, visit in enumerate(visits)]


def _build_draft_id(seed_text: str, draft: DraftData) -> UUID:
    """A UUIDv7 of the visit's time (RFC 9562 §5.7), with a digest of the draft in place of random bits."""
    content = json.dumps([seed_text, draft], sort_keys=True).encode()
    random_bits = int.from_bytes(hashlib.sha256(content).digest()[:10])
    milliseconds = int(datetime.fromisoformat(draft["attended_at"]).timestamp() * 1000)
    value = (milliseconds << 80) | random_bits
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def _invent_family_visits(
    rng: random.Random, family: Family, day: date, opening_hours: OpeningHours
) -> Iterator[DraftData]:
    """The family's first visit, one member after the other, and the visits of those who come again."""
    profile = load_data_file("profile")
    moments = _choose_moments(rng, day, len(family.members), opening_hours)
    link = _invent_family_link(family, moments[0])
    for index, (member, moment) in enumerate(zip(family.members, moments, strict=True)):
        first_draft = _build_draft(rng, family, member, moment)
        if link:
            relation = "self" if index == 0 else "child" if member.is_child else "partner"
            first_draft |= {"family": link, "person": {**member.draft_person, "relation": relation}}
        yield first_draft
        answers = {consent["purpose"]: consent["granted"] for consent in first_draft["consents"]}
        # Only a document tells on another day who somebody is, and without consent nothing of the first day is on file.
        if not member.has_document_number or not answers.get("attention"):
            continue
        # A random generator of its own: whether somebody mistyped must not change what is invented after it.
        mistake_rng = random.Random(f"{moment}/{member.draft_person}")  # noqa: S311 - invented people, no secret
        if rng.random() < profile["returning"]:
            for later_day in _choose_later_days(rng, day, opening_hours.days):
                later_moment = _choose_moments(rng, later_day, 1, opening_hours)[0]
                yield _build_draft(rng, family, member, later_moment, earlier_needs=set(first_draft["needs"]))
        elif mistake_rng.random() < profile["mistyped"] and (
            mistyped_person := mistype_birth_date(mistake_rng, member)
        ):
            for later_day in _choose_later_days(mistake_rng, day, opening_hours.days, limit=1):
                later_moment = _choose_moments(mistake_rng, later_day, 1, opening_hours)[0]
                yield _build_draft(mistake_rng, family, mistyped_person, later_moment)


def _invent_family_link(family: Family, moment: datetime) -> str | None:
    """The id that links the first visits of a family whom the desk received together."""
    # A random generator of its own: whether a family is linked must not change what is invented after it.
    rng = random.Random(f"family/{moment}/{family.members[0].draft_person}")  # noqa: S311 - invented people, no secret
    if len(family.members) == 1 or rng.random() >= load_data_file("profile")["received_together"]:
        return None
    return str(build_id_at(int(moment.timestamp() * 1000), rng.getrandbits(80)))


def _choose_later_days(
    rng: random.Random, day: date, open_days: Sequence[date], limit: int | None = None
) -> Iterator[date]:
    """The open days on which somebody comes again, as far as they lie within the days of the load."""
    profile = load_data_file("profile")
    for _time in range(limit or choose_by_weight(rng, profile["again"])):
        index = bisect_left(open_days, day + timedelta(days=rng.randint(*profile["days_between"])))
        if index >= len(open_days):
            return
        day = open_days[index]
        yield day


def _choose_moments(rng: random.Random, day: date, count: int, opening_hours: OpeningHours) -> list[datetime]:
    """Times within the hours of the desk, some minutes apart; more in the morning than in the afternoon."""
    profile = load_data_file("profile")
    minutes = opening_hours.list_minutes(day)
    # On a day that has hardly begun, a large family comes in quicker.
    minutes_apart = min(profile["minutes_each"], (len(minutes) - 1) // count)
    start_count = len(minutes) - minutes_apart * (count - 1)
    # A power of a number below 1 is smaller the higher the power: most visits begin in the morning.
    start = int(start_count * (rng.randrange(start_count) / start_count) ** profile["morning_rush"])
    midnight = datetime.combine(day, time(), TIME_ZONE)
    return [
        midnight + timedelta(minutes=minutes[start + minutes_apart * index], seconds=rng.randrange(60))
        for index in range(count)
    ]


def _build_draft(
    rng: random.Random,
    family: Family,
    member: InventedPerson,
    moment: datetime,
    earlier_needs: set[str] | None = None,
) -> DraftData:
    profile = load_data_file("profile")
    needs = _choose_needs(rng, member, earlier_needs or set())
    facts: dict[str, Any] = {}
    may_be_mother = member.draft_person.get("sex") == "F" and member.age in MOTHER_AGES
    is_migrant_mother = may_be_mother and member.needs_group in {"irregular", "regular"}
    if is_migrant_mother and rng.random() < profile["child_without_note"]:
        facts["child_born_in_colombia_without_note"] = True
    if "QUEJA-SP" in needs:
        facts["complained_of"] = choose_by_weight(rng, profile["complaint_about"])
    return {
        "point": profile["point"],
        "attended_at": moment.isoformat(),
        "arrived_at": _invent_arrival_time(rng, moment),
        "person": member.draft_person,
        "household": _build_household(family, member),
        "vulnerabilities": _choose_vulnerabilities(rng, member, needs, may_be_mother=may_be_mother),
        "needs": needs,
        "facts": facts,
        "consents": _choose_consents(rng, moment.date()),
        **(
            {"guardian": family.guardian} if member.is_child and not member.is_unaccompanied and family.guardian else {}
        ),
    }


def _invent_arrival_time(rng: random.Random, moment: datetime) -> str | None:
    """When somebody began to wait; None where nobody noted it."""
    longest_wait = choose_by_weight(rng, load_data_file("profile")["waits"])
    if longest_wait == "unknown":
        return None
    return (moment - timedelta(minutes=rng.randint(0, int(longest_wait)))).isoformat()


def _build_household(family: Family, member: InventedPerson) -> dict[str, Any]:
    others = {
        "adults": family.adult_count - (not member.is_child),
        "children": len(family.members) - family.adult_count - member.is_child,
    }
    if member.is_unaccompanied:
        return {**others, "accompanied_by": "alone"}
    return {**others, "accompanied_by": "parent"} if member.is_child else others


def _choose_needs(rng: random.Random, member: InventedPerson, earlier_needs: set[str]) -> list[str]:
    """Choose the needs of a visit. A person who comes again has other needs, as long as the list has others."""
    profile = load_data_file("profile")
    shares = profile["needs"][member.needs_group]
    needs = [need for need, share in shares.items() if need not in earlier_needs and rng.random() < share]
    if member.is_unaccompanied:
        needs.insert(0, "NNA-PROT")
    if rng.random() < profile["violence"].get(member.draft_person.get("sex"), 0):
        needs.append("VBG")
    if rng.random() < profile["trafficking"]:
        needs.append("TRATA")
    # Nobody comes without a need: the first one of the list stands in.
    return needs[:MAX_NEEDS] or [next((need for need in shares if need not in earlier_needs), next(iter(shares)))]


def _choose_vulnerabilities(
    rng: random.Random, member: InventedPerson, needs: list[str], *, may_be_mother: bool
) -> list[str]:
    profile = load_data_file("profile")["vulnerabilities"]
    shares = {**(profile["women"] if may_be_mother else {}), **(profile["all"] if not member.is_child else {})}
    vulnerabilities = [name for name, share in shares.items() if rng.random() < share]
    if member.age >= OLDER_ADULT_AGE:
        vulnerabilities.append("older_adult")
    if {"a_lot", "cannot"} & set(member.draft_person.get("disability", {}).values()):
        vulnerabilities.append("disability")
    if member.is_unaccompanied:
        vulnerabilities.append("unaccompanied_child")
    vulnerabilities += [name for need, name in (("VBG", "gender_violence"), ("TRATA", "trafficking")) if need in needs]
    return vulnerabilities


def _choose_consents(rng: random.Random, day: date) -> list[dict[str, Any]]:
    profile = load_data_file("profile")
    consent_text = next(text for text in reversed(profile["consent_texts"]) if text["from"] <= day)
    answers: dict[str, bool] = {}
    for purpose in consent_text["purposes"]:
        answer = choose_by_weight(rng, profile["consents"][purpose])
        if answer != "unasked":
            answers[purpose] = answer == "granted"
    referral = choose_by_weight(rng, profile["consents"]["referral"])
    answers["referral:*"] = referral != "refused"
    if referral == "not_migration":
        answers["referral:migracion-colombia"] = False
    version = consent_text["version"]
    return [{"purpose": purpose, "granted": granted, "text_version": version} for purpose, granted in answers.items()]
