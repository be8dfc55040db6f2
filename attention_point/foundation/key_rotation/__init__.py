"""What of a room stands under a version of a key, as data that each room offers."""

from attention_point.foundation.key_rotation.rotations import Rotation, read_batch, rotate_sealed_rows

__all__ = ["Rotation", "read_batch", "rotate_sealed_rows"]
