"""Laws of both children in a world that refuses, loses, doubts and delays."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core import patience, twap
from hydra.core.child_steps import Finish
from hydra.values import ChildKind, ParentEnd, ParentOrder, Purpose, Side, TradingState
from tests.core.books import NOW, D, later, parent, position
from tests.core.venue import Venue


def twap_parent(quantity: int, n: int, rng: random.Random) -> ParentOrder:
    slices = twap.slices(D(quantity), n=n, start=NOW, horizon_s=600.0, jitter=0.2, rng=rng)
    steps = patience.fitted(patience.steps((60.0, 30.0, 15.0)), 600.0 / len(slices) * 0.8)
    return parent(kind=ChildKind.TWAP, quantity=D(quantity), slices=slices, steps=steps, ends_at=later(600))


def urgent_exit(quantity: int) -> ParentOrder:
    return replace(
        parent(quantity=D(quantity)),
        side=Side.SELL,
        purpose=Purpose.EXIT,
        episode="AAPL#1",
        urgent=True,
        steps=patience.urgent_steps(),
        slices=(replace(parent().slices[0], quantity=D(quantity)),),
        ends_at=later(600),
    )


SEEDS = st.integers(0, 10**6)


@given(
    seed=SEEDS,
    quantity=st.integers(1, 60),
    n=st.integers(1, 7),
    trouble=st.sampled_from([0.0, 0.05, 0.2, 0.4]),
)
@settings(deadline=None, max_examples=120)
def test_a_twap_child_always_ends_and_never_exceeds_its_parent(
    seed: int, quantity: int, n: int, trouble: float
) -> None:
    rng = random.Random(seed)
    Venue(parent=twap_parent(quantity, n, rng), rng=rng, trouble=trouble).run()


@given(seed=SEEDS, trouble=st.sampled_from([0.0, 0.05, 0.2, 0.4]))
@settings(deadline=None, max_examples=80)
def test_a_patient_child_always_ends_and_never_exceeds_its_parent(seed: int, trouble: float) -> None:
    Venue(parent=parent(), rng=random.Random(seed), trouble=trouble).run()


@given(seed=SEEDS, quantity=st.integers(1, 100), trouble=st.sampled_from([0.0, 0.05, 0.2]))
@settings(deadline=None, max_examples=60)
def test_an_urgent_exit_always_ends_and_never_exceeds_the_position(
    seed: int, quantity: int, trouble: float
) -> None:
    venue = Venue(parent=urgent_exit(quantity), rng=random.Random(seed), trouble=trouble)
    venue.book.positions = {position().con_id: position(quantity)}
    venue.run()


@given(seed=SEEDS)
@settings(deadline=None, max_examples=30)
def test_where_everything_fills_in_time_the_whole_parent_is_done(seed: int) -> None:
    rng = random.Random(seed)
    venue = Venue(
        parent=twap_parent(20, 4, rng), rng=rng, trouble=0.0, fills=1.0, partial=False, diligence=1.0
    )
    finish = venue.run()
    assert (finish.end, finish.filled, finish.remainder) == (ParentEnd.DONE, D(20), D(0))


@given(seed=SEEDS, steps=st.integers(0, 15))
@settings(deadline=None, max_examples=60)
def test_a_halt_at_any_moment_ends_the_parent_with_nothing_at_work(seed: int, steps: int) -> None:
    rng = random.Random(seed)
    venue = HaltedVenue(parent=twap_parent(40, 4, rng), rng=rng, trouble=0.1, halt_after=steps)
    finish = venue.run()
    expected = {ParentEnd.CANCELLED_BY_OPERATOR, ParentEnd.DONE}
    assert finish.end in expected or venue.steps <= steps + 1


class HaltedVenue(Venue):
    """Halts after so many steps of the child."""

    def __init__(self, *, halt_after: int, **rest: Any) -> None:
        self.halt_after = halt_after
        super().__init__(**rest)

    def happen(self) -> None:
        super().happen()
        if self.steps == self.halt_after + 1:
            self.halt(TradingState.HALTED)


@given(seed=SEEDS)
@settings(deadline=None, max_examples=20)
def test_the_same_seed_makes_the_same_life(seed: int) -> None:
    def live() -> tuple[Finish, int]:
        rng = random.Random(seed)
        venue = Venue(parent=twap_parent(30, 5, rng), rng=rng, trouble=0.2)
        return venue.run(), venue.steps

    assert live() == live()
