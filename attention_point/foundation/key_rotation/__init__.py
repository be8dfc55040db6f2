"""Rotations: what of a room's rows stands under a key of the keyring, and how a batch of it is written anew."""

from attention_point.foundation.key_rotation.rotation import (
    Batch,
    Rotation,
    lock_unchanged,
    read_waiting,
    rotate_rows,
    rotate_sealed_rows,
)

__all__ = ["Batch", "Rotation", "lock_unchanged", "read_waiting", "rotate_rows", "rotate_sealed_rows"]
