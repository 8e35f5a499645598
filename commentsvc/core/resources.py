"""Where the folders are that are not Python: templates and migrations."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The folder `name`: inside the package once installed, beside it in a checkout.

    Raises FileNotFoundError when it is in neither place, which means a broken installation.
    """
    for place in (PACKAGE / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"The installation lacks its folder {name!r}.")
