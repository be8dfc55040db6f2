"""The error of a sealed value, apart from the vault: rooms that may not reach the vault catch it too (mail)."""

from uuid import UUID


class VaultError(Exception):
    """A sealed value does not open: wrong row, wrong key, or altered. Names the row, never the content."""

    def __init__(self, purpose: str, row: UUID) -> None:
        super().__init__(f"a sealed value of {purpose} {row} does not open")
        self.purpose = purpose
        self.row = row
