"""A pace at which a long copy leaves the disk to the desk.

A registration waits until the disk has what it wrote. Behind some hundred megabytes of a copy that the machine still
holds back, it would wait for all of them.
"""

import os
import time
from collections.abc import Iterable, Iterator
from typing import IO

_LONGEST_REST = 0.2  # seconds
_BYTES_AT_ONCE = 1024 * 1024


class Pace:
    """Brings what a copy wrote into a file to the disk, and then rests as long as that and the writing took."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun_at = time.monotonic()

    def wait_for_others(self) -> None:
        """Wait for the disk, then for the others: call it after each megabyte."""
        os.fsync(self._file.fileno())
        time.sleep(min(time.monotonic() - self._begun_at, _LONGEST_REST))
        self._begun_at = time.monotonic()


def rest_between(chunks: Iterable[bytes], file: IO[bytes]) -> Iterator[bytes]:
    """Give the chunks that are written to a file, with a rest after each megabyte."""
    pace, written_bytes = Pace(file), 0
    for chunk in chunks:
        yield chunk
        written_bytes += len(chunk)
        if written_bytes >= _BYTES_AT_ONCE:
            pace.wait_for_others()
            written_bytes = 0
