"""The WSGI application for servers: `granian --interface wsgi commentsvc.wsgi:app`."""

import gc

from . import create_app

app = create_app()
gc.freeze()  # what stands by now stays: no collection during a request has to look through it again
