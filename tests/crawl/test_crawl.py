"""No page answers 500 and no link is dead: every address, link and form, for every role, over four populations.

PostgreSQL has the fullest and the barest records, each role on one of the two engines (``--databases both``: on both);
``make faults`` walks through the rest on it too.
"""

from collections.abc import Callable

import pytest

from attention_point.foundation.access import ROLES
from tests.crawl.crawling import Crawl
from tests.crawl.populations import POPULATIONS

EVERYBODY = ("nobody", *ROLES)


RUNS = [
    pytest.param(
        engine,
        name,
        who,
        marks=[pytest.mark.faults] if (engine, name) == ("postgresql", "real-year") else [],
        id=f"{engine}-{name}-{who}",
    )
    for engine in ("sqlite", "postgresql")
    for name in POPULATIONS
    if (engine, name) != ("postgresql", "nothing")
    for who in EVERYBODY
]


@pytest.mark.parametrize(("engine", "population", "who"), RUNS)
def test_every_page_opens_and_every_form_is_taken(crawl: Callable[[str], Crawl], population: str, who: str) -> None:
    walk = crawl(who)
    walk.open_pages()
    opened = len(walk.opened)
    if population != "nothing":  # without records there is little that a form could act on
        walk.send_forms()
    assert walk.faults == [], "\n" + "\n".join(map(str, walk.faults))
    assert opened > (10 if who == "nobody" else 30)
