"""Every way an order can be caught by a death: nothing is lost, nothing is doubled, nothing is invented.

Here runs a slice of the matrix that covers each pair of point, action and victim; `hydra bench recovery` runs all of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

import hydra.core.judging as judging
from hydra.core.reconciling import Reconciling
from hydra.messages.base import Event
from hydra.messages.decisions import OrderEnded
from hydra.records import OrderRecord
from hydra.simulation.recovery.cells import (
    ACTIONS,
    OF_THE_ORDER,
    POINTS,
    REASONS,
    STOPS,
    VICTIMS,
    Action,
    Cell,
    Point,
    Victim,
    chosen_slice,
    every_cell,
    impossible,
    possible_cells,
)
from hydra.simulation.recovery.counting import Counts
from hydra.simulation.recovery.outcome import DramaFailed
from hydra.simulation.recovery.playing import lived, play
from hydra.values import ZERO, ChildKind, CompletedOrderLine, Difference, OrderState
from tests.simulation import mutants
from tests.simulation.mutants import Break

ROOT = Path(__file__).parents[2]
SLICE = [
    pytest.param(tuple(cells), id=f"{point} / {action}".replace(" ", "-"))
    for (point, action), cells in groupby(chosen_slice(), lambda cell: (cell.point, cell.action))
]


def cell(point: Point, action: Action, victim: Victim) -> Cell:
    return Cell(point=point, action=action, victim=victim)


@pytest.mark.parametrize("cells", SLICE)
def test_a_death_loses_doubles_and_invents_nothing(cells: tuple[Cell, ...]) -> None:
    assert [] == [(str(one), wrong) for one in cells for wrong in lived(one).wrong]


def test_what_is_not_run_has_a_reason_and_every_reason_is_needed() -> None:
    cells = list(every_cell())
    assert len(POINTS) * len(ACTIONS) * len(VICTIMS) == len(set(cells)) == 729
    reasons = Counter(impossible(one) for one in cells)
    assert {reason.sentence for reason in REASONS} | {""} == set(reasons)
    assert reasons[""] == len(possible_cells()) == 540


def test_the_slice_has_each_pair_of_point_action_and_victim_and_both_kinds_of_children() -> None:
    for pair_of in (
        lambda one: (one.point, one.action),
        lambda one: (one.action, one.victim),
        lambda one: (one.victim, one.point),
    ):
        could, does = Counter(map(pair_of, possible_cells())), Counter(map(pair_of, chosen_slice()))
        assert set() == {pair for pair, count in could.items() if count > 5} - set(does)
    assert {ChildKind.PATIENCE, ChildKind.TWAP} == {one.kind for one in chosen_slice()}
    for axis in ("point", "action", "victim"):
        assert min(Counter(getattr(one, axis) for one in chosen_slice()).values()) >= 12


@pytest.mark.parametrize("point", STOPS)
@pytest.mark.parametrize("victim", VICTIMS)
def test_an_order_reaches_the_venue_unless_this_death_takes_it_with_it(point: Point, victim: Victim) -> None:
    assert play(cell(point, "nothing", victim)).reached_venue is (victim not in STOPS[point])


def test_the_venue_cannot_act_on_an_order_that_never_comes() -> None:
    for action in OF_THE_ORDER[:3]:
        with pytest.raises(DramaFailed, match="the venue found nothing to do this to"):
            play(cell("after intent", action, "link"))


def test_a_cell_that_did_not_happen_is_wrong() -> None:
    failed = lived(cell("modify sent", "nothing", "risk"))
    assert None is failed.recovery_s
    assert ("modify sent / nothing / risk: no order came to this point within 60 s",) == failed.wrong


def test_what_a_person_trades_ends_in_a_pause_over_a_true_difference() -> None:
    paused = play(cell("acknowledged", "manual counter-trade", "process"))
    assert ("PAUSED", Counts(), ()) == (paused.trading, paused.counts, paused.wrong)
    assert paused.recovery_s is not None


# ---- rules taken away: each count is one that can be other than zero


def fills_of_listings_ignored(patch: pytest.MonkeyPatch) -> None:
    """A fill that was not heard live is not recorded."""
    repair = Reconciling._repair
    patch.setattr(Reconciling, "_repair", lambda mind, snapshot: repair(mind, replace(snapshot, executions=())))


def cancelled_called_rejected(patch: pytest.MonkeyPatch) -> None:
    """An order that a listing shows as cancelled was rejected."""

    def ended(order: OrderRecord, state: OrderState, evidence: str) -> OrderEnded:
        state = OrderState.REJECTED if state is OrderState.CANCELLED else state
        return OrderEnded(order_ref=order.order_ref, state=state.value, filled=order.filled, evidence=evidence)

    patch.setattr(judging, "ended", ended)


def filled_means_whole(patch: pytest.MonkeyPatch) -> None:
    """A listing that says Filled means all that was wanted, whatever was corrected since."""
    completed = judging._completed

    def whole(order: OrderRecord, line: CompletedOrderLine) -> Event | Difference | None:
        return completed(order, replace(line, filled=ZERO) if line.status == "Filled" else line)

    patch.setattr(judging, "_completed", whole)


CAUGHT: list[tuple[Break, Cell, str]] = [
    (mutants.resends_after_restart, cell("acknowledged", "fill", "child"), "duplicates"),
    (fills_of_listings_ignored, cell("acknowledged", "fill", "link"), "lost_fills"),
    (mutants.no_dedupe_by_exec_id, cell("partly filled", "nothing", "link"), "doubled_fills"),
    (mutants.correction_added, cell("acknowledged", "fill then correct", "risk"), "doubled_fills"),
    (mutants.no_write_ahead, cell("before intent", "nothing", "journal"), "invented_orders"),
    (cancelled_called_rejected, cell("acknowledged", "cancel", "process"), "wrong_terminal"),
    # A correction that came while the line was down left an order without an end, and its signal, behind a difference that
    # was none: the completed order said 26 filled, and so did the executions.
    (filled_means_whole, cell("acknowledged", "fill then correct", "link"), "endless_signals"),
]


@pytest.mark.parametrize(("broken", "caught", "count"), CAUGHT, ids=[one[0].__name__ for one in CAUGHT])
def test_a_rule_that_is_taken_away_is_missed_in_a_cell(broken: Break, caught: Cell, count: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        found = lived(caught)
    assert getattr(found.counts, count) > 0, f"nothing shows that {broken.__doc__}: {found}"
    assert () == lived(caught).wrong


# ---- the same cell, the same result


def digests(*cells: Cell) -> list[str]:
    return [lived(one).digest for one in cells]


@pytest.mark.parametrize("hash_seed", [1, 2])
def test_a_cell_is_the_same_in_any_process(hash_seed: int) -> None:
    cells = [cell("cancel sent", "fill", "router"), cell("sent unacknowledged", "restart", "process")]
    script = (
        "import json, sys; from hydra.simulation.recovery.cells import Cell; "
        "from hydra.simulation.recovery.playing import lived; "
        "print(json.dumps([lived(Cell(**one)).digest for one in json.loads(sys.argv[1])]))"
    )
    names = [{"point": one.point, "action": one.action, "victim": one.victim} for one in cells]
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(names)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert digests(*cells) == json.loads(done.stdout.splitlines()[-1])
