"""Turns that the pump takes without a turn of the loop: nothing is different but the time that it costs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hydra.runtime.loops import VirtualLoop
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import START_AT, Say, Stage, tree
from tests.runtime.test_virtual import Gossip, gossip_digest

Taken = list[bool]


def counted(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Each answer of takes_turn from now on."""
    answers: Taken = []
    takes_turn = VirtualLoop.takes_turn
    monkeypatch.setattr(
        VirtualLoop, "takes_turn", lambda loop, handle: answers.append(takes_turn(loop, handle)) or answers[-1]
    )
    return answers


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("policy", ["fifo", "random"])
def test_who_is_delivered_to_next_does_not_depend_on_it(seed: int, policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = counted(monkeypatch)
    taken = gossip_digest(seed, policy=policy)
    assert answers.count(True) > 50
    monkeypatch.setattr(VirtualLoop, "takes_turn", lambda loop, handle: False)
    assert taken == gossip_digest(seed, policy=policy)


def test_whoever_waits_for_an_instant_is_asked_before_each_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = counted(monkeypatch)
    delivered: list[str] = []
    made = VirtualWorld(
        seed=1, start_at=START_AT, on_fatal=pytest.fail, on_escalation=pytest.fail, on_trace=delivered.append
    )
    stage = object.__new__(Stage)
    stage.heard = []
    names = [f"g{number}" for number in range(4)]
    made.start(tree("root", *(stage.child(name, Gossip) for name in names), intensity=10**6))
    for name in names:
        made.tell(name, Say(text=name[-1]))
    seen = [len(delivered)]

    def done() -> bool:
        seen.append(len(delivered))
        return False

    made.run_until(done, limit_s=2.0)
    made.stop()
    assert answers.count(True) > 50
    assert {0, 1} == {after - before for before, after in pairwise(seen)}
