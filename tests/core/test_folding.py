"""What each event that is not of an order leaves in the book."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hydra.core.book import Book
from hydra.core.folding import FOLDS, GATE_EVENTS
from hydra.journal.codec import EVENT_OF
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import ZERO, Difference, LinkState, ParentEnd, SignalEnd, TradingState
from tests.core.books import AAPL, D, instrument, later, parent, signal, want
from tests.core.telling import fill, position_line, qualified, session_closed, session_opened

GAP = Difference(item="position/AAPL", kind="wrong_quantity", symbol="AAPL", ours="1", theirs="2", text="AAPL differs")
EARLIER = Difference(item="execution/e1.01", kind="external_execution", symbol="AAPL", ours="", theirs="", text="")


def folded(*events: Event) -> Book:
    book = Book()
    for n, event in enumerate(events):
        book.apply(n + 1, later(n), event)
    return book


def test_every_event_of_the_catalogue_has_its_fold() -> None:
    assert set(EVENT_OF.values()) == set(FOLDS)


def test_an_event_of_an_unknown_class_is_an_error() -> None:
    class Rumour(Event):
        __slots__ = ()

    with pytest.raises(KeyError):
        folded(Rumour())


def test_the_book_is_as_of_its_last_event() -> None:
    assert 2 == folded(session_opened(session=1), session_closed()).seq


def run(number: int, disorderly: int = 0) -> d.RunStarted:
    return d.RunStarted(run=number, version="v", config_fingerprint="f", pid=1, disorderly_runs=disorderly)


def test_a_run_that_ended_in_order_is_no_open_run() -> None:
    book = folded(run(1), run(2, 1), d.RunEnded(run=2, reason="SIGTERM"))
    assert (2, 1, (later(0),)) == (book.run, book.disorderly_runs, book.open_runs)


def test_open_runs_are_bounded() -> None:
    assert 21 == len(folded(*(run(n) for n in range(1, 60))).open_runs)


def test_a_session_is_live_until_it_closes() -> None:
    book = folded(session_opened(3, session=5, next_valid_id=40))
    assert (5, True, 3, "DU1", 7, 39) == (
        book.session,
        book.session_live,
        book.link_token,
        book.account,
        book.client_id,
        book.order_id_mark,
    )
    assert folded(session_opened(session=5), session_closed(4)).session_live
    assert not folded(session_opened(session=5), session_closed(5)).session_live


def test_a_new_process_counts_its_sockets_anew() -> None:
    assert 0 == folded(session_opened(3, session=1), run(2)).link_token


def test_the_book_knows_since_which_session_a_client_id_is_used() -> None:
    told = [session_opened(session=1), session_opened(session=2, client_id=8), session_opened(session=3, client_id=8)]
    assert 2 == folded(*told).client_since


def test_the_order_id_mark_never_falls() -> None:
    told = [session_opened(session=1, next_valid_id=40), session_opened(session=2, next_valid_id=10)]
    assert 39 == folded(*told).order_id_mark


def test_a_qualified_instrument_is_known_by_its_symbol() -> None:
    card = folded(qualified()).instruments["AAPL"]
    assert (instrument(), later(0)) == (card.instrument, card.qualified_at)


def test_a_flatten_stands_until_a_person_goes_back_to_active_or_halts_again() -> None:
    acted = d.OperatorActed(verb="flatten", by="ann", text="")
    paused = d.TradingStateChanged(state=TradingState.PAUSED, by="ann", reason="")
    active = d.TradingStateChanged(state=TradingState.ACTIVE, by="ann", reason="")
    assert "ann" == folded(acted, paused).flatten_by
    assert "" == folded(acted, active).flatten_by
    halted = d.TradingStateChanged(state=TradingState.HALTED, by="ann", reason="")
    assert "ann" == folded(halted, acted).flatten_by
    assert "" == folded(halted, acted, halted).flatten_by


def test_breakers_open_and_close() -> None:
    tripped = d.BreakerTripped(breaker="daily_loss", value=D(3), limit=D(2), text="")
    assert ["daily_loss"] == list(folded(tripped).breakers)
    assert {} == folded(tripped, d.BreakerRearmed(breaker="daily_loss", by="ann", reason="")).breakers


def test_signals_and_parents_live_from_their_first_to_their_last_event() -> None:
    begun = [
        d.SignalReceived(signal=signal()),
        d.SignalAdmitted(signal_id="s1", quantity=D(50), text=""),
        d.ParentOpened(parent=parent()),
    ]
    book = folded(*begun)
    assert (D(50), ["s1"]) == (book.signals["s1"].admitted, list(book.parents))
    ended = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.DONE, filled=D(50), remainder=ZERO, average_price=D(100), reason=""
    )
    over = d.SignalEnded(signal_id="s1", end=SignalEnd.EXECUTED, filled=D(50), average_price=D(100), reason="")
    book = folded(*begun, ended, over)
    assert ({}, {}, {"EXECUTED": 1}, 1) == (book.signals, book.parents, book.terminal, book.tally.signals)


def test_a_parent_counts_its_refusals() -> None:
    refused = d.OrderRefused(want=want(), by="risk", reasons=("too big", "too late"))
    book = folded(d.ParentOpened(parent=parent()), refused)
    assert (1, "too big; too late") == (book.parents["s1"].refusals_n, book.parents["s1"].last_refusal)


def test_the_opening_balance_absorbs_everything_before_it() -> None:
    opened = d.OpeningBalance(cash=D(500), adopted=(position_line(30, "90"),), ignored=(), by="ann")
    book = folded(fill(ref="", quantity=7), opened)
    held = book.positions[AAPL]
    assert (True, D(500), {}, 0) == (book.opening, book.cash, book.executions, book.tally.fills)
    assert (D(30), D(90), "AAPL#1", later(1)) == (held.quantity, held.average_price, held.episode, held.opened_at)


def test_an_ignored_position_is_remembered_and_not_ours() -> None:
    line = position_line(30)
    book = folded(d.OpeningBalance(cash=D(500), adopted=(), ignored=(line,), by="ann"))
    assert ({}, {AAPL: line}) == (book.positions, book.ignored)


@pytest.mark.parametrize(("how", "held", "ignored"), [("adopt", D(30), 0), ("ignore", ZERO, 1)])
def test_a_foreign_position_is_settled_as_the_policy_says(how: str, held: Decimal, ignored: int) -> None:
    book = folded(d.ForeignSettled(line=position_line(30), how=how, by="policy"))
    assert (held, ignored) == (book.position(AAPL, "AAPL").quantity, len(book.ignored))


def done(*unverified: str) -> d.ReconciliationDone:
    return d.ReconciliationDone(
        reason="", session=1, orders_n=0, executions_n=0, positions_n=0, repaired_n=0, differences=(), unverified=unverified
    )


def test_a_symbol_is_unverified_since_the_first_listing_that_could_not_judge_it() -> None:
    assert {"AAPL": later(0), "IBM": later(1)} == folded(done("AAPL"), done("AAPL", "IBM")).unverified


def test_a_judged_symbol_is_no_longer_unverified() -> None:
    assert {"IBM": later(1)} == folded(done("AAPL"), done("IBM")).unverified


def resolved(how: str, item: str = "position/AAPL") -> d.DifferenceResolved:
    return d.DifferenceResolved(item=item, by="ann", how=how)


def test_an_accepted_difference_is_remembered_until_it_is_gone() -> None:
    found = d.DifferenceFound(difference=GAP)
    assert {"position/AAPL": GAP} == folded(found).differences
    book = folded(found, resolved("accepted"))
    assert ({}, {"position/AAPL": GAP}) == (book.differences, book.accepted)
    book = folded(found, resolved("accepted"), resolved("no longer seen"))
    assert ({}, {}) == (book.differences, book.accepted)
    book = folded(found, resolved("accepted"), found, resolved("again as it was accepted"))
    assert ({}, {"position/AAPL": GAP}) == (book.differences, book.accepted)


def test_the_day_turns_executions_into_the_base_and_forgets_what_cannot_come_again() -> None:
    accepted = [d.DifferenceFound(difference=gap) for gap in (GAP, EARLIER)]
    acceptance = [resolved("accepted"), resolved("accepted", "execution/e1.01")]
    turned = d.DayStarted(day=date(2026, 11, 24), equity=D(5))
    book = folded(fill(ref=""), *accepted, *acceptance, turned)
    assert ({}, D(100), D(5)) == (book.executions, book.position_bases[AAPL].quantity, book.day_equity)
    assert ["position/AAPL"] == list(book.accepted)


def test_the_gate_closes_for_older_permits_at_what_changes_who_may_trade() -> None:
    gates = (
        *(d.TradingStateChanged, d.BreakerTripped, d.BreakerRearmed, d.OpeningBalance, d.ForeignSettled),
        d.BrokerSideAdopted,
        *(d.DifferenceFound, f.SessionOpened, f.SessionClosed, f.GatewayTimeSeen),
    )
    assert set(gates) == set(GATE_EVENTS)
    moved = f.LinkChanged(state=LinkState.READY, reason="", planned=False)
    assert 1 == folded(session_opened(session=1), moved).gate_seq


def test_counts_go_on_over_the_whole_journal() -> None:
    told = [
        d.OpeningBalance(cash=D(1), adopted=(), ignored=(), by="hydra"),
        fill(),
        fill("e1.02"),
        d.LawViolated(law="S1", text=""),
        d.AlertRaised(kind="k", about="a", severity="info", text=""),
        done(),
        d.DifferenceFound(difference=GAP),
        d.ActorLifeChanged(actor="risk", kind="started", incarnation=1, restarts=0, reason=""),
        d.ActorLifeChanged(actor="risk", kind="started", incarnation=2, restarts=1, reason=""),
    ]
    tally = folded(*told).tally
    assert (1, 1, 1, 1, 1, 1) == (
        tally.fills,
        tally.violations,
        tally.alerts,
        tally.reconciliations,
        tally.mismatches,
        tally.restarts,
    )
