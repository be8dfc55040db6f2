"""Jobs: what the house does by itself, each once a period. A timer calls ``attention-point jobs run`` every quarter."""

from attention_point.foundation.jobs.alone import alone
from attention_point.foundation.jobs.job import EVERY_RUN, Job, every_run, month_before
from attention_point.foundation.jobs.models import JobRun
from attention_point.foundation.jobs.running import Ran, run_due

__all__ = ["EVERY_RUN", "Job", "JobRun", "Ran", "alone", "every_run", "month_before", "run_due"]
