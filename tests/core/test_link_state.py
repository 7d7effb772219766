"""Tests of hydra/core/link_state.py."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from hydra.core.link_state import TABLE, ImpossibleLinkNews, LinkNews, after, closed
from hydra.values import LinkState

S, N = LinkState, LinkNews
OPEN_STATES = (S.SYNCING, S.READY, S.DEGRADED)


def pairs(states: tuple[LinkState, ...], news: tuple[LinkNews, ...]) -> Iterator[tuple[LinkState, LinkNews]]:
    return product(states, news)


def test_the_table_is_whole_for_an_open_socket() -> None:
    heard = (N.IB_LOST, N.IB_RESTORED, N.LISTED, N.CLOSED, N.CLOSED_IN_MAINTENANCE)
    missing = [pair for pair in pairs(OPEN_STATES, heard) if pair not in TABLE]
    assert missing == []


def test_only_a_complete_listing_makes_a_link_ready() -> None:
    assert {news for (_, news), state in TABLE.items() if state is S.READY} == {N.LISTED}


def test_whoever_loses_ib_needs_a_listing_before_it_is_ready_again() -> None:
    state = after(S.READY, N.IB_LOST)
    assert state is S.DEGRADED
    assert after(state, N.LISTED) is S.DEGRADED
    state = after(state, N.IB_RESTORED)
    assert state is S.SYNCING
    assert after(state, N.LISTED) is S.READY


def test_in_the_maintenance_window_a_closed_link_is_suspended_and_outside_it_is_down() -> None:
    for state in OPEN_STATES:
        assert after(state, closed(in_maintenance=True)) is S.SUSPENDED
        assert after(state, closed(in_maintenance=False)) is S.DISCONNECTED


def test_a_suspended_link_connects_again_when_the_window_is_over() -> None:
    assert after(S.SUSPENDED, N.DIALLED) is S.SUSPENDED
    assert after(S.SUSPENDED, closed(in_maintenance=True)) is S.SUSPENDED
    assert after(S.SUSPENDED, closed(in_maintenance=False)) is S.CONNECTING


def test_a_refused_link_never_moves_again() -> None:
    assert not [pair for pair in TABLE if pair[0] is S.FAILED]


@pytest.mark.parametrize(("state", "news"), [(S.FAILED, N.DIALLED), (S.READY, N.REFUSED), (S.DISCONNECTED, N.LISTED)])
def test_a_missing_row_is_an_error_that_names_it(state: LinkState, news: LinkNews) -> None:
    with pytest.raises(ImpossibleLinkNews, match=f"{state} cannot hear {news}"):
        after(state, news)
