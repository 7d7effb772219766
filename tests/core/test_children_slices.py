"""What a TWAP child does with its slices."""

import pytest

from hydra.core.child_steps import Cancel, Place, Wait
from hydra.values import (
    OrderState,
)
from tests.core.books import NOW, D, book, later
from tests.core.child_cases import TWAP, attempt, cancelled, step

SLICE_QUANTITIES = [
    ("the first slice", 0, (), 3),
    ("the second after a filled first", 60, ((1, 3),), 3),
    ("carries what the first left", 60, ((1, 1),), 5),
    ("catches up at most twice its size", 120, ((1, 0), (2, 0)), 6),
    ("the last ones catch up too", 240, ((1, 3), (2, 3), (3, 0), (4, 2)), 4),
]


@pytest.mark.parametrize(("name", "at_s", "fills", "quantity"), SLICE_QUANTITIES)
def test_a_slice_asks_for_its_part_and_what_was_left(
    name: str, at_s: float, fills: tuple[tuple[int, int], ...], quantity: int
) -> None:
    orders = tuple(
        cancelled(1, slice_n=slice_n, quantity=3, filled=D(filled), paid=D(filled))
        for slice_n, filled in fills
    )
    placed = step(book(*orders, parents=(TWAP,)), later(at_s))
    assert isinstance(placed, Place)
    assert placed.quantity == quantity


def test_a_slice_whose_time_is_over_is_cancelled_before_the_next_begins() -> None:
    late = attempt(1, quantity=3, intended_at=later(59))
    assert step(book(late, parents=(TWAP,)), later(60)) == Cancel(
        order_ref="s1.1.1", broker_order_id=101, reason="slice 2 is due"
    )


def test_an_unknown_order_blocks_its_slice_and_counts_in_the_next() -> None:
    unknown = attempt(1, quantity=3, state=OrderState.UNKNOWN)
    made = book(unknown, parents=(TWAP,))
    assert isinstance(step(made, later(30)), Wait)
    placed = step(made, later(60))
    assert isinstance(placed, Place)
    assert (placed.slice_n, placed.quantity) == (2, D(3))


def test_an_order_found_again_beside_a_working_one_is_cancelled_too() -> None:
    asked = attempt(1, quantity=3, cancel_sent_at=later(60))
    second = attempt(1, slice_n=2, quantity=3, intended_at=later(60), cancel_sent_at=None)
    late = step(book(asked, second, parents=(TWAP,)), later(89))
    assert late == Cancel(
        order_ref="s1.2.1", broker_order_id=201, reason="slice 2 is due; its 28.6 s are over"
    )


def test_a_done_slice_waits_for_the_next() -> None:
    done = attempt(1, quantity=3, state=OrderState.FILLED, filled=D(3), paid=D(300))
    assert step(book(done, parents=(TWAP,)), later(20)) == Wait(until=later(60), why="slice 1 is done")


def test_before_the_first_slice_is_due_a_child_waits() -> None:
    assert step(book(parents=(TWAP,)), later(-1)) == Wait(until=NOW, why="the first slice is not due")


def test_what_a_slice_already_filled_counts_in_its_catching_up() -> None:
    missed = (cancelled(1, quantity=3), cancelled(1, slice_n=2, quantity=3))
    here = cancelled(1, slice_n=3, quantity=6, filled=D(4), paid=D(4))
    placed = step(book(*missed, here, parents=(TWAP,)), later(120))
    assert isinstance(placed, Place)
    assert placed.quantity == 2


def test_the_last_slice_waits_for_what_is_unknown_in_an_earlier_one() -> None:
    unknown = attempt(1, quantity=3, state=OrderState.UNKNOWN)
    rest = tuple(
        cancelled(1, slice_n=n, quantity=size, filled=D(size), paid=D(1), state=OrderState.FILLED)
        for n, size in ((2, 3), (3, 3), (4, 2), (5, 2))
    )
    made = book(unknown, *rest, parents=(TWAP,))
    assert step(made, later(250)) == Wait(until=later(300), why="s1.1.1 is UNKNOWN")
