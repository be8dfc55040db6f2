"""What the check page says once for several people: the same answers, what they are told of a service, and which data
go to an entity for what.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from attention_point.intake.pages.check_page.referral_cards import EntityChoice, ReferralCard
from attention_point.referrals.slip import Guidance


class SharedWords(NamedTuple):
    """A service and an entity whose words are the same for several people."""

    service_code: str
    service: str
    entity: EntityChoice


def list_shared_words(cards_by_person: Iterable[Iterable[ReferralCard]]) -> Sequence[SharedWords]:
    """The words that stand on the cards of more than one person, by the names of service and entity.

    Words that differ, as of somebody whose name is not kept, stay with the person.
    """
    counts: Counter[SharedWords] = Counter()
    for cards in cards_by_person:
        counts.update({SharedWords(card.code, card.service, entity) for card in cards for entity in card.entities})
    return [
        words for words in sorted(counts, key=lambda words: (words.service, words.entity.name)) if counts[words] > 1
    ]


def list_shared_guidance(
    cards_by_person: Iterable[Iterable[ReferralCard]], shared_words: Iterable[SharedWords]
) -> Mapping[tuple[str, str], Guidance]:
    """What is told of a service to more than one person, by the codes of service and entity whose words are shared.

    By the entity too: a mother may be sent to another one than her children for the same need, with other words. A
    closed procedure stays with the person, for it decides; so does what is confidential.
    """
    counts = Counter(
        ((card.code, card.entities[0].code), card.guidance)
        for cards in cards_by_person
        for card in cards
        if not card.restricted and not card.guidance.closed_note and card.guidance != Guidance()
    )
    shared_keys = {(words.service_code, words.entity.code) for words in shared_words}
    # The most frequent last, so that it stays.
    return {
        key: guidance for (key, guidance), count in reversed(counts.most_common()) if count > 1 and key in shared_keys
    }


def list_shared_rows(rows_by_person: Sequence[Sequence[tuple[str, str]]]) -> Sequence[tuple[str, str]]:
    """The answers that are the same for all, where there are several people: label and words."""
    if len(rows_by_person) < 2:
        return []
    first_rows, *other_rows = rows_by_person
    return [row for row in first_rows if all(row in rows for rows in other_rows)]
