"""The Flask extensions of the service."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from .core.database import db
from .core.limits import limiter

__all__ = ["csrf", "db", "limiter", "login_manager", "migrate"]

csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()
