"""`commentsvc demo`: migrate, fill, print where to look, serve."""

import os
from dataclasses import replace
from pathlib import Path

import click

from .. import create_app
from ..config import PREFIX, ensure_secret, read_settings
from ..schema import upgrade
from ..server import ensure_free, serve
from . import newsroom


def run(*, host: str, port: int, data: Path) -> None:
    """The main job in one command. A second start on the same folder keeps what is there."""
    ensure_free(host, port)
    # A demo is a world of its own: what is configured for a real installation must not reach it, neither by the
    # environment nor by a `.env` file in the folder it is started in. The server's worker is another process and
    # is told by the environment.
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ[f"{PREFIX}DATA_DIR"] = str(data.resolve())
    os.environ[f"{PREFIX}BASE_URL"] = f"http://{host}:{port}"  # the letters that are shown have links that work
    ensure_secret(data)
    prepare(data, f"http://{host}:{port}")
    serve(host=host, port=port, target="commentsvc.demo.wsgi:app", with_worker=True)


def prepare(data: Path, address: str) -> None:
    """Fill the folder on its first use and say where to look."""
    app = create_app(replace(read_settings(data_dir=data, dotenv=False), demo=True))
    with app.app_context():
        upgrade()
        newsroom.fill(address)
        click.echo(newsroom.where_to_look(address))
