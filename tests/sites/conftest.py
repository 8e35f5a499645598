"""Two newspapers without their staff."""

import pytest

from tests.cast import Newsroom


@pytest.fixture
def herald(newsroom: Newsroom) -> str:
    newsroom.site("gazette")
    return newsroom.site("herald")
