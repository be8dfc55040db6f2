"""Says in words how much of the true figures a release tells."""

from attention_point.foundation.language import format_number, format_percent
from attention_point.foundation.language import gettext as _
from attention_point.statistics.releases.content import Quality


def describe_quality(quality: Quality | None) -> tuple[str, ...]:
    """Return one sentence for each of the three figures; none for a month of the old method, which has no figures."""
    if quality is None:
        return ()
    return (
        _("Counts published: %(share)s of the fixed list.", share=format_percent(quality.published_share)),
        _("Mean distance from the true count: %(number)s.", number=format_number(quality.mean_error)),
        _("Largest distance from a true count: at most %(number)s.", number=format_number(quality.largest_error)),
    )
