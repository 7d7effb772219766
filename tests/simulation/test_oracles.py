"""Tests of hydra/simulation/oracles.py: one true story, bent in one place at a time, breaks exactly one law."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hydra.config import Config
from hydra.core.book import Book
from hydra.gateway.ledger import ledger_of
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.messages.decisions import OrderIntended, SignalEnded
from hydra.messages.facts import ExecutionReported
from hydra.simulation.oracles import broken_laws
from tests.simulation.worlds import BUSY, begun, plan

Ledger = dict[str, Any]
Story = tuple[list[StoredEvent], Ledger]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """An hour of trading, ended in order."""
    with begun(plan(tmp_path_factory.mktemp("story"), config=Config.model_validate(BUSY))) as simulated:
        simulated.world.run_for(3600)
        simulated.desk.stop(leave_orders=False, reason="enough")
        with JournalReader(simulated.journal_path) as reader:
            return list(reader.fold()), ledger_of(simulated.venue.store)


def laws(recorded: list[StoredEvent], ledger: Ledger) -> tuple[str, ...]:
    book = Book()
    for stored in recorded:
        book.apply(stored.seq, stored.at, stored.event)
    return broken_laws((stored.event for stored in recorded), book, ledger)


def test_a_true_story_breaks_no_law(story: Story) -> None:
    assert () == laws(*story)


def _order_twice(ledger: Ledger) -> None:
    ledger["orders"].append(ledger["orders"][0])


def _order_of_nobody(ledger: Ledger) -> None:
    ledger["orders"].append({**ledger["orders"][0], "order_ref": ""})


def _fill_unknown(ledger: Ledger) -> None:
    ledger["executions"].append({**ledger["executions"][0], "exec_id": "0001.ff.01.01", "quantity": "0"})


def _fill_at_another_price(ledger: Ledger) -> None:
    ledger["executions"][0]["price"] = "1"


def _fill_never_made(ledger: Ledger) -> None:
    del ledger["executions"][0]


def _position_off_by_one(ledger: Ledger) -> None:
    ledger["positions"] = [{"symbol": "IBM", "quantity": "1"}, *ledger["positions"]]


def _cash_off_by_two_cents(ledger: Ledger) -> None:
    ledger["cash"] = f"{float(ledger['cash']) + 0.02:.4f}"


@pytest.mark.parametrize(
    ("bend", "law", "words"),
    [
        (_order_twice, "S1", "reached the gateway 2 times"),
        (_order_of_nobody, "S7", "order (no orderRef) is at the gateway without an intent"),
        (_fill_unknown, "S7", "execution 0001.ff.01.01"),
        (_fill_at_another_price, "S2", "in the journal"),
        (_fill_never_made, "S2", "the gateway never made it"),
        (_position_off_by_one, "S3", "IBM: journal 0, gateway 1"),
        (_cash_off_by_two_cents, "S16", "cash: journal"),
    ],
)
def test_a_ledger_that_tells_it_otherwise_breaks_its_law(
    story: Story, bend: Callable[[Ledger], None], law: str, words: str
) -> None:
    recorded, ledger = story
    bent = copy.deepcopy(ledger)
    bend(bent)
    (broken,) = laws(recorded, bent)
    assert broken.startswith(f"{law}: ")
    assert words in broken


def test_a_parent_filled_beyond_its_quantity_is_named_with_both_figures(story: Story) -> None:
    recorded, ledger = story
    (first, *others) = ledger["executions"]
    more = f"{int(first['quantity']) + 100_000}"
    broken = laws(recorded, {**ledger, "executions": [{**first, "quantity": more}, *others]})
    assert ["S2", "S6"] == sorted({law.partition(":")[0] for law in broken})


@pytest.mark.parametrize("ends", [0, 2])
def test_a_signal_ends_exactly_once(story: Story, ends: int) -> None:
    recorded, ledger = story
    last = [stored for stored in recorded if isinstance(stored.event, SignalEnded)][-1]
    events = [stored.event for stored in recorded if stored is not last] + [last.event] * ends
    book = Book()
    for stored in recorded:
        book.apply(stored.seq, stored.at, stored.event)
    assert isinstance(last.event, SignalEnded)
    assert (f"L3: signal {last.event.signal_id} has {ends} ends",) == broken_laws(events, book, ledger)


def test_the_story_has_something_of_everything(story: Story) -> None:
    """Else the laws above would hold for nothing."""
    told = {type(stored.event) for stored in story[0]}
    assert {OrderIntended, ExecutionReported, SignalEnded} <= told
