"""What mail offers the app."""

from attention_point.foundation.feature import Feature
from attention_point.foundation.jobs import Job, every_run
from attention_point.foundation.mail.checks import CHECKS
from attention_point.foundation.mail.commands import mail_commands, send_job

mail = Feature(name="mail", commands=(mail_commands,), jobs=(Job("mail", every_run, send_job),), checks=CHECKS)
