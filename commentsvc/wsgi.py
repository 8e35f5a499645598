"""The WSGI application for servers: `granian --interface wsgi commentsvc.wsgi:app`."""

from . import create_app

app = create_app()
