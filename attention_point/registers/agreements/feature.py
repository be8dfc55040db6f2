"""What the agreements offer the app."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.jobs import Job, latest_working_day
from attention_point.registers.agreements.commands import run_notice_job
from attention_point.registers.agreements.loading import load_agreements
from attention_point.registers.agreements.queries import list_due_days
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.agreements.views import blueprint
from attention_point.registers.shared.naming import build_naming
from attention_point.registers.shared.records.due_dates import register_due_dates
from attention_point.registers.shared.records.loading import register_sections

agreements = Feature(
    name="agreements",
    blueprints=(blueprint,),
    jobs=(Job("agreement-notices", latest_working_day, run_notice_job),),
    naming=build_naming(AGREEMENTS),
)
register_sections(agreements=load_agreements)
register_due_dates(AGREEMENTS, list_due_days)
