"""The named slice of the recovery matrix with real processes: SIGKILL at a point of an order, the embedded gateway gone with
it, and a next run that finds journal and gateway as they were on disk.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from hydra.core.book import Book
from hydra.journal.reading import JournalReader
from hydra.messages.decisions import RunStarted
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.story import story_of
from hydra.simulation.laws.truth import truth_of
from hydra.simulation.recovery.counting import Counts, judged
from tests.drills.processes import HYDRA, Place

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
POINTS = {
    "after intent": ("after", "OrderIntended"),
    "sent unacknowledged": ("before", "OrderWritten"),
    "filled": ("before", "ExecutionReported"),
    "cancel sent": ("before", "CancelSent"),
}
"""The commit of the journal at which the process dies: what it would have recorded has happened, and is recorded nowhere."""


def counted(place: Place) -> Counts:
    """What journal and ledger of a run that has ended make of the six counts."""
    with JournalReader(place.journal) as reader:
        story = story_of(reader.fold())
    book = Book()
    for stored in place.stored():
        book.apply(stored.seq, stored.at, stored.event)
    ledger = place.ledger()
    return judged(Evidence(story=story, book=book, truth=truth_of(ledger)), ledger).counts


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_with_an_order_at_this_point_loses_doubles_and_invents_nothing(place: Place, point: str) -> None:
    place.restless().launcher = (sys.executable, "-m", "tests.drills.sudden_death", *POINTS[point])
    first = place.start("run", PYTHONPATH=os.fspath(ROOT))
    assert -signal.SIGKILL == first.wait(), first.said()
    place.launcher = HYDRA
    later = place.start("run", "--json")
    later.until_traded(1)
    assert 0 == later.end(), later.said()
    assert (Counts(), ()) == (counted(place), place.broken())
    assert 2 == place.count(RunStarted)
