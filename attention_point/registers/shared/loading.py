"""Loads a year's file: each register reads its own sections; a section that none reads is named, never dropped unsaid.

A record of the file keeps the file's name for it (``source``). Loading again changes nothing; where the file has been
corrected, a record that the office has not edited since takes the correction, an edited one is left and counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.registers.shared import services
from attention_point.registers.shared.describe import Register
from attention_point.registers.shared.models import EDITED, LOADED
from attention_point.registers.shared.rules import folded

LIMIT = 2 * 1024 * 1024


@dataclass
class Loading:
    """A file on its way in: who loads it, the whole of it, and what has become of its records so far."""

    session: Session
    actor: Actor
    file: Mapping[str, Any]
    year: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("added", "changed", "unchanged", "left"), 0))
    unread: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def put(self, register: Register, place: str, values: Mapping[str, Any]) -> None:
        """Add the record, or bring it up to the file.

        ``place`` says where it stands in the file (``events.3``), for complaints; ``values`` as ``services.add``. The
        file's name for it is the year, the register and its name: of two records of one name in a file the second is
        complained of, for it would overwrite the first.
        """
        source = f"{self.year}/{register.name}/{folded(str(values.get('name', '')))}"[:400]
        if self.places.setdefault(source, place) != place:
            self.complain(
                f"{place}.name", _("The file has a record of this name already: %(place)s.", place=self.places[source])
            )
            return
        held = self.session.scalar(select(register.model).where(register.model.source == source))
        try:
            if held is None:
                services.add(self.session, self.actor, register, values, source, LOADED)
                self.counts["added"] += 1
            elif held.origin == EDITED:
                self.counts["left"] += 1
            else:
                saved = services.save(self.session, self.actor, register, held.id, held.version, values, LOADED)
                self.counts["changed" if saved else "unchanged"] += 1
        except Invalid as refusal:
            self.errors += [FieldError(f"{place}.{each.field}", each.message) for each in refusal.fields]

    def complain(self, place: str, message: str) -> None:
        """Refuse the file, naming the place; the rest is read all the same, so that everything is told at once."""
        self.errors.append(FieldError(place, message))

    def take(self, place: str, row: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """A mapping of the file with its keys renamed to the register's; an unknown key is complained of."""
        if not isinstance(row, Mapping):
            self.complain(place, _("This must be a group of keys."))
            return {}
        for key in row:
            if key not in names:
                self.complain(f"{place}.{texts.show_unfit(str(key))}", _("There is no such key."))
        return {names[key]: value for key, value in row.items() if key in names}


Section = Callable[[Loading, Any], None]
"""Loads what stands under one key of the file."""

SECTIONS: dict[str, Section] = {}


def offer(**sections: Section) -> None:
    """Name the sections that a register reads; called by the register's ``feature.py``."""
    SECTIONS.update(sections)


def load(
    session: Session, actor: Actor, file: Mapping[str, Any], sections: Mapping[str, Section] | None = None
) -> Loading:
    """Load a file's sections, all or nothing. Raises Invalid with a place for each complaint."""
    known = SECTIONS if sections is None else sections
    loading = Loading(session, actor, file, _year(file))
    for name, content in file.items():
        if name in known:
            known[name](loading, content)
        else:
            loading.unread.append(texts.show_unfit(str(name)))
    if loading.errors:
        shown = [f"{each.field}: {each.message}" for each in loading.errors[:20]]
        raise Invalid("\n".join([_("Nothing was loaded. The file needs correcting:"), *shown]), tuple(loading.errors))
    journal.record(session, actor, "registers.load", "file", None, year=loading.year, **loading.counts)
    return loading


def read_file(path: Path) -> Mapping[str, Any]:
    """A YAML file as data. Raises Invalid for one too large or that is no YAML."""
    if path.stat().st_size > LIMIT:
        raise _refused(_("The file is too large: at most 2 MB."))
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _refused(
            _("The file cannot be read as YAML (line %(line)s).", line=mark.line + 1 if mark else "?")
        ) from None
    if not isinstance(data, Mapping):
        raise _refused(_("This must be a group of keys."))
    return data


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("", sentence),))


def _year(file: Mapping[str, Any]) -> int:
    office = file.get("office")
    year = office.get("year") if isinstance(office, Mapping) else None
    if not isinstance(year, int):
        raise _refused(_("The file must say its year: 'office', then 'year'."))
    return year
