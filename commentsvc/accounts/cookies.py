"""The session cookie belongs to the staff's pages; everywhere else there is none, by construction."""

import re

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

STAFF_PAGES = re.compile(r"^/(login|logout|desk|admin)(/|$)")


class StaffSessions(SecureCookieSessionInterface):
    """Opens a session for the staff's pages only: nothing a reader gets can depend on a cookie or set one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if STAFF_PAGES.match(request.path) else None
