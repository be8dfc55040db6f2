"""Draws which room stands on which, from the imports of the code, into ``docs/house.md``.

``python -m tests.architecture.picture`` writes the picture; a test says when it is no longer what the code is.
"""

from collections.abc import Iterator, Mapping

import grimp

from attention_point.foundation import paths

PAGE = paths.PROJECT_FOLDER / "docs" / "house.md"
FIRST_MARKER = "<!-- picture: python -m tests.architecture.picture -->"
LAST_MARKER = "<!-- end of picture -->"
PACKAGE = paths.PACKAGE_FOLDER.name
ROOMS_WITH_ROOMS = (f"{PACKAGE}.registers",)

Imports = Mapping[str, frozenset[str]]


def find_room_imports() -> Imports:
    """For each room the rooms that it imports directly, imports for type checkers included."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=False)
    rooms = graph.find_children(PACKAGE) - set(ROOMS_WITH_ROOMS)
    for parent in ROOMS_WITH_ROOMS:
        rooms |= graph.find_children(parent)
    for room in rooms:
        graph.squash_module(room)
    return {room: frozenset(graph.find_modules_directly_imported_by(room) & rooms) for room in rooms}


def reduce_transitively(imports: Imports) -> Imports:
    """Leave out an import that follows from others: who stands on a room stands on what is below it too."""
    below = {room: frozenset(_find_all_below(imports, room)) for room in imports}
    return {
        room: frozenset(
            imported for imported in direct if not any(imported in below[other] for other in direct - {imported})
        )
        for room, direct in imports.items()
    }


def _find_all_below(imports: Imports, room: str) -> Iterator[str]:
    for imported in imports[room]:
        yield imported
        yield from _find_all_below(imports, imported)


def draw_mermaid(imports: Imports) -> str:
    """A Mermaid flowchart, the rooms by name; an arrow leads from a room to one that it stands on."""
    arrows = [f"    {_shorten(room)} --> {_shorten(imported)}" for room in imports for imported in imports[room]]
    return "\n".join(["```mermaid", "flowchart TD", *sorted(arrows), "```"])


def _shorten(room: str) -> str:
    return room.removeprefix(f"{PACKAGE}.").removeprefix("registers.").replace("shared", "registers.shared")


def put_between_markers(page: str, picture: str) -> str:
    """The page with the picture between its markers; raises ValueError where a marker is missing."""
    before, first_marker, rest = page.partition(FIRST_MARKER)
    _old_picture, last_marker, after = rest.partition(LAST_MARKER)
    if not first_marker or not last_marker:
        raise ValueError(f"{PAGE.name} has no place for the picture: {FIRST_MARKER} … {LAST_MARKER}")
    return f"{before}{FIRST_MARKER}\n\n{picture}\n\n{LAST_MARKER}{after}"


def build_page() -> str:
    """The page as it should be."""
    picture = draw_mermaid(reduce_transitively(find_room_imports()))
    return put_between_markers(PAGE.read_text(encoding="utf-8"), picture)


if __name__ == "__main__":
    PAGE.write_text(build_page(), encoding="utf-8")
