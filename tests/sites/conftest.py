"""Two newspapers without their staff."""

import pytest

from tests.cast import Newsroom
from tests.scenes import scene


@pytest.fixture
def herald(newsroom: Newsroom) -> str:
    return scene(newsroom, _two_papers)


def _two_papers(newsroom: Newsroom) -> str:
    newsroom.site("gazette")
    return newsroom.site("herald")
