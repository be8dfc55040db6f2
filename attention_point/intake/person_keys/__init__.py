"""People's data keys, when the keyring's key is rotated."""

from attention_point.intake.person_keys.rewrapping import PERSON_KEY_ROTATION, count_keys_by_version, rewrap_keys

__all__ = ["PERSON_KEY_ROTATION", "count_keys_by_version", "rewrap_keys"]
