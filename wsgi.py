"""The application for a WSGI server: ``waitress-serve wsgi:app``."""

from attention_point.app import configure_logging, create_app
from attention_point.foundation.private_files import set_private_umask
from attention_point.foundation.settings import read_settings
from attention_point.loading import freeze_loaded_objects

set_private_umask()
configure_logging()
app = create_app(read_settings())
freeze_loaded_objects()
