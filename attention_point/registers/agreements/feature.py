"""What the agreements offer the app."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.jobs import Job
from attention_point.registers.agreements.commands import latest_working_day, notice_job
from attention_point.registers.agreements.loading import load_agreements
from attention_point.registers.agreements.queries import due_days
from attention_point.registers.agreements.register import AGREEMENTS
from attention_point.registers.agreements.views import blueprint
from attention_point.registers.shared.dates import offer_dates
from attention_point.registers.shared.loading import offer
from attention_point.registers.shared.naming import naming_of

agreements = Feature(
    name="agreements",
    blueprints=(blueprint,),
    jobs=(Job("agreement-notices", latest_working_day, notice_job),),
    naming=naming_of(AGREEMENTS),
)
offer(agreements=load_agreements)
offer_dates(AGREEMENTS, due_days)
