"""The first page of a journal: what the account held when hydra began to keep its books.

A journal begins on a flat account without orders, or with what the operator's policy says of the positions found there.
"""

from __future__ import annotations

from hydra.core.book import Book
from hydra.core.comparison import foreign_position, judges_cash
from hydra.core.effects import EffectsOf
from hydra.core.sides import found_in
from hydra.messages.decisions import OpeningBalance
from hydra.messages.sync import BrokerSnapshot


def open_books(book: Book, snapshot: BrokerSnapshot, foreign: str) -> EffectsOf[bool]:
    """Record the opening balance; False while the account is too busy, or states no cash, to begin from."""
    cash = snapshot.figures.cash
    if cash is None or not judges_cash(snapshot):
        return False
    held = tuple(line for line in snapshot.positions if line.quantity != 0)
    yield OpeningBalance(
        cash=cash,
        adopted=held if foreign == "adopt" else (),
        ignored=held if foreign == "ignore" else (),
        by="hydra" if not held else f"policy foreign_positions = {foreign}",
    )
    if foreign == "pause":
        for line in held:
            yield found_in(book, foreign_position(book, line), snapshot)
    return True
