"""Jobs: tasks that run once in each period. A timer calls ``attention-point jobs run`` every quarter of an hour."""

from attention_point.foundation.jobs.job import EVERY_RUN, Job, due_every_run, latest_due_month, latest_working_day
from attention_point.foundation.jobs.job_runner import JobResult, run_due_jobs
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.jobs.single_run_lock import single_run_lock

__all__ = [
    "EVERY_RUN",
    "Job",
    "JobRun",
    "JobResult",
    "single_run_lock",
    "due_every_run",
    "latest_due_month",
    "latest_working_day",
    "run_due_jobs",
]
