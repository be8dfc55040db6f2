"""Rotations: what of a room's rows stands under a key of the keyring, and how a batch of it is written anew."""

from attention_point.foundation.key_rotation.rotation import SEALED_HEAD_BYTES, Rotation, read_batch, rotate_sealed_rows

__all__ = ["SEALED_HEAD_BYTES", "Rotation", "read_batch", "rotate_sealed_rows"]
