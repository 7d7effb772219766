"""What waits for one address: who may read, what stays, what comes back."""

from __future__ import annotations

import threading

from hydra.runtime.envelope import Envelope
from hydra.runtime.mailbox import Mailbox
from hydra.runtime.message import Message
from tests.runtime.stage import Fact, Quote, Say, Urgent


def mailbox(limit: int = 100) -> Mailbox:
    made = Mailbox(limit=limit, admit=lambda envelope: True)
    made.seat(1, drains=False)
    return made


def fill(box: Mailbox, *messages: Message, sender: str = "s") -> list[str | None]:
    return [box.put(Envelope(sender, 1, message, number)) for number, message in enumerate(messages, 1)]


def read(box: Mailbox, batch_max: int = 0) -> list[Message]:
    return [envelope.message for envelope in box.take(batch_max)]


def says(text: str) -> list[Message]:
    return [Say(text=letter) for letter in text]


def test_a_batch_holds_control_before_user_and_no_more_than_its_limit() -> None:
    box = mailbox()
    fill(box, *says("ab"), Urgent(text="!"))
    assert [Urgent(text="!"), Say(text="a")] == read(box, 2)


def test_a_batch_counts_until_it_is_settled() -> None:
    box = mailbox()
    fill(box, *says("ab"))
    read(box, 10)
    assert 2 == box.depth
    box.settle(1)
    assert 0 == box.depth


def test_an_unsettled_batch_comes_back_one_by_one_before_what_is_new() -> None:
    box = mailbox()
    fill(box, *says("ab"))
    read(box, 10)
    fill(box, Say(text="c"))
    assert None is box.poisoned(1)
    box.vacate(1)
    box.seat(2, drains=False)
    presented = []
    for _ in range(3):
        presented.append(read(box, 10))
        box.settle(2)
    assert [says("a"), says("b"), says("c")] == presented


def test_one_that_fails_alone_is_set_aside() -> None:
    box = mailbox()
    fill(box, *says("ab"))
    read(box, 10)
    box.vacate(1)
    box.seat(2, drains=False)
    read(box, 10)
    poisoned = box.poisoned(2)
    assert poisoned is not None and Say(text="a") == poisoned.message
    assert says("b") == read(box, 10)


def test_a_reader_without_the_seat_settles_ends_and_vacates_nothing() -> None:
    box = mailbox()
    fill(box, *says("a"))
    box.vacate(1)
    box.seat(2, drains=False)
    read(box, 10)
    box.settle(1)
    box.end(1, at_once=True)
    box.vacate(1)
    assert None is box.poisoned(1)
    assert (1, True, False) == (box.depth, box.is_over_for(1), box.is_over_for(2))


def test_a_draining_reader_reads_all_before_an_orderly_end_and_nothing_before_another() -> None:
    box = mailbox()
    box.seat(1, drains=True)
    fill(box, *says("a"))
    box.end(1, at_once=False)
    assert not box.is_over_for(1)
    read(box)
    assert box.is_over_for(1)
    box.seat(2, drains=True)
    fill(box, *says("a"))
    box.end(2, at_once=True)
    assert box.is_over_for(2)


def test_a_new_key_is_refused_when_full_but_a_waiting_one_is_updated() -> None:
    box = mailbox(limit=1)
    refusals = fill(box, Quote(symbol="SPY", bid=1), Quote(symbol="IBM", bid=1), Quote(symbol="SPY", bid=2))
    assert [None, "the mailbox is full: 1 waiting, limit 1", None] == refusals
    assert [Quote(symbol="SPY", bid=2)] == read(box)


def test_quotes_are_swept_for_a_new_reader_and_can_wait_again() -> None:
    box = mailbox()
    fill(box, Quote(symbol="SPY", bid=1), Fact(text="f"))
    box.vacate(1)
    assert [Quote(symbol="SPY", bid=1)] == [envelope.message for envelope in box.seat(2, drains=False)]
    fill(box, Quote(symbol="SPY", bid=2))
    assert [Fact(text="f"), Quote(symbol="SPY", bid=2)] == read(box) + read(box)


def test_what_is_turned_down_at_delivery_is_skipped() -> None:
    box = Mailbox(limit=10, admit=lambda envelope: envelope.sender != "ghost")
    box.seat(1, drains=False)
    fill(box, *says("ab"), sender="ghost")
    fill(box, *says("c"))
    assert says("c") == read(box)
    fill(box, *says("d"), sender="ghost")
    assert [] == read(box, 10)


def test_a_reader_that_lost_its_seat_wakes_up_with_nothing() -> None:
    box = mailbox()
    got: list[list[Envelope]] = []
    thread = threading.Thread(target=lambda: got.append(box.wait(1, batch_max=0)))
    thread.start()
    box.vacate(1)
    thread.join(10)
    assert [[]] == got


def test_a_successor_is_woken_although_its_predecessor_wakes_up_beside_it() -> None:
    box = mailbox()
    got: dict[int, list[Message]] = {}

    def wait(reader: int) -> None:
        got[reader] = [envelope.message for envelope in box.wait(reader, batch_max=0, timeout_s=10)]

    threads = [threading.Thread(target=wait, args=(reader,)) for reader in (1, 2)]
    threads[0].start()
    box.vacate(1)
    box.seat(2, drains=False)
    threads[1].start()
    threads[0].join(10)
    fill(box, *says("a"))
    threads[1].join(10)
    assert {1: [], 2: says("a")} == got


def test_releasing_wakes_whoever_reads() -> None:
    box = mailbox()
    woken: list[int] = []
    box.attach(lambda: woken.append(box.depth))
    box.hold(True)
    fill(box, *says("a"))
    assert [] == read(box)
    box.hold(False)
    assert [1, 1] == woken
    assert says("a") == read(box)
