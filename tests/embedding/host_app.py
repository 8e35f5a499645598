"""A newspaper's own Flask application, with the comment service inside it.

It has its own database object with a table called `comment`, its own sign-in, its own templates and error page.
"""

from pathlib import Path

from flask import Flask, render_template, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

from commentsvc import CommentService

db = SQLAlchemy()
login_manager = LoginManager()
comments = CommentService(url_prefix="/comments")


class Comment(db.Model):
    """What the newspaper's editors note beside an article; nothing to do with readers' comments."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Subscriber(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


@login_manager.user_loader
def subscriber(id: str) -> Subscriber:
    return Subscriber(id)


def create_app(**configuration: str) -> Flask:
    """The application factory."""
    app = Flask(
        __name__, template_folder=str(Path(__file__).parent / "templates"), instance_path=configuration.pop("instance")
    )
    app.config.update(SECRET_KEY="of the host: 5jXn0rVYt3qkZ8bQm1Lw", **configuration)
    db.init_app(app)
    login_manager.init_app(app)
    comments.init_app(app)

    @app.get("/news/<story>")
    def article(story: str) -> str:
        return render_template("article.html", story=story)

    @app.post("/notes/<text>")
    def note(text: str) -> dict[str, int]:
        db.session.add(Comment(text=text))
        db.session.commit()
        return {"notes": db.session.query(Comment).count()}

    @app.post("/subscribe")
    def subscribe() -> str:
        login_user(Subscriber("7"))
        session["colour"] = "green"
        return "welcome"

    @app.get("/me")
    def me() -> dict[str, str]:
        return {"id": current_user.get_id() or "", "colour": session.get("colour", "")}

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("of the host")

    @app.errorhandler(404)
    def not_found(_error: Exception) -> tuple[str, int]:
        return "This page is not in the paper.", 404

    @app.errorhandler(RuntimeError)
    def failed(_error: Exception) -> tuple[str, int]:
        return "The press has stopped.", 500

    return app
