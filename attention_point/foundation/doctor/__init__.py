"""``attention-point doctor`` checks the installation. Each room offers the checks of what it knows."""

from attention_point.foundation.doctor.check import Check
from attention_point.foundation.doctor.status import ListStatus, StatusLine

__all__ = ["Check", "ListStatus", "StatusLine"]
