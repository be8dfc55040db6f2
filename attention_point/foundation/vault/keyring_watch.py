"""The keyring of a running process: it takes up a changed file by itself, so that keys rotate while people work."""

import os
import threading
from pathlib import Path

import structlog

from attention_point.foundation.vault.key_changes import is_successor
from attention_point.foundation.vault.keyring import Keyring, KeyringError
from attention_point.foundation.vault.vault import Vault

log = structlog.get_logger("keyring")

_FileState = tuple[int, int, int, int]


class KeyringWatch:
    """Gives the vault of the keyring's file as it is now. Raises KeyringError for a file that does not load at first.

    A file that does not load later, or is no successor of the keyring in use, leaves the vault as it was: the desk goes
    on with the keys that it has. The log says so once; ``doctor`` and the page of the system say it each time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._state = self._read_state()
        self._keyring = Keyring.load(path)
        self._vault = Vault(self._keyring)
        self.is_file_refused = False

    def get_vault(self) -> Vault:
        """The vault now. It asks the file system, which takes two millionths of a second, and reads what changed."""
        if self._read_state() != self._state:
            self._load_changed_file()
        return self._vault

    def _load_changed_file(self) -> None:
        with self._lock:
            state = self._read_state()
            if state == self._state:  # another thread was first
                return
            # Noted before the file is read: one that does not load is tried again once it changes, and not with every
            # request.
            self._state = state
            try:
                keyring = Keyring.load(self._path)
            except KeyringError:
                self.is_file_refused = True
                log.error("keyring-not-loaded")
                return
            self.is_file_refused = not is_successor(keyring, self._keyring)
            if self.is_file_refused:
                log.error("keyring-of-another-installation")
                return
            self._keyring, self._vault = keyring, Vault(keyring)

    def _read_state(self) -> _FileState | None:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        # With the number of the file, which is replaced and never written over: two of one size may follow within a
        # tick of the clock.
        return status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode
