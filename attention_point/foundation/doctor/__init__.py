"""``attention-point doctor`` checks the installation. Each room offers the checks of what it knows."""

from attention_point.foundation.doctor.check import Check
from attention_point.foundation.doctor.status import (
    LATE,
    NEXT,
    TASK_GROUPS,
    TODAY,
    ListStatus,
    ListTasks,
    StatusLine,
    Task,
)

__all__ = ["LATE", "NEXT", "TASK_GROUPS", "TODAY", "Check", "ListStatus", "ListTasks", "StatusLine", "Task"]
