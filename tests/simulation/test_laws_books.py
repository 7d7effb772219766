"""Tests of hydra/simulation/laws/books.py: one true story, bent in one place at a time, breaks the law of that place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from hydra.core.book import Book
from hydra.messages.decisions import BrokerSideAdopted, DifferenceFound, DifferenceResolved, OrderIntended, SignalEnded
from hydra.messages.facts import ExecutionReported
from hydra.simulation.laws.evidence import Replay
from hydra.simulation.laws.judging import broken_laws
from hydra.simulation.laws.story import story_of
from hydra.simulation.laws.truth import truth_of
from hydra.values import Difference, PositionLine
from tests.simulation.heard import Ledger, book_of, hearing


def _order_twice(ledger: Ledger) -> None:
    ledger["orders"].append(ledger["orders"][0])


def _order_of_nobody(ledger: Ledger) -> None:
    ledger["orders"].append({**ledger["orders"][0], "order_ref": ""})


def _order_left_over(ledger: Ledger) -> None:
    ledger["orders"][0]["finished_us"] = 0


def _fill_unknown(ledger: Ledger) -> None:
    ledger["executions"].append({**ledger["executions"][0], "exec_id": "0001.ff.01.01", "quantity": "0", "commission": "0"})


def _fill_at_another_price(ledger: Ledger) -> None:
    ledger["executions"][0]["price"] = "1"


def _fill_never_made(ledger: Ledger) -> None:
    del ledger["executions"][0]


def _position_off_by_one(ledger: Ledger) -> None:
    ledger["positions"] = [{"symbol": "GOOG", "quantity": "1"}, *ledger["positions"]]


def _cash_off_by_two_cents(ledger: Ledger) -> None:
    ledger["cash"] = f"{float(ledger['cash']) + 0.02:.4f}"


@pytest.mark.parametrize(
    ("bend", "law", "words"),
    [
        (_order_twice, "S1", "reached the gateway 2 times"),
        (_order_of_nobody, "S7", "order (no orderRef) is at the gateway without an intent"),
        (_order_left_over, "S3", "works at the gateway, but not in the journal"),
        (_fill_unknown, "S7", "execution 0001.ff.01.01"),
        (_fill_at_another_price, "S2", "at 1 at the gateway"),
        (_fill_never_made, "S2", "the gateway never made it"),
        (_position_off_by_one, "S3", "GOOG: journal 0, gateway 1"),
        (_position_off_by_one, "S2", "GOOG: the gateway's executions make 0, its ledger holds 1"),
        (_cash_off_by_two_cents, "S16", "cash: journal"),
        (_cash_off_by_two_cents, "S16", "cash: the gateway's executions leave"),
    ],
)
def test_a_ledger_that_tells_it_otherwise_breaks_its_law(bend: Callable[[Ledger], None], law: str, words: str) -> None:
    heard = hearing()
    bent = copy.deepcopy(heard.ledger)
    bend(bent)
    told = heard.of_ledger(law, bent)
    assert [True] == [words in text for text in told if words in text]
    assert all(text.startswith(f"{law}: ") for text in told)


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    heard = hearing()
    (first, *others) = heard.ledger["executions"]
    root = first["exec_id"].removesuffix("01")
    again = {**first, "exec_id": f"{root}02"}
    assert [] == heard.of_ledger("S2", {**heard.ledger, "executions": [again, *others], "corrected": [first]})
    (told,) = heard.of_ledger("S7", {**heard.ledger, "executions": [again, *others], "corrected": [first]})
    assert f"S7: execution {root}02 ({first['order_ref']}) is not in the journal" == told


def test_an_order_written_or_intended_twice_breaks_s1() -> None:
    heard = hearing()
    (process,) = heard.evidence.processes
    order = process.orders[0]
    written = replace(process, orders=(*process.orders, order))
    assert [f"S1: order {order.order_ref} was written to the wire 2 times"] == heard.told("S1", processes=(written,))
    intended = heard.first(OrderIntended)
    (told,) = heard.of_events("S1", [*heard.recorded, intended])
    assert told.endswith("was intended twice")


def test_a_book_that_counts_a_fill_twice_breaks_s2() -> None:
    heard = hearing()
    book = book_of(heard.recorded)
    con_id, record = next(iter(book.positions.items()))
    book.positions[con_id] = replace(record, quantity=record.quantity + 7)
    (told,) = heard.told("S2", book=book)
    assert told.endswith(f"the executions make {record.quantity}, the book holds {record.quantity + 7}")


def difference(theirs: str) -> Difference:
    return Difference(
        item="position/GOOG", kind="wrong_quantity", symbol="GOOG", ours="0", theirs=theirs, text="GOOG: by hand"
    )


def disputed(theirs: str, *, accepted: bool = False) -> Book:
    heard = hearing()
    book = book_of(heard.recorded)
    last = heard.recorded[-1]
    book.apply(last.seq, last.at, DifferenceFound(difference=difference(theirs)))
    if accepted:
        book.apply(last.seq, last.at, DifferenceResolved(item="position/GOOG", by="drill", how="accepted"))
    return book


@pytest.mark.parametrize("accepted", [False, True])
def test_a_true_difference_record_excuses_what_it_names(accepted: bool) -> None:
    heard = hearing()
    ledger = copy.deepcopy(heard.ledger)
    _position_off_by_one(ledger)
    truth = replace(heard.evidence.truth, positions={**heard.evidence.truth.positions, "GOOG": Decimal(1)})
    assert [] == heard.told("S3", truth=truth, book=disputed("1", accepted=accepted))
    told = heard.told("S3", truth=truth, book=disputed("2", accepted=accepted))
    assert "S3: GOOG: journal 0, gateway 1" == told[-1]


@pytest.mark.parametrize(("moved", "is_true"), [("0", True), ("9000", True), ("11000", False)])
def test_an_open_cash_record_is_true_while_its_gap_moves_within_the_tolerance_of_the_comparison(
    moved: str, is_true: bool
) -> None:
    """Such a gap is the same record, with the figures that it was found with: 1 % of about a million."""
    heard = hearing()
    truth = heard.evidence.truth
    theirs, ours = truth.cash - Decimal(moved), heard.evidence.book.cash
    gap = Difference(item="cash", kind="cash", symbol="", ours=str(ours), theirs=str(theirs), text="cash differs")
    book = book_of(heard.recorded)
    last = heard.recorded[-1]
    book.apply(last.seq, last.at, DifferenceFound(difference=gap))
    assert is_true is ([] == [text for text in heard.told("S3", book=book) if "cash" in text])


def test_what_another_client_traded_unseen_is_known_by_its_position_only() -> None:
    heard = hearing()
    ledger = copy.deepcopy(heard.ledger)
    _position_off_by_one(ledger)
    by_hand = {"exec_id": "f.01", "client_id": 0, "order_ref": "", "symbol": "GOOG", "side": "BUY", "quantity": "1"}
    ledger["executions"].append({**ledger["executions"][0], **by_hand, "price": "300", "commission": "1"})
    ledger["cash"] = str(Decimal(ledger["cash"]) - 301)
    for law_id in ("S2", "S7", "S16"):
        assert [] == heard.of_ledger(law_id, ledger)
    assert ["S3: GOOG: journal 0, gateway 1"] == heard.of_ledger("S3", ledger)


def _bought_by_hand(ledger: Ledger) -> None:
    """One GOOG for 300, at the instant of the last fill; it was never listed to us."""
    _position_off_by_one(ledger)
    by_hand = {"exec_id": "f.01", "client_id": 0, "order_ref": "", "symbol": "GOOG", "side": "BUY", "quantity": "1"}
    ledger["executions"].append({**ledger["executions"][-1], **by_hand, "price": "300", "commission": "1"})
    ledger["cash"] = str(Decimal(ledger["cash"]) - 301)


@pytest.mark.parametrize(("shares", "cents", "law", "words"), [
    (1, 0, "", ""),
    (2, 0, "S3", "S3: GOOG: journal 2, gateway 1"),
    (1, 2, "S16", "S16: cash: journal"),
])  # fmt: skip
def test_what_a_person_took_over_is_ours_and_must_be_what_the_gateway_holds(
    shares: int, cents: int, law: str, words: str
) -> None:
    heard = hearing()
    ledger = copy.deepcopy(heard.ledger)
    _bought_by_hand(ledger)
    line = PositionLine(con_id=208813719, symbol="GOOG", quantity=Decimal(shares), average_cost=Decimal(301))
    cash = Decimal(ledger["cash"]) + Decimal(cents) / 100
    taken = BrokerSideAdopted(item="x", by="drill", reason="ours", line=line, cash=cash)
    recorded = heard.with_event(taken)
    bent = {"story": story_of(recorded), "book": book_of(recorded), "truth": truth_of(ledger)}
    told = {law_id: heard.told(law_id, **bent) for law_id in ("S2", "S3", "S7", "S16")}
    expected = {law: True} if law else {}
    assert expected == {law_id: words in said[0] for law_id, said in told.items() if said}


def test_a_difference_record_that_is_not_true_breaks_s3() -> None:
    (told,) = hearing().told("S3", book=disputed("1"))
    assert "S3: the open difference position/GOOG is not true: GOOG: by hand" == told


def test_an_order_without_an_end_that_works_nowhere_breaks_s3() -> None:
    heard = hearing()
    index = next(n for n, stored in enumerate(heard.recorded) if isinstance(stored.event, OrderIntended))
    ref = heard.recorded[index].event.subject
    (told,) = heard.told("S3", book=_book_with_the_order(index))
    assert f"S3: order {ref} has no end in the journal, but does not work at the gateway" == told


def _book_with_the_order(index: int) -> Book:
    book, early = book_of(hearing().recorded), book_of(hearing().recorded[: index + 1])
    book.orders.update(early.orders)
    return book


def test_nothing_in_flight_is_held_against_a_process_that_was_killed() -> None:
    heard = hearing()
    ledger = copy.deepcopy(heard.ledger)
    _fill_unknown(ledger)
    _cash_off_by_two_cents(ledger)
    evidence = replace(heard.evidence, at_rest=False)
    bent = replace(heard, evidence=evidence)
    assert [] == [*bent.of_ledger("S3", ledger), *bent.of_ledger("S7", ledger)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"order_ref": "nobody.1.1"}, "order nobody.1.1 was written to the wire without an intent"),
        ({"at_us": 0}, "before its intent was recorded"),
        ({"quantity": Decimal(1_000_000)}, "written as"),
        ({"order_id": 999_999}, "under number 999999"),
    ],
)
def test_an_order_that_leaves_without_before_or_unlike_its_intent_breaks_s7(change: dict[str, object], words: str) -> None:
    heard = hearing()
    (process,) = heard.evidence.processes
    first, *others = process.orders
    bent = replace(process, orders=(replace(first, **change), *others))  # type: ignore[arg-type]
    (told,) = heard.told("S7", processes=(bent,))
    assert words in told


def test_a_fill_that_the_journal_holds_twice_breaks_s7() -> None:
    heard = hearing()
    fill = heard.first(ExecutionReported)
    assert [f"S7: execution {fill.event.fact_id.removeprefix('execution/')} is in the journal twice"] == heard.of_events(
        "S7", [*heard.recorded, fill]
    )


def test_a_journal_that_lost_events_breaks_s7_unless_somebody_took_them_away() -> None:
    heard = hearing()
    assert ["S7: it lacks event 7"] == heard.told("S7", lost_text="it lacks event 7")
    assert [] == heard.told("S7", lost_text="it lacks event 7", forgiven="journal.older_copy")


def test_what_a_lost_journal_had_intended_counts_as_intended() -> None:
    heard = hearing()
    short = [stored for stored in heard.recorded if not isinstance(stored.event, OrderIntended)]
    assert heard.of_events("S7", short)
    assert [] == heard.told("S7", story=story_of(short), lost=(heard.evidence.story,), forgiven="journal.deleted")


def test_a_published_book_that_the_journal_does_not_replay_breaks_s7() -> None:
    heard = hearing()
    image = heard.evidence.book.image()
    forged = Replay(process_n=1, published=replace(image, cash=image.cash + 1), replayed=image)
    (told,) = heard.told("S7", replays=(forged,))
    expected = f"the book that process 1 published as of event {image.seq} is not what the journal makes of these events"
    assert f"S7: {expected}" == told


@pytest.mark.parametrize("ends", [0, 2])
def test_a_signal_ends_exactly_once(ends: int) -> None:
    heard = hearing()
    last = [stored for stored in heard.recorded if isinstance(stored.event, SignalEnded)][-1]
    assert isinstance(last.event, SignalEnded)
    recorded = [stored for stored in heard.recorded if stored is not last] + [last] * ends
    told = broken_laws(recorded, heard.evidence.book, heard.ledger)
    assert f"L3: signal {last.event.signal_id} has {ends} ends" in told
