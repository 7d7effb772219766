"""A book that travelled as an image behaves as the one that stayed."""

from __future__ import annotations

import random
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.book import Book
from hydra.core.book_state import BookState
from hydra.journal.codec import decode, encode
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.records import BookImage
from hydra.values import OrderState, Side
from tests.core.books import AAPL, D, book, later, order, want
from tests.core.paper_journal import PaperJournal, sync, trading
from tests.core.telling import commission, commit, fill, position_line, session_closed, session_opened, status, written

SEEDS = st.integers(0, 10**6)


def busy_pages(seed: int) -> list[Event]:
    """What a journal records when much happens to one parent, two days long."""
    rng = random.Random(seed)
    journal = trading()
    for n in range(1, 8):
        if not journal.book.session_live:
            journal.tell(session_opened(journal.book.link_token + 1), sync("risk", n), sync("router/s1", 1, fresh=True))
            journal.look()
        wanted = want(rng.randint(1, 20), order_ref=f"s1.1.{n}", attempt_n=n)
        risk_sync = journal.mind.syncs.get("risk", 0)
        journal.tell(commit(wanted, as_of_seq=journal.book.seq, risk_sync=risk_sync))
        happen(journal, wanted.order_ref, n, rng)
    return [page.event for page in journal.disk.pages]


def happen(journal: PaperJournal, ref: str, n: int, rng: random.Random) -> None:
    session = journal.book.session
    told = [
        written(ref, session),
        status(ref=ref, session=session, broker_order_id=n),
        fill(f"e{n}.01", ref, rng.randint(1, 20), str(rng.randint(95, 105)), side=rng.choice(list(Side))),
        fill(f"e{n}.02", ref, rng.randint(1, 20)),
        commission(f"e{n}.02", "0.5"),
        d.DayStarted(day=later(86_400 * (n // 4)).date(), equity=D(100_000)),
        d.BreakerTripped(breaker="daily_loss", value=D(3), limit=D(2), text="loss"),
        status("Cancelled", ref, session=session),
    ]
    for event in told:
        if rng.random() < 0.7:
            journal.tell(event)
    if rng.random() < 0.4:
        journal.look(positions=(position_line(rng.randint(1, 50)),))
    if rng.random() < 0.3:
        journal.tell(session_closed(session))


def state_of(of: BookState) -> dict[str, object]:
    return dict(vars(of))


@given(seed=SEEDS)
@settings(deadline=None, max_examples=25)
def test_a_book_from_its_image_behaves_the_same_from_there_on(seed: int) -> None:
    pages = busy_pages(seed)
    split = random.Random(seed).randint(0, len(pages))
    stayed = Book()
    for n, event in enumerate(pages[:split]):
        stayed.apply(n + 1, later(n), event)
    travelled = Book.from_image(stayed.image())
    assert state_of(stayed) == state_of(travelled)
    for n, event in enumerate(pages[split:], start=split):
        stayed.apply(n + 1, later(n), event)
        travelled.apply(n + 1, later(n), event)
    assert state_of(stayed) == state_of(travelled)


@given(seed=SEEDS)
@settings(deadline=None, max_examples=10)
def test_what_was_read_from_the_journal_folds_as_what_was_written(seed: int) -> None:
    written_book, read_book = Book(), Book()
    for n, event in enumerate(busy_pages(seed)):
        written_book.apply(n + 1, later(n), event)
        read_book.apply(n + 1, later(n), decode(type(event).__name__, encode(event)))
    assert written_book.image() == read_book.image()


def test_the_image_shows_every_room_of_the_book() -> None:
    assert set(vars(BookState())) == {field.name for field in fields(BookImage)}


def test_an_image_says_little_of_itself() -> None:
    assert "BookImage(seq=50, orders=0, positions=0)" == repr(book().image())


def test_orders_of_a_parent_come_by_slice_and_attempt() -> None:
    places = [(2, 1), (1, 10), (1, 2)]
    orders = [
        order(want(order_ref=f"s1.{slice_n}.{attempt_n}", slice_n=slice_n, attempt_n=attempt_n))
        for slice_n, attempt_n in places
    ]
    other = order(want(order_ref="s2.1.1", parent_ref="s2"))
    found = book(*orders, other).orders_of("s1")
    assert ["s1.1.2", "s1.1.10", "s1.2.1"] == [one.order_ref for one in found]


def test_only_orders_without_a_proven_end_work() -> None:
    orders = [order(want(order_ref=f"s1.1.{n}"), state) for n, state in enumerate(OrderState)]
    unproven = {OrderState.INTENDED, OrderState.WRITTEN, OrderState.WORKING, OrderState.UNKNOWN}
    assert unproven == {one.state for one in book(*orders).unproven()}
    assert unproven == {one.state for one in book(*orders).working(AAPL)}
    assert () == book(*orders).working(1)


def test_a_position_never_had_is_flat() -> None:
    assert (D(0), "", D(1)) == (
        book().position(1, "IBM").quantity,
        book().position(1, "IBM").episode,
        book().position(1, "IBM").multiplier,
    )
