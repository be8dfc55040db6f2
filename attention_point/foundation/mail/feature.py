"""Mail as a feature of the app: its commands, its job and its checks."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_
from attention_point.foundation.mail.checks import CHECKS, list_mail_status
from attention_point.foundation.mail.commands import run_send_job
from attention_point.foundation.mail.models import OutboxMail
from attention_point.foundation.mail.outbox import SEAL_PURPOSE

mail = Feature(
    name="mail",
    jobs=(Job("mail", due_every_run, run_send_job),),
    checks=CHECKS,
    status=(list_mail_status,),
    rotations=(rotate_sealed_rows(N_("messages that wait"), SEAL_PURPOSE, OutboxMail.id, OutboxMail.sealed),),
)
