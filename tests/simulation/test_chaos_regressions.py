"""Plans that once broke a law, shrunk, each with its story. What they found is fixed; other tests of the same finds stand
beside what was fixed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hydra.gateway.instants import parse_text
from hydra.simulation.chaos.hunt import hunt
from hydra.simulation.chaos.options import plan_of
from hydra.simulation.chaos.plan import ChaosPlan, Workload
from hydra.simulation.faults.base import Fault


def plan(
    seed: int, begins: str, minutes: float, *faults: Fault, workload: Workload = "calm", quote_interval_s: int = 20
) -> ChaosPlan:
    return ChaosPlan(
        seed=seed,
        begins_us=parse_text(begins, "US/Eastern"),
        minutes=minutes,
        workload=workload,
        quote_interval_s=quote_interval_s,
        faults=faults,
    )


STORIES = {
    "a machine that slept over the close called its open signals a broken law before anybody could end them": plan(
        3, "20071207 15:15:00", 66.0, Fault(kind="clock.suspend", at_s=2215.134, for_s=0.0, amount=3895.81)
    ),
    "a gateway that was away over the close had its open signals called a broken law, though nobody could be asked": plan(
        618,
        "20120703 12:15:00",
        70.02,
        Fault(kind="gateway.weekly_reauth", at_s=1095.707, for_s=3521.565),
        workload="busy",
        quote_interval_s=10,
    ),
    "an older journal had forgotten an order that a person then accepted, and the law counted it among ours": replace(
        plan(
            372,
            "20090401 15:15:00",
            29.2,
            Fault(kind="market.halt", at_s=1175.84, for_s=497.465, target="MSFT", amount=0.004),
            Fault(kind="journal.older_copy", at_s=1720.943, target="landing", amount=75.237),
            workload="restless",
            quote_interval_s=10,
        ),
        knobs={"risk.working_orders_max": 1},
    ),
    "a storm of verbs sent a cancel of everything for each, above what the gateway allows in a second": plan(
        990,
        "20120314 09:30:05",
        49.0,
        Fault(kind="operator.verbs_storm", at_s=2911.007, for_s=0.625, amount=29.321),
        workload="restless",
    ),
    "a deleted journal gave the names of its parents anew, and two of one name were held for one too large": plan(
        6,
        "20070326 10:43:00",
        70.02,
        Fault(kind="journal.deleted", at_s=2057.227, target="lost"),
        quote_interval_s=10,
    ),
    "a commit that wrote nothing was torn, and with it the one before, which had been told": replace(
        plan(
            504,
            "20121217 11:37:00",
            3.0,
            Fault(kind="process.torn_tail", at_s=90.15, for_s=60.0, target="lost", amount=24),
            workload="busy",
            quote_interval_s=10,
        ),
        policy="starve:exit",
        knobs={"broker.heartbeat_s": 300.0},
    ),
    "a gateway that never returned had been reported missing already, and no second alert was to be expected": ChaosPlan(
        seed=91,
        begins_us=parse_text("20111107 09:20:00", "US/Eastern"),
        minutes=70.0,
        workload="calm",
        quote_interval_s=20,
        faults=(Fault(kind="gateway.weekly_reauth", at_s=450.827, for_s=3856.71),),
        recovers=False,
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_what_once_broke_a_law_breaks_none_any_more(story: str) -> None:
    assert () == hunt(STORIES[story]).violations


def test_signals_that_wait_for_a_quote_are_reminded_once_in_five_seconds_and_not_once_for_each_other() -> None:
    """Three of them made three reminders of each, and three of each of those: after a minute nothing else was done."""
    assert () == hunt(plan_of(1180)).violations
