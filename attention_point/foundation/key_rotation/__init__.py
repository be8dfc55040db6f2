"""Rotations: what of a room's rows stands under a key of the keyring, and how a batch of it is written anew."""

from attention_point.foundation.key_rotation.rotation import Rotation, read_batch, rotate_sealed_rows

__all__ = ["Rotation", "read_batch", "rotate_sealed_rows"]
