"""The service for any WSGI server: `gunicorn wsgi:app`. The environment configures it (docs/configuration.md)."""

from commentsvc.wsgi import app

__all__ = ["app"]
