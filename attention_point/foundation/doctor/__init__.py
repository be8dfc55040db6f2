"""``attention-point doctor`` checks the installation. Each room offers the checks of what it knows."""

from attention_point.foundation.doctor.check import Check

__all__ = ["Check"]
