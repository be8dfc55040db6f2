"""The application for a WSGI server: ``waitress-serve wsgi:app``."""

from attention_point.app import create_app, keep_loaded, log_to_stderr
from attention_point.foundation.private_files import take_umask
from attention_point.foundation.settings import from_environment

take_umask()
log_to_stderr()
app = create_app(from_environment())
keep_loaded()
