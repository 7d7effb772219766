"""Tests of hydra/simulation/laws/liveness.py: what must have come about by itself, and from when on it is missed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hydra.config import Config
from hydra.core.book import Book
from hydra.messages.decisions import ActorLifeChanged, AlertRaised, OperatorActed, ReconciliationDone, SignalEnded
from hydra.messages.facts import LinkChanged
from hydra.simulation.laws.life_record import Living
from hydra.simulation.laws.liveness import permanent_names, slack_us
from hydra.simulation.laws.overheard import Overheard, Rest
from hydra.values import Difference, LinkState
from tests.simulation.heard import CALM_S, hearing

SECOND_US = 1_000_000


def process() -> Overheard:
    (only,) = hearing().evidence.processes
    return only


def rested(**changes: Any) -> tuple[Overheard]:
    rest = process().rest
    assert isinstance(rest, Rest)
    return (replace(process(), rest=replace(rest, **changes)),)


def without(name: str) -> dict[str, Living]:
    rest = process().rest
    assert rest is not None
    return {known: living for known, living in rest.living.items() if known != name}


def test_the_permanent_ones_are_the_six_and_who_supervises_them() -> None:
    six = {"journal", "broker", "risk", "router", "monitor", "exit"}
    assert {"hydra", *six} <= set(permanent_names(process().tree))
    assert not {"strategy/restless", "outer", "alerts", "reporter"} & set(permanent_names(process().tree))


def test_an_actor_that_is_not_there_after_a_minute_breaks_l1() -> None:
    assert [f"L1: risk is not up {CALM_S:.1f} s after the faults"] == hearing().told(
        "L1", processes=rested(living=without("risk"))
    )
    still_starting = {**without("risk"), "risk": Living(incarnation=3, started_us=None)}
    assert [f"L1: risk is not up {CALM_S:.1f} s after the faults"] == hearing().told(
        "L1", processes=rested(living=still_starting)
    )


def test_an_actor_that_came_up_again_without_a_fault_breaks_l1() -> None:
    calm_us = hearing().evidence.calm_us
    assert calm_us is not None
    at_us = calm_us + 61 * SECOND_US - process().began_us
    late = {**without("risk"), "risk": Living(incarnation=3, started_us=at_us)}
    expected = "L1: risk #3 came up 61.0 s after the faults, limit 60.0 s"
    assert [expected] == hearing().told("L1", processes=rested(living=late))


def test_a_strategy_may_have_been_given_up() -> None:
    assert [] == hearing().told("L1", processes=rested(living=without("strategy/restless")))


def test_a_link_that_is_not_ready_after_two_minutes_breaks_l2_unless_it_is_planned() -> None:
    heard = hearing()
    index = max(n for n, stored in enumerate(heard.recorded) if isinstance(stored.event, ReconciliationDone))
    for planned, expected in ((False, [f"L2: the link is SUSPENDED {CALM_S:.1f} s after the faults"]), (True, [])):
        lost = LinkChanged(state=LinkState.SUSPENDED, reason="a drill", planned=planned)
        suspended = replace(heard.recorded[index], event=lost)
        assert expected == heard.of_events("L2", [*heard.recorded[:index], suspended])


def test_books_that_were_not_compared_in_time_break_l2() -> None:
    heard = hearing()
    never = [stored for stored in heard.recorded if not isinstance(stored.event, ReconciliationDone)]
    assert ["L2: session 2 had not compared its books 120.0 s after the faults"] == heard.of_events("L2", never)


def test_a_slow_knob_is_given_its_time() -> None:
    config = Config.model_validate({"broker": {"heartbeat_s": 130.0}})
    assert 0 == slack_us(Config()) == slack_us(None)
    assert 200 * SECOND_US == slack_us(config)
    assert [] == hearing().told("L2", config=config, processes=rested(journal_seq=1))
    assert hearing().told("L2", processes=rested(journal_seq=1))


def test_a_signal_that_only_ended_because_the_run_did_breaks_l3() -> None:
    heard = hearing()
    story, calm_us = heard.evidence.story, heard.evidence.calm_us
    assert calm_us is not None
    signal_id = story.received[0]
    last = [stored for stored in heard.recorded if isinstance(stored.event, SignalEnded)][-1]
    late = replace(story, ends={**story.ends, signal_id: [last.seq + 10_000]})
    far = rested(at_us=calm_us + 601 * SECOND_US)
    assert [f"L3: signal {signal_id} has not ended 1.0 s after its time"] == heard.told("L3", story=late, processes=far)
    assert [] == heard.told("L3", story=late)
    assert [] == heard.told("L3", processes=far)


def test_a_flatten_that_leaves_something_held_breaks_l4() -> None:
    heard = hearing()
    evidence, calm_us = heard.evidence, heard.evidence.calm_us
    assert calm_us is not None
    ordered = OperatorActed(verb="flatten", by="drill", text="a drill")
    story = replace(evidence.story)
    for stored in heard.with_event(ordered)[-2:-1]:
        assert stored.event is ordered
        story.verbs = []
        story.hear(stored)
    held = {"AAPL": next(iter(evidence.truth.positions.values()), evidence.truth.cash)}
    truth = replace(evidence.truth, positions=held)
    far = rested(at_us=max(calm_us, story.verbs[0].at_us) + 901 * SECOND_US)
    (told,) = heard.told("L4", story=story, truth=truth, processes=far)
    assert told.endswith("after a flatten")
    assert [] == heard.told("L4", story=story, truth=replace(truth, positions={}), processes=far)
    assert [] == heard.told("L4", truth=truth, processes=far)


def test_what_a_person_left_where_it_is_may_be_held_after_a_flatten_and_no_share_more() -> None:
    heard = hearing()
    story = replace(heard.evidence.story, is_flattening=True, verbs=[])
    ordered = next(iter(heard.with_event(OperatorActed(verb="flatten", by="drill", text=""))[-2:-1]))
    story.hear(ordered)
    gap = Difference(item="position/GOOG", kind="foreign_position", symbol="GOOG", ours="0", theirs="9", text="")
    book = Book.from_image(heard.evidence.book.image())
    book.accepted = {gap.item: gap}
    far = rested(at_us=story.verbs[0].at_us + 901 * SECOND_US)
    for held, broken in (("9", 0), ("10", 1)):
        truth = replace(heard.evidence.truth, positions={"GOOG": Decimal(held)})
        assert broken == len(heard.told("L4", story=story, truth=truth, processes=far, book=book))


def test_unread_messages_with_nothing_left_to_do_break_l5() -> None:
    told = hearing().told("L5", processes=rested(mailboxes={"risk": 3, "exit": 0}))
    assert ["L5: 3 messages wait for risk although nothing is left to do"] == told


def test_a_journal_behind_its_file_breaks_l6() -> None:
    told = hearing().told("L6", processes=rested(journal_seq=12, published_seq=10))
    assert ["L6: the journal holds 12 events, its book is as of 10"] == told


@pytest.mark.parametrize("kind", ["gave_up", "escalated"])
def test_who_is_not_started_again_without_an_alert_breaks_l7(kind: str) -> None:
    heard = hearing()
    given_up = ActorLifeChanged(actor="strategy/restless", kind=kind, incarnation=5, restarts=5, reason="it kept dying")
    recorded = heard.with_event(given_up)
    (told,) = heard.of_events("L7", recorded)
    assert told.startswith(f"L7: strategy/restless {kind.replace('_', ' ')} at event ")
    alert = AlertRaised(kind="supervision", about="strategy/restless", severity="critical", text="given up")
    last = recorded[-1]
    assert [] == heard.of_events("L7", [*recorded, replace(last, seq=last.seq + 1, event=alert)])


def test_the_end_of_the_tree_without_an_alert_breaks_l7() -> None:
    heard = hearing()
    over = replace(process(), escalated_us=process().ended_us)
    assert ["L7: the tree of process 1 gave up, and no alert tells of it"] == heard.told("L7", processes=(over,))
    assert [] == heard.told("L7", processes=(replace(over, killed=True),))
    alert = AlertRaised(kind="escalation", about="hydra", severity="critical", text="given up")
    last = heard.recorded[-1]
    story = replace(heard.evidence.story, alerts=[])
    story.hear(replace(last, seq=last.seq + 1, event=alert))
    assert [] == heard.told("L7", processes=(replace(over, escalated_us=story.at_us),), story=story)


def test_a_livelock_breaks_l8() -> None:
    assert ["L8: 9 steps at 7 us, limit 8"] == hearing().told("L8", livelock="9 steps at 7 us, limit 8")


@pytest.mark.parametrize("law_id", ["L1", "L2", "L4", "L5", "L6"])
def test_where_no_time_was_given_to_recover_nothing_is_asked(law_id: str) -> None:
    broken: dict[str, Any] = {"living": {}, "mailboxes": {"risk": 3}, "journal_seq": 1, "published_seq": 0}
    assert [] == hearing().told(law_id, calm_us=None, processes=rested(**broken))
    assert [] == hearing().told(law_id, processes=(replace(process(), rest=None),))
