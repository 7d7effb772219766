"""How a parent's end becomes its signal's."""

import pytest

from hydra.core.signals import ENDS, end_of
from hydra.messages.decisions import ParentEnded, SignalEnded
from hydra.values import ParentEnd, SignalEnd
from tests.core.books import D


def ended(end: ParentEnd, filled: int) -> ParentEnded:
    average = D(100) if filled else None
    return ParentEnded(
        parent_ref="s1",
        end=end,
        filled=D(filled),
        remainder=D(100 - filled),
        average_price=average,
        reason="why",
    )


UNFILLED = [
    (ParentEnd.EXPIRED, SignalEnd.EXPIRED),
    (ParentEnd.CANCELLED_BY_OPERATOR, SignalEnd.CANCELLED_BY_OPERATOR),
    (ParentEnd.REFUSED, SignalEnd.REJECTED_BY_LIMIT),
    (ParentEnd.REJECTED_BY_BROKER, SignalEnd.REJECTED_BY_BROKER),
    (ParentEnd.ROUTING_FAILED, SignalEnd.ROUTING_FAILED),
    (ParentEnd.UNRESOLVED, SignalEnd.UNRESOLVED),
]


@pytest.mark.parametrize(("parent_end", "signal_end"), UNFILLED)
def test_an_unfilled_parent_ends_its_signal_by_its_cause(
    parent_end: ParentEnd, signal_end: SignalEnd
) -> None:
    assert end_of(ended(parent_end, 0)).end is signal_end


@pytest.mark.parametrize("parent_end", [end for end in ParentEnd if end is not ParentEnd.UNRESOLVED])
def test_anything_filled_is_executed_with_its_quantity(parent_end: ParentEnd) -> None:
    assert end_of(ended(parent_end, 40)) == SignalEnded(
        signal_id="s1",
        end=SignalEnd.EXECUTED,
        filled=D(40),
        average_price=D(100),
        reason=f"40 of 100: {parent_end}: why",
    )


def test_what_nobody_can_say_stays_unresolved_even_if_something_filled() -> None:
    assert end_of(ended(ParentEnd.UNRESOLVED, 40)).end is SignalEnd.UNRESOLVED


def test_every_end_of_a_parent_has_one() -> None:
    assert set(ENDS) == set(ParentEnd)
