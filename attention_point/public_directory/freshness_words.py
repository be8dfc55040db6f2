"""How far the published data of a place can be relied on, in a sentence."""

from datetime import date

from attention_point.directory.freshness import ENDING, FRESH, STALE, find_freshness
from attention_point.directory.snapshot import PlaceRow
from attention_point.foundation.language import gettext as _


def describe_freshness(place: PlaceRow, day: date) -> str:
    """When a place was confirmed, and what to do where that does not suffice."""
    freshness = find_freshness(place, day)
    if place.confirmed_on is None:
        return _("Nobody has confirmed these data yet: call or ask before you go.")
    values = {"day": f"{place.confirmed_on:%d/%m/%Y}"}
    return {
        FRESH: _("Confirmed on %(day)s.", **values),
        ENDING: _("Confirmed on %(day)s. This ends soon: ask before you go.", **values),
        STALE: _("Confirmed on %(day)s, a long time ago: call or ask before you go.", **values),
    }[freshness]
