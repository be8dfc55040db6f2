"""What the office says of itself and of the attention point, in sentences."""

from collections.abc import Iterator

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.sentences import Data, Teller, listing, named
from attention_point.registers.annual_report.wording import since, when
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.wording import Names, count_words, date_words


def office_name(data: Data) -> str:
    """The office with its acronym; empty where it is not on record."""
    if "name" not in data:
        return ""
    return f"{data['name']} ({data['acronym']})" if "acronym" in data else data["name"]


def _itself(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "parent" in data:
        yield _("%(office)s is part of %(parent)s.", office=office_name(data), parent=data["parent"])
    else:
        yield _("This report is that of %(office)s.", office=office_name(data))
    if "planned" in data:
        yield _("Its plan for the year was issued %(when)s.", when=when(data["planned"]))
    if "issued" in data:
        yield _("Its report was issued %(when)s.", when=when(data["issued"]))


def _migration(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "migration_since" in data:
        yield _("It also follows matters of migration %(since)s.", since=since(data["migration_since"]))


def member_words(each: Data) -> str:
    """A post with how many hold it and for how long."""
    said = [since(each["since"])] if "since" in each else []
    said += [_("%(months)s months", months=each["months"])] if "months" in each else []
    text = f"{each['count']} {each['role']}" if "count" in each else each["role"]
    return f"{text}, {', '.join(said)}" if said else text


def _team(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if data.get("team"):
        yield _("Team: %(what)s.", what="; ".join(map(member_words, data["team"])))


OFFICE: tuple[Teller, ...] = (
    _itself,
    listing("lines", N_("Its lines of work are: %(what)s.")),
    _migration,
    listing("budget", N_("Its budget for investment was %(what)s.")),
    _team,
)
OFFICE_WANTED = ("planned", "issued", "lines", "budget", "team")


def _point(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "point" in data and "operating_since" in data:
        yield _("%(point)s operates %(since)s.", point=data["point"], since=since(data["operating_since"]))
    elif "point" in data:
        yield _("The attention point is %(point)s.", point=data["point"])


def reported(data: Data) -> Iterator[str]:
    """The figure that the office reported, as such."""
    if "people" not in data:
        return
    count = count_words(data["people"])
    if "operating_since" in data and "reported_until" in data:
        yield _(
            "People attended from %(first)s to %(last)s: %(count)s (figure reported by the office).",
            first=date_words(data["operating_since"]), last=date_words(data["reported_until"]), count=count,
        )  # fmt: skip
    else:
        yield _("People attended: %(count)s (figure reported by the office).", count=count)


def _reported(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    yield from reported(data)


def _information(_register: Register, data: Data, _names: Names) -> Iterator[str]:
    if "information_since" in data:
        yield _(
            "The office gathers the information that the entities give %(since)s.",
            since=since(data["information_since"]),
        )


POINT: tuple[Teller, ...] = (
    _point,
    _reported,
    named("entities", N_("It guides people towards what these entities offer: %(names)s.")),
    listing("contacts", N_("There were contacts with: %(what)s.")),
    listing("characterisation", N_("The population is being characterised by: %(what)s.")),
    _information,
)
POINT_WANTED = ("point", "operating_since", "people", "entities")
