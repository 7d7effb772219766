"""What a gateway with a fault tells of orders as they happen, on the wire; the ledger stays the truth."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hydra.gateway.wire import ServerMessage
from tests.gateway.raw_client import SECOND_US, Desktop, RawClient, only, statuses
from tests.gateway.troubled import FAR, begin, troubled

FILLED = ["PreSubmitted", "Submitted", "Filled"]


def names(heard: list[ServerMessage]) -> list[str]:
    return [message.name for message in heard]


def after(client: RawClient, seconds: float) -> list[ServerMessage]:
    """What is heard in the next seconds."""
    client.take()
    client.desktop.wait(round(seconds * SECOND_US))
    return client.take()


def test_a_lost_ack_is_silence_until_the_order_ends() -> None:
    desktop, client = troubled("ack_lost")
    assert [] == client.place(1, "BUY", 5, FAR)
    assert ["PendingCancel", "Cancelled"] == statuses(client.answer("cancelOrder", {"orderId": 1}))
    assert ["execDetails"] == names(client.place(2, "BUY", 5, desktop.ask()))[:1]


def test_an_order_of_before_the_fault_is_acknowledged_as_ever() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, FAR)
    desktop.wait(SECOND_US)
    begin(desktop, "ack_lost")
    assert ["Submitted"] == statuses(client.place(1, "BUY", 6, FAR))


def test_a_fill_is_told_before_its_ack_and_the_ack_afterwards() -> None:
    desktop, client = troubled("fill_before_ack", amount=3)
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert ("execDetails", ["Filled"]) == (names(heard)[0], statuses(heard))
    assert ["PreSubmitted", "Submitted"] == statuses(after(client, 3))


def test_a_lost_status_leaves_order_and_execution() -> None:
    desktop, client = troubled("status_lost")
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert ([], 1) == (statuses(heard), len(only(heard, "execDetails")))
    client.place(2, "BUY", 5, FAR)
    assert ["openOrder", "orderStatus", "openOrderEnd"] == names(client.answer("reqOpenOrders"))


def test_a_late_status_comes_when_it_is_due_and_not_before() -> None:
    desktop, client = troubled("status_late", amount=3)
    assert [] == statuses(client.place(1, "BUY", 5, desktop.ask()))
    assert [] == statuses(after(client, 2.9))
    assert FILLED == statuses(after(client, 0.1))


def test_a_doubled_status_comes_again_when_it_is_true_no_more() -> None:
    _, client = troubled("status_duplicated", amount=3)
    client.place(1, "BUY", 5, FAR)
    assert ["PendingCancel", "Cancelled"] == statuses(client.answer("cancelOrder", {"orderId": 1}))
    assert ["PreSubmitted", "Submitted", "PendingCancel", "Cancelled"] == statuses(after(client, 3))


def test_reordered_statuses_are_all_there_in_an_order_of_the_faults_own_dice() -> None:
    orders = [reordered(dice) for dice in range(8)]
    assert [sorted(FILLED)] * 8 == [sorted(each) for each in orders]
    assert len({tuple(each) for each in orders}) > 1
    assert orders == [reordered(dice) for dice in range(8)]


def reordered(dice: int) -> list[str]:
    desktop, client = troubled("status_reordered", amount=3, dice=dice)
    heard = client.place(1, "BUY", 5, desktop.ask())
    return statuses(heard + after(client, 3))


def test_a_late_execution_comes_after_the_status_that_says_filled() -> None:
    desktop, client = troubled("execution_late", amount=3)
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert (FILLED, []) == (statuses(heard), only(heard, "execDetails") + only(heard, "commissionReport"))
    assert ["execDetails", "commissionReport"] == names(after(client, 3))[-2:]


def test_a_lost_execution_is_told_to_who_asks_and_to_nobody_else() -> None:
    desktop, client = troubled("execution_lost")
    heard = client.place(1, "BUY", 5, desktop.ask()) + after(client, 60)
    assert [] == only(heard, "execDetails") + only(heard, "commissionReport")
    listed = client.answer("reqExecutions", {"reqId": 9})
    assert ["execDetails", "execDetailsEnd", "commissionReport"] == names(listed)


@pytest.mark.parametrize(("kind", "amount", "later"), [("commission_late", 3, 1), ("commission_missing", 0, 0)])
def test_a_commission_comes_late_or_only_to_who_asks(kind: str, amount: float, later: int) -> None:
    desktop, client = troubled(kind, amount=amount)
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert (1, 0) == (len(only(heard, "execDetails")), len(only(heard, "commissionReport")))
    assert later == len(only(after(client, 3), "commissionReport"))
    assert 1 == len(only(client.answer("reqExecutions", {"reqId": 9}), "commissionReport"))


def test_a_lasting_fault_ends_by_itself_and_a_lifted_one_at_once() -> None:
    desktop = Desktop()
    client = desktop.client()
    begin(desktop, "status_lost", for_s=10)
    assert [] == statuses(client.place(1, "BUY", 5, FAR))
    desktop.wait(10 * SECOND_US)
    assert ["PreSubmitted", "Submitted"] == statuses(client.place(2, "BUY", 5, FAR))
    desktop.gateway.lift(begin(desktop, "status_lost"))
    assert ["PreSubmitted", "Submitted"] == statuses(client.place(3, "BUY", 5, FAR))


def test_a_fault_that_is_expected_begins_when_its_instant_comes_even_if_nothing_else_is_due() -> None:
    desktop = Desktop()
    client = desktop.client()
    due_us = desktop.now_us + 60 * SECOND_US
    begin(desktop, "manual_trade", target="AAPL", amount=5, in_s=60)
    assert due_us == desktop.gateway.next_due_us()
    client.send("reqPositions")
    assert [Decimal(5)] == [row["position"] for row in only(after(client, 60), "position")]


def test_a_fault_changes_what_is_told_and_not_what_is() -> None:
    told = {}
    for kind in ("status_lost", "execution_lost", "ack_lost"):
        desktop, client = troubled(kind)
        client.place(1, "BUY", 5, desktop.ask())
        told[kind] = desktop.gateway.ledger()
    desktop = Desktop()
    desktop.client().place(1, "BUY", 5, desktop.ask())
    assert [desktop.gateway.ledger()] * 3 == list(told.values())


def test_an_unknown_kind_and_an_impossible_target_are_refused_by_name() -> None:
    desktop = Desktop()
    with pytest.raises(ValueError, match="no gateway fault is called nonsense; there are ack_lost, "):
        begin(desktop, "nonsense")
    with pytest.raises(ValueError, match="cancel_refused has no target '5'; there are 10147, 10148"):
        begin(desktop, "cancel_refused", target="5")
