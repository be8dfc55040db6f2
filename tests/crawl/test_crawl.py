"""No page answers 500 and no link is dead: every address, link and form, for every role, over four populations.

PostgreSQL has the fullest and the barest records; ``make faults`` walks through the rest on it too.
"""

from collections.abc import Callable

import pytest

from attention_point.foundation.access import ROLES
from tests.crawl.crawling import Crawl
from tests.crawl.populations import POPULATIONS
from tests.support.databases import ENGINES

EVERYBODY = ("nobody", *ROLES)
# Populations of which a role walks through one on each engine, unless --databases says otherwise.
ON_ONE = ("bare-records", "demonstration")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each role walks through the fullest records on one engine and through the barest on the other one."""
    choice = metafunc.config.getoption("--databases")
    runs = [
        pytest.param(
            engine,
            name,
            who,
            marks=[pytest.mark.faults] if (engine, name) == ("postgresql", "real-year") else [],
            id=f"{engine}-{name}-{who}",
        )
        for number, engine in enumerate(ENGINES)
        for place, name in enumerate(POPULATIONS)
        for turn, who in enumerate(EVERYBODY)
        if (engine, name) != ("postgresql", "nothing")
        if choice in {"both", engine} or name not in ON_ONE or (choice == "either" and (place + turn) % 2 == number)
    ]
    metafunc.parametrize(("engine", "population", "who"), runs)


def test_every_page_opens_and_every_form_is_taken(crawl: Callable[[str], Crawl], population: str, who: str) -> None:
    walk = crawl(who)
    walk.open_pages()
    opened = len(walk.opened)
    if population != "nothing":  # without records there is little that a form could act on
        walk.send_forms()
    assert walk.faults == [], "\n" + "\n".join(map(str, walk.faults))
    assert opened > (10 if who == "nobody" else 30)
