"""The demo as a WSGI application."""

from dataclasses import replace

from .. import create_app
from ..config import read_settings

app = create_app(replace(read_settings(dotenv=False), demo=True))
