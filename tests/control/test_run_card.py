"""The card a run leaves beside its journal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hydra.control.run_card import CardClock, RunCard, card_path, read_card, remove_card, write_card
from hydra.errors import HydraError

CARD = RunCard(pid=5, host="127.0.0.1", port=4002, client_id=7, account="", embedded=True)


def test_a_card_is_read_as_it_was_written_until_it_is_removed(tmp_path: Path) -> None:
    journal = tmp_path / "hydra.db"
    assert read_card(journal) is None
    write_card(journal, CARD)
    assert CARD == read_card(journal)
    followed = replace(CARD, clock=CardClock(market_us=2, wall_us=1, speed=60.0))
    write_card(journal, followed)
    assert followed == read_card(journal)
    assert [tmp_path / "hydra.db.run"] == list(tmp_path.iterdir())
    remove_card(journal)
    remove_card(journal)
    assert read_card(journal) is None


def test_a_card_that_cannot_be_read_is_an_error_and_not_no_card(tmp_path: Path) -> None:
    card_path(tmp_path / "hydra.db").write_text("{}")
    with pytest.raises(HydraError, match=r"hydra\.db\.run cannot be read: Object missing required field `pid`"):
        read_card(tmp_path / "hydra.db")
