"""Each reason for which the journal does not commit a permitted order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hydra.core.committing import objections
from hydra.messages.commands import CommitOrder
from tests.core.books import NOW, book, later, want
from tests.core.telling import commit

SYNCS = {"risk": 1, "router/s1": 1}
GOOD = commit(as_of_seq=50)


def said(message: CommitOrder = GOOD, syncs: dict[str, int] = SYNCS, now_s: float = 0, **changes: Any) -> str:
    made = book()
    for name, value in changes.items():
        setattr(made, name, value)
    return "; ".join(objections(message, book=made, syncs=syncs, now=later(now_s)))


def test_nothing_speaks_against_a_permitted_order_of_a_live_session() -> None:
    assert "" == said()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (said(session_live=False), "no session with the broker is live"),
        (said(parents={}), "parent s1 is not open"),
        (said(now_s=31), "the wish was valid until 15:00:30, now it is 15:00:31"),
        (said(now_s=10), "expired"),
        (said(syncs={"risk": 1}), "router/s1 has synchronised again"),
        (said(syncs={"risk": 1, "router/s1": 2}), "its sync was 1"),
        (said(syncs={"risk": 2, "router/s1": 1}), "risk's sync 1, current is 2"),
        (said(syncs={"router/s1": 1}), "current is -1"),
        (said(gate_seq=51), "changed at 51"),
        (said(replace(GOOD, want=want(99))), "content"),
        (said(replace(GOOD, want=want(order_ref="s1.1.2"))), "for order s1.1.1"),
    ],
)
def test_an_order_is_refused(sentence: str, expected: str) -> None:
    assert expected in sentence


def test_all_reasons_are_told() -> None:
    assert 3 == len(objections(GOOD, book=book(), syncs={}, now=NOW.replace(hour=16)))
