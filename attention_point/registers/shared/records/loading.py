"""Loads a year's file. Each register reads its own sections; a section that no register reads is reported.

A record keeps the name that the file gives it (``source``), so loading the file again changes nothing. If the file was
corrected, its records are corrected too, except those that the office edited since: they are left and counted.
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
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.registers.shared.models import EDITED, LOADED
from attention_point.registers.shared.records import services
from attention_point.registers.shared.rules import fold_text
from attention_point.registers.shared.schema.schema import Register

# The office's file of 2017 has 7 kB; many megabytes of YAML take minutes and much memory to parse.
MAX_FILE_SIZE = 2 * 1024 * 1024


@dataclass
class YearFileLoad:
    """A file that is being loaded: who loads it, its content, and what became of its records so far."""

    session: Session
    actor: Actor
    file: Mapping[str, Any]
    year: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("added", "changed", "unchanged", "left"), 0))
    # A section that no register knows is usually a misspelled one: silence would lose its records.
    unread_sections: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    paths_by_source: dict[str, str] = field(default_factory=dict)

    def save_record(self, register: Register, path: str, values: Mapping[str, Any]) -> None:
        """Add a record, or update it to the file.

        ``path`` is its place in the file (``events.3``), for errors; ``values`` are raw values. Its source is the year,
        the register and its name. Of two records with one name in a file the second is refused: it would overwrite the
        first.
        """
        source = f"{self.year}/{register.name}/{fold_text(str(values.get('name', '')))}"[:400]
        if self.paths_by_source.setdefault(source, path) != path:
            self.add_error(
                f"{path}.name",
                _("The file already has a record with this name: %(place)s.", place=self.paths_by_source[source]),
            )
            return
        stored_record = self.session.scalar(select(register.model).where(register.model.source == source))
        try:
            if stored_record is None:
                services.add_record(self.session, self.actor, register, values, source, LOADED)
                self.counts["added"] += 1
            elif stored_record.origin == EDITED:
                # The office knows more than the file by now.
                self.counts["left"] += 1
            else:
                has_changed = services.update_record(
                    self.session, self.actor, register, stored_record.id, stored_record.version, values, LOADED
                )
                self.counts["changed" if has_changed else "unchanged"] += 1
        except Invalid as refusal:
            for error in refusal.field_errors:
                self.add_error(f"{path}.{error.field}", error.message)

    def add_error(self, path: str, message: str) -> None:
        """Refuse the file at a place. The rest is read all the same, so that all errors are shown at once."""
        self.errors.append(FieldError(path, message))

    def rename_keys(self, path: str, row: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """Rename the keys of a mapping in the file to the register's; an unknown key is an error."""
        if not isinstance(row, Mapping):
            self.add_error(path, _("This must be a group of keys."))
            return {}
        for key in row:
            if key not in names:
                self.add_error(f"{path}.{texts.show_unfit(str(key))}", _("There is no such key."))
        return {names[key]: value for key, value in row.items() if key in names}


SectionLoader = Callable[[YearFileLoad, Any], None]
"""Loads the content of one key of the file."""

SECTIONS: dict[str, SectionLoader] = {}


def register_sections(**sections: SectionLoader) -> None:
    """Register the sections that a register reads; called by the register's ``feature.py``."""
    SECTIONS.update(sections)


def load_year_file(
    session: Session, actor: Actor, file: Mapping[str, Any], sections: Mapping[str, SectionLoader] | None = None
) -> YearFileLoad:
    """Load the sections of a file, all or none. Raises Invalid with the place of each error."""
    section_loaders = SECTIONS if sections is None else sections
    year_load = YearFileLoad(session, actor, file, _read_year(file))
    for name, content in file.items():
        if name in section_loaders:
            section_loaders[name](year_load, content)
        else:
            year_load.unread_sections.append(texts.show_unfit(str(name)))
    if year_load.errors:
        # The first twenty: a wrong indentation can make every line an error.
        error_lines = [f"{error.field}: {error.message}" for error in year_load.errors[:20]]
        raise Invalid(
            "\n".join([_("Nothing was loaded. The file needs correcting:"), *error_lines]), tuple(year_load.errors)
        )
    journal.record(session, actor, "registers.load", "file", None, year=year_load.year, **year_load.counts)
    return year_load


def read_year_file(path: Path) -> Mapping[str, Any]:
    """Read a YAML file. Raises Invalid if it is larger than 2 MB or no YAML."""
    if path.stat().st_size > MAX_FILE_SIZE:
        raise _build_file_error(_("The file is too large: at most 2 MB."))
    try:
        # Never another loader: YAML can name Python objects.
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        problem_position = getattr(error, "problem_mark", None)
        line = problem_position.line + 1 if problem_position else "?"
        raise _build_file_error(_("The file cannot be read as YAML (line %(line)s).", line=line)) from None
    if not isinstance(data, Mapping):
        raise _build_file_error(_("This must be a group of keys."))
    return data


def _build_file_error(sentence: str) -> Invalid:
    return Invalid.of_field("", sentence)


def _read_year(file: Mapping[str, Any]) -> int:
    office = file.get("office")
    # The section of the office names the year for all the others.
    year = office.get("year") if isinstance(office, Mapping) else None
    if not isinstance(year, int):
        raise _build_file_error(_("The file must state its year: 'office', then 'year'."))
    return year
