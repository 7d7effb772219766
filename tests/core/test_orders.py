"""The order table, whole: every state beside every news."""

from __future__ import annotations

import pytest

from hydra.core.orders import ENDED_STATUSES, LIVE_STATUSES, ImpossibleOrderNews, OrderNews, after, can_follow, news_of_end
from hydra.values import OrderState

# One row per state; "-" is a missing row. Columns:
# WRITTEN LIVE DOUBTED | the verdicts FILLED CANCELLED REJECTED NOT_WRITTEN NEVER_REACHED
COLUMNS = tuple(OrderNews)
TABLE = """
INTENDED       WRITTEN   WORKING    UNKNOWN  FILLED  CANCELLED  -         NOT_WRITTEN  -
WRITTEN        WRITTEN   WORKING    UNKNOWN  FILLED  CANCELLED  -         -            -
WORKING        WORKING   WORKING    UNKNOWN  FILLED  CANCELLED  -         -            -
UNKNOWN        UNKNOWN   WORKING    UNKNOWN  FILLED  CANCELLED  REJECTED  NOT_WRITTEN  NEVER_REACHED
FILLED         FILLED    FILLED     -        FILLED  -          -         -            -
CANCELLED      CANCELLED CANCELLED  -        FILLED  CANCELLED  -         -            -
REJECTED       REJECTED  WORKING    -        FILLED  -          -         -            -
NOT_WRITTEN    -         WORKING    -        FILLED  -          -         -            -
NEVER_REACHED  -         WORKING    -        FILLED  -          -         -            -
"""
ROWS = {cells[0]: cells[1:] for cells in (line.split() for line in TABLE.strip().splitlines())}
CASES = [(state, news, ROWS[state][n]) for state in OrderState for n, news in enumerate(COLUMNS)]


@pytest.mark.parametrize(("state", "news", "expected"), CASES)
def test_every_news_in_every_state_has_its_row_or_is_impossible(
    state: OrderState, news: OrderNews, expected: str
) -> None:
    assert (expected != "-") is can_follow(state, news)
    if expected == "-":
        with pytest.raises(ImpossibleOrderNews, match=f"{state} cannot become {news}"):
            after(state, news)
    else:
        assert OrderState(expected) is after(state, news)


def test_only_evidence_of_an_end_ends_an_order() -> None:
    ended = {news for state, news, to in CASES if to != "-" and OrderState(to).is_final and not state.is_final}
    assert {news for news in OrderNews if news.name.startswith("END_")} == ended


def test_a_rejection_or_a_loss_is_only_found_from_doubt() -> None:
    found = {state for state, news, to in CASES if to in ("REJECTED", "NEVER_REACHED") and not state.is_final}
    assert {OrderState.UNKNOWN} == found


@pytest.mark.parametrize("state", [state for state in OrderState if state.is_final])
def test_each_verdict_is_its_own_news(state: OrderState) -> None:
    assert OrderNews[f"END_{state}"] is news_of_end(state.value)


def test_no_status_is_both_alive_and_ended() -> None:
    assert LIVE_STATUSES.isdisjoint(ENDED_STATUSES)
    assert "Inactive" not in LIVE_STATUSES | ENDED_STATUSES
