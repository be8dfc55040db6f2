"""Invented people who come to the desk and say whether their data may be used for research."""

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.language import in_language
from tests.statistics.extracts.published import publish_recorded
from tests.support.visits import consents, draft, person, recorded

AUTUMN = (date(2017, 7, 1), date(2017, 12, 31))
SPRING = (date(2018, 1, 1), date(2018, 6, 30))
# Parts of names, documents, telephones and notes that chance cannot make and no code contains.
STEMS = ("quetzalnombre", "xochiapellido", "998877", "3155500", "zacatenota")


@dataclass
class RecordedPeople:
    """What was recorded."""

    drafts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def visits(self) -> list[UUID]:
        """The ids of the visits."""
        return [UUID(visit["id"]) for visit in self.drafts]


def record_visit(
    session: Session,
    research: bool | None,
    day: str,
    who: dict[str, Any] | None = None,
    needs: list[str] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """One visit; the person, to come again. ``research``: granted, refused, or not spoken of."""
    somebody = {**(who or invent_person(0)), **changes}
    answers = [("attention", True), *([("research", research)] if research is not None else [])]
    recorded(
        session,
        person=somebody,
        attended_at=f"{day}T08:30:00-05:00",
        consents=consents(*answers),
        needs=needs or ["MIG-REG"],
    )
    return somebody


def invent_person(number: int) -> dict[str, Any]:
    """Somebody of her or his own, with values that must not be found again."""
    chance = random.Random(number)
    return person(
        given_names=f"Quetzalnombre {chr(97 + number % 26)}",
        surname_1=f"Xochiapellido{chr(97 + number // 26 % 26)}",
        documents=[{"type": "PA", "number": f"998877{new_id().int % 10**6:06d}"}],
        phone=f"+57 3155500{number % 1000:03d}",
        birth_date=f"{chance.choice((1955, 1980, 1991, 1995))}-03-17",
        sex=chance.choice("FM"),
        municipality=chance.choice(("68001", "68001", "68276")),
        status=chance.choice(("irregular", "regular")),
        ethnicity=chance.choice((6, 6, 6, 5)),
        education=chance.choice((3, 4, 5)),
    )


def record_consenting_people(
    database: Database, people: int, month: str = "2017-08", *, is_published: bool = True
) -> RecordedPeople:
    """So many new people who allow research, beside a few who do not; journal and all, through the one door."""
    came = RecordedPeople()
    chance = random.Random(people)
    with database.write_session() as session, in_language("es"):
        for number in range(people + 5):
            visit = draft(
                person=invent_person(number),
                attended_at=f"{month}-{chance.randint(1, 28):02d}T08:30:00-05:00",
                consents=consents(("attention", True), ("research", number < people)),
                needs=chance.choice((["MIG-REG"], ["EMP-SENA"], ["MIG-REG", "VBG"])),
                vulnerabilities=chance.choice(((), (), ("chronic_illness",))),
                notes="Zacatenota de la atención",
            )
            recorded(session, **visit)
            came.drafts.append(visit)
        if is_published:
            publish_recorded(session, month)
    return came
