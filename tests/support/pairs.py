"""How the people compare who were noted as possible duplicates."""

from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.people import identity, records
from attention_point.people.duplicates import matching, pairs


def compare_pairs(session: Session) -> dict[frozenset[UUID], str]:
    """For each pair that nobody has decided: how the two records compare."""
    undecided_pairs = pairs.list_undecided_pairs(session, 100)
    people = records.open_people(session, {row for pair in undecided_pairs for row in (pair.person, pair.other)})
    identities = {row: identity.build_identity(person.record) for row, person in people.items() if person}
    return {
        frozenset((pair.person, pair.other)): matching.compare_people(identities[pair.person], identities[pair.other])
        for pair in undecided_pairs
    }
