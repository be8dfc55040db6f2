"""Backups: the whole installation but its keyring in one encrypted file, and its way back on an empty machine."""
