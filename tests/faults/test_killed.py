"""Kill -9 while readers write: nothing acknowledged is missing, nothing is doubled, and it serves again soon.

A hundred kills are a script: `python -m tests.soak.kills`.
"""

import random
import statistics
import time

import pytest

from tests.faults.conftest import ON_BOTH, Place, Writers, ended

pytestmark = pytest.mark.faults

SOON = 3.0  # seconds from a start to the first answer


def killed_again_and_again(
    place: Place, kills: int, *, clients: int = 8, a_second: int = 50, seed: int = 7
) -> list[float]:
    """Posting goes on while the server is killed so often. Fails if anything is lost.

    Returns the seconds each start took, the first of them without a kill before it.
    """
    dice, server = random.Random(seed), place.server()
    with ended(server):
        starts = [server.start()]
        with Writers(server, count=clients, pause=clients / a_second) as writers:
            for _ in range(kills):
                writers.wait_for(5)
                time.sleep(dice.uniform(0, 0.3))
                server.kill()
                starts.append(server.start())
            writers.wait_for(10)
        server.stop()
    assert writers.refused == [], writers.refused[:3]
    assert set(writers.acknowledged.values()) <= place.ids()
    assert len(set(writers.acknowledged.values())) == len(writers.acknowledged)
    texts = place.texts()
    assert len(texts) == len(set(texts))
    assert place.is_whole()
    return starts


@ON_BOTH
def test_what_was_acknowledged_outlives_kills(place):
    calm, *after = killed_again_and_again(place, 5)
    assert statistics.median(after) < max(SOON, 1.5 * calm)  # on a busy machine every start is slow
