"""Mail as a feature of the app: its commands, its job and its checks."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.mail.checks import CHECKS, list_mail_status
from attention_point.foundation.mail.commands import run_send_job

mail = Feature(name="mail", jobs=(Job("mail", due_every_run, run_send_job),), checks=CHECKS, status=(list_mail_status,))
