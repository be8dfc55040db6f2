"""States what everybody knows of a month, whatever is published: nobody has a need who is not among the people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from attention_point.statistics.audit.equations import UNPUBLISHED_CODE, FinestCells, Knowledge, Published, Totals
from attention_point.statistics.protection.disclosure import CellCodes
from attention_point.tallies.rules import INDICATORS_BY_ID, STORED_INDICATORS, Indicator


@dataclass(frozen=True, slots=True)
class _PeopleGroup:
    """People who are alike in the dimensions that both tables show (sex and age), and the cells of their needs.

    ``people_cells`` are the people as variables; without such variables ``people_count`` is their known number.
    """

    cells_by_code: Mapping[str, Sequence[int]]  # code of the overlapping dimension → its cells
    people_cells: Sequence[int]
    people_count: int = 0


def _group_people(
    knowledge: Knowledge, finest_cells: FinestCells, indicator: Indicator, totals: Totals
) -> dict[CellCodes, _PeopleGroup]:
    """Group the people that an overlapping table and the table of all people both divide, by their common codes."""
    other_dimensions = indicator.dimensions[1:]
    people_tables = [
        candidate
        for candidate in STORED_INDICATORS
        if candidate.counts == indicator.counts
        and not candidate.overlapping
        and candidate.id in finest_cells
        and other_dimensions
        and set(other_dimensions) <= set(candidate.dimensions)
    ]
    # Only dimensions that are published in both tables tell an adversary which cells belong together.
    shared_axes: list[tuple[int, int]] = []  # in the one table and in the other
    for people_table in people_tables[:1]:
        axis_pairs = [
            (axis, people_table.dimensions.index(dimension)) for axis, dimension in enumerate(other_dimensions, 1)
        ]
        shared_axes = [
            (first_axis, people_axis)
            for first_axis, people_axis in axis_pairs
            if _is_axis_published(finest_cells, indicator.id, first_axis)
            and _is_axis_published(finest_cells, people_table.id, people_axis)
        ]
    cells_by_group: dict[CellCodes, dict[str, list[int]]] = {}
    for cell in finest_cells.get(indicator.id, ()):
        group = tuple(cell[first_axis] for first_axis, _people_axis in shared_axes)
        cells_by_group.setdefault(group, {}).setdefault(cell[0], []).append(knowledge.numbers[indicator.id, cell])
    people_by_group: dict[CellCodes, list[int]] = {}
    for people_table in people_tables[:1] if shared_axes else ():
        for cell in finest_cells[people_table.id]:
            people_by_group.setdefault(tuple(cell[people_axis] for _first_axis, people_axis in shared_axes), []).append(
                knowledge.numbers[people_table.id, cell]
            )
    total = totals.get(indicator.counts)
    if not shared_axes and total is None:
        return {}
    return {
        group: _PeopleGroup(cells_by_code, people_by_group.get(group, ()))
        if shared_axes
        else _PeopleGroup(cells_by_code, (), total or 0)
        for group, cells_by_code in cells_by_group.items()
    }


def _is_axis_published(finest_cells: FinestCells, table: str, axis: int) -> bool:
    return any(cell[axis] != UNPUBLISHED_CODE for cell in finest_cells[table])


def add_membership_inequalities(
    knowledge: Knowledge, finest_cells: FinestCells, totals: Totals, _published: Published
) -> None:
    """Add: nobody stands in a cell who is not among the people."""
    for indicator in STORED_INDICATORS:
        groups = (
            _group_people(knowledge, finest_cells, indicator, totals)
            if indicator.overlapping and indicator.id in finest_cells
            else {}
        )
        for group in groups.values():
            for cells in group.cells_by_code.values():
                # For each code and group: the people in the cells less all people of the group is at most 0.
                row = {**dict.fromkeys(cells, 1.0), **dict.fromkeys(group.people_cells, -1.0)}
                knowledge.system.inequalities.append((row, group.people_count))


def add_covering_inequalities(
    knowledge: Knowledge, finest_cells: FinestCells, totals: Totals, published: Published
) -> None:
    """Add: everybody, and every attention, stands in at least one cell."""
    for indicator in STORED_INDICATORS:
        if not indicator.covering:
            continue
        people_groups = _group_people(knowledge, finest_cells, indicator, totals)
        # Where a code is not shown, somebody may stand in that code alone: the rule says nothing then.
        if _find_single_dimension_table(published, indicator, "people"):
            _add_covering_rows(knowledge, people_groups.values())
        if (visit_table := _find_single_dimension_table(published, indicator, "attentions")) and (
            returns_id := INDICATORS_BY_ID[visit_table].returns_table
        ):
            return_groups = _group_people(knowledge, finest_cells, INDICATORS_BY_ID[returns_id], totals)
            # An attention is a person's first visit or a return, so the rule binds both kinds of cells; it can only
            # where both are divided alike.
            if people_groups.keys() == return_groups.keys():
                _add_covering_rows(
                    knowledge, [_join_groups(people_groups[key], return_groups[key]) for key in people_groups]
                )


def _join_groups(people: _PeopleGroup, returns: _PeopleGroup) -> _PeopleGroup:
    cells = {
        "": [cell for group in (people, returns) for code_cells in group.cells_by_code.values() for cell in code_cells]
    }
    return _PeopleGroup(
        cells, (*people.people_cells, *returns.people_cells), people.people_count + returns.people_count
    )


def _add_covering_rows(knowledge: Knowledge, groups: Iterable[_PeopleGroup]) -> None:
    for group in groups:
        cells = [cell for code_cells in group.cells_by_code.values() for cell in code_cells]
        row = {**dict.fromkeys(cells, -1.0), **dict.fromkeys(group.people_cells, 1.0)}
        knowledge.system.inequalities.append((row, -group.people_count))


def _find_single_dimension_table(published: Published, indicator: Indicator, counted_unit: str) -> str | None:
    """Return the published table that shows a stored table's overlapping dimension and no other."""
    candidates = (INDICATORS_BY_ID[name] for name in published if indicator.id in INDICATORS_BY_ID[name].stored_tables)
    return next(
        (
            candidate.id
            for candidate in candidates
            if candidate.counts == counted_unit and candidate.dimensions == indicator.overlapping
        ),
        None,
    )


UNANSWERED_STATES = ("created", "seen")
POSSIBLY_ANSWERED_STATES = ("withdrawn", "expired", "closed")


def add_answer_inequalities(
    knowledge: Knowledge, finest_cells: FinestCells, totals: Totals, _published: Published
) -> None:
    """Add: a referral that waits has no answer; one that was accepted, rejected, attended or missed has one."""
    referral_total, answer_total = totals.get("referrals"), totals.get("answers")
    table_id = "referrals-by-service-and-state"
    if referral_total is None or answer_total is None or table_id not in finest_cells:
        return
    # A referral that was withdrawn, expired or closed may have been answered before, so the answers have two bounds.
    unanswered = [knowledge.numbers[table_id, cell] for cell in finest_cells[table_id] if cell[-1] in UNANSWERED_STATES]
    possibly_unanswered = [
        knowledge.numbers[table_id, cell]
        for cell in finest_cells[table_id]
        if cell[-1] in (*UNANSWERED_STATES, *POSSIBLY_ANSWERED_STATES)
    ]
    knowledge.system.inequalities.append((dict.fromkeys(unanswered, 1.0), referral_total - answer_total))
    knowledge.system.inequalities.append((dict.fromkeys(possibly_unanswered, -1.0), answer_total - referral_total))


BACKGROUND_RULES = (add_membership_inequalities, add_covering_inequalities, add_answer_inequalities)
