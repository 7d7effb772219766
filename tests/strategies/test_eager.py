"""The strategy of the restart bench."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hydra.strategies.eager import Eager
from hydra.strategies.strategy import StrategyUnusable, StrategyView
from tests.core.books import HOURS, NOW, quote, signal

VIEW = StrategyView(now=NOW, session=HOURS[0], positions={}, open_signals=())


def eager(wishes: int) -> Eager:
    return Eager("eager", ("AAPL",), {"wishes": wishes}, random.Random(1))


def test_it_wishes_everything_at_the_first_quote_of_an_open_session_beside_what_an_earlier_process_left() -> None:
    one = eager(3)
    left = replace(VIEW, open_signals=(signal(signal_id="old"),))
    assert [] == one.on_quote(quote(), replace(left, session=None))
    assert [1, 1, 1] == [wish.quantity for wish in one.on_quote(quote(), left)]


def test_while_one_of_its_wishes_is_open_it_wishes_nothing_and_once_all_were_refused_it_tries_again() -> None:
    one = eager(1)
    one.on_quote(quote(), VIEW)
    assert [] == one.on_quote(quote(), replace(VIEW, open_signals=(signal(signal_id="mine"),)))
    assert 1 == len(one.on_quote(quote(), VIEW))


def test_its_number_of_wishes_is_bounded() -> None:
    with pytest.raises(StrategyUnusable, match="wishes = 101: expected a whole number from 1 to 100"):
        eager(101)
