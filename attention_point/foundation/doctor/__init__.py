"""``attention-point doctor``: checks of the installation, each offered by the room that knows the matter."""

from attention_point.foundation.doctor.check import Check

__all__ = ["Check"]
