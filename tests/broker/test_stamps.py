"""Tests of hydra/broker/stamps.py."""

from __future__ import annotations

from hydra.broker.stamps import UNNUMBERED_MAX, Stamp, Unnumbered
from hydra.messages.decisions import AlertRaised
from hydra.messages.facts import BrokerNoticed, GlobalCancelSent

FIRST = GlobalCancelSent(session=0, reason="first")
SECOND = BrokerNoticed(session=0, code=1102, text="second", effect="connection")


def test_facts_wait_for_the_journals_number_in_order() -> None:
    stamp = Stamp(5)
    assert stamp.stamp(FIRST) == ()
    assert stamp.stamp(SECOND) == ()
    assert stamp.accept(3) == (
        GlobalCancelSent(session=3, reason="first"),
        BrokerNoticed(session=3, code=1102, text="second", effect="connection"),
    )
    assert stamp.stamp(FIRST) == (GlobalCancelSent(session=3, reason="first"),)


def test_being_numbered_again_repeats_nothing() -> None:
    stamp = Stamp(5)
    stamp.stamp(FIRST)
    stamp.accept(3)
    assert stamp.accept(3) == ()


def test_an_alert_never_waits() -> None:
    alert = AlertRaised(kind="unreadable", about="broker", severity="critical", text="x")
    assert Stamp(5).stamp(alert) == (alert,)


def test_only_the_latest_unnumbered_sockets_are_remembered_and_each_is_popped_once() -> None:
    unnumbered = Unnumbered()
    stamps = [Stamp(token) for token in range(UNNUMBERED_MAX + 1)]
    for stamp in stamps:
        unnumbered.keep(stamp)
    assert unnumbered.pop(0) is None
    assert unnumbered.pop(1) is stamps[1]
    assert unnumbered.pop(1) is None


def test_a_numbered_socket_needs_no_memory() -> None:
    unnumbered, stamp = Unnumbered(), Stamp(5)
    stamp.accept(1)
    unnumbered.keep(stamp)
    assert unnumbered.pop(5) is None
