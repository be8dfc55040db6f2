"""How the program is loaded: quickly, and then left alone by the garbage collector."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Keep the garbage collector from running while modules are imported, and from what they made afterwards.

    An import makes hundreds of thousands of objects that all stay. The collector would walk through them several times
    and free nothing; without it, the import takes an eighth less time (measured in November 2026).
    """
    was_enabled = gc.isenabled()
    module_count = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > module_count:  # a second command in the same process loads nothing that stays
            freeze_loaded_objects()
        if was_enabled:
            gc.enable()


def freeze_loaded_objects() -> None:
    """Spare the garbage collector what is loaded and stays: some 200,000 objects, else walked again and again.

    Nothing is collected before: that would take 0.1 s of the start, and free nearly nothing.
    """
    gc.freeze()
