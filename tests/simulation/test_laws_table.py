"""Tests of hydra/simulation/laws/table.py and judging.py: the table is whole, and a true story breaks no law."""

from __future__ import annotations

import pytest

from hydra.messages.decisions import OrderIntended, ReconciliationDone, SignalEnded
from hydra.messages.facts import ExecutionReported
from hydra.simulation.laws.judging import broken_laws
from hydra.simulation.laws.otp import What
from hydra.simulation.laws.table import LAWS
from hydra.values import ChildKind, Purpose
from tests.simulation.heard import book_of, hearing

HELD_ELSEWHERE = ["S15"]
"""Over source text, by tests/test_architecture.py."""


def test_every_law_of_the_catalogue_has_a_row() -> None:
    safety = [f"S{n}" for n in range(1, 17) if f"S{n}" not in HELD_ELSEWHERE]
    assert [*safety, *(f"L{n}" for n in range(1, 9))] == list(LAWS)


@pytest.mark.parametrize("law_id", LAWS)
def test_a_law_is_a_sentence_under_its_own_number(law_id: str) -> None:
    law = LAWS[law_id]
    assert (law.judge.__doc__ or "").startswith(f"{law_id}: ")
    assert law.sentence.endswith(".")
    assert not law.sentence.startswith(law_id)


@pytest.mark.parametrize("law_id", LAWS)
def test_a_law_is_silent_about_a_true_story(law_id: str) -> None:
    assert [] == hearing().told(law_id)


def test_journal_and_ledger_alone_break_no_law_either() -> None:
    heard = hearing()
    assert () == broken_laws(heard.recorded, book_of(heard.recorded), heard.ledger, heard.config)


def test_broken_laws_are_told_in_the_order_of_their_numbers() -> None:
    heard = hearing()
    (first, *others) = heard.ledger["executions"]
    ledger = {**heard.ledger, "executions": others, "orders": [*heard.ledger["orders"], heard.ledger["orders"][0]]}
    told = broken_laws(heard.recorded, book_of(heard.recorded), ledger)
    assert ["S1", "S2", "S6", "S16"] == list(dict.fromkeys(text.partition(":")[0] for text in told))
    assert f"S2: execution {first['exec_id']} is in the journal, but the gateway never made it" in told


def test_the_true_story_has_something_of_everything() -> None:
    """Else the laws would be silent for nothing."""
    evidence = hearing().evidence
    told = {type(stored.event) for stored in hearing().recorded}
    assert {OrderIntended, ExecutionReported, SignalEnded, ReconciliationDone} <= told
    assert {Purpose.OPEN, Purpose.EXIT} <= {known.intent.want.purpose for known in evidence.intents.values()}
    assert {ChildKind.TWAP, ChildKind.PATIENCE} == {parent.kind for parent in evidence.story.parents.values()}
    (process,) = evidence.processes
    assert len(evidence.truth.orders) == len(process.orders) > 50
    assert {What.LAUNCHED, What.STARTED, What.ENDED, What.RESTARTING, What.TOLD_TO_END} <= {
        one.what for one in process.happened
    }
    assert process.rest is not None and evidence.replays and 2 == evidence.story.live_session + len(evidence.story.sessions)
