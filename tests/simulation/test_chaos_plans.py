"""Tests of plans: the same seed is the same plan, what is written is read, and what is wrong is said in a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from hydra.errors import UsageError
from hydra.simulation.chaos.options import MINUTES, SYMBOLS, faults_of, plan_of
from hydra.simulation.chaos.plan import Record, decode, described, encode, read
from hydra.simulation.chaos.workloads import KNOBS, WORKLOADS, config_of
from hydra.simulation.faults.base import Scope
from hydra.simulation.faults.catalogue import DRAWN_ROWS, KINDS, ROWS
from hydra.simulation.markets import tape_day

SEEDS = range(300)


def test_every_row_of_the_catalogue_of_faults_can_be_injected() -> None:
    covered = {row for kind in KINDS.values() for row in kind.rows} | set(DRAWN_ROWS)
    assert [] == [row for row in ROWS if row not in covered]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_bears_its_sufferer_in_its_name_and_draws_faults_inside_the_scope(name: str) -> None:
    kind = KINDS[name]
    scope = Scope(from_s=20.0, until_s=4200.0, symbols=SYMBOLS)
    drawn = [kind.draw(Random(seed), scope) for seed in range(40)]
    assert {name} == {fault.kind for fault in drawn}
    assert [] == [fault for fault in drawn if not scope.from_s <= fault.at_s <= scope.until_s or fault.for_s < 0]
    assert kind.sentence == kind.sentence.strip() != ""
    assert [] == [row for row in kind.rows if row not in ROWS]


def test_a_seed_is_one_plan_and_another_seed_another() -> None:
    assert [plan_of(seed) for seed in SEEDS] == [plan_of(seed) for seed in SEEDS]
    assert len(SEEDS) == len({encode(Record(plan=plan_of(seed))) for seed in SEEDS})


def test_the_plans_of_many_seeds_use_every_kind_every_policy_every_workload_and_every_knob() -> None:
    plans = [plan_of(seed) for seed in range(1500)]
    assert [] == [kind for kind in KINDS if not any(fault.kind == kind for plan in plans for fault in plan.faults)]
    assert set(WORKLOADS) == {plan.workload for plan in plans}
    assert set(KNOBS) == {key for plan in plans for key in plan.knobs}
    assert {True, False} == {plan.recovers for plan in plans}
    assert 12 == len({plan.policy for plan in plans})


def test_a_plan_without_faults_has_none_and_is_the_same_market() -> None:
    for seed in (1, 2, 3):
        calm, heavy = plan_of(seed, "none"), plan_of(seed, "heavy")
        assert ((), "fifo", {}) == (calm.faults, calm.policy, calm.knobs)
        assert (calm.begins_us, calm.workload) == (heavy.begins_us, heavy.workload)


def test_light_faults_are_fewer_than_heavy_ones() -> None:
    light = sum(len(faults_of(seed, "light", MINUTES)) for seed in SEEDS)
    heavy = sum(len(faults_of(seed, "heavy", MINUTES)) for seed in SEEDS)
    assert 0 < light * 3 < heavy


@pytest.mark.parametrize("key", KNOBS)
def test_every_end_of_every_knob_is_a_configuration_that_hydra_accepts(key: str) -> None:
    plan = plan_of(1, "none")
    for value in KNOBS[key]:
        turned = config_of(type(plan)(**{**_fields(plan), "knobs": {key: value}}), tape_day(plan.begins_us))
        section, _, name = key.partition(".")
        assert value == getattr(getattr(turned, section), name)


def _fields(plan: object) -> dict[str, object]:
    return {name: getattr(plan, name) for name in type(plan).__dataclass_fields__}  # type: ignore[attr-defined]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    record = Record(plan=plan_of(7), violations=("S1: twice",), digest="abc")
    (tmp_path / "plan.json").write_bytes(encode(record))
    assert record == read(tmp_path / "plan.json")


def test_a_knob_that_is_a_whole_number_is_read_as_one(tmp_path: Path) -> None:
    """It came back as 1.0, which no configuration accepts, so that the world of the file could not be replayed."""
    plan = replace(plan_of(7), knobs={"risk.working_orders_max": 1, "broker.heartbeat_s": 300.0})
    (tmp_path / "plan.json").write_bytes(encode(Record(plan=plan)))
    assert "1" == repr(read(tmp_path / "plan.json").plan.knobs["risk.working_orders_max"])
    config_of(read(tmp_path / "plan.json").plan, tape_day(plan.begins_us))


def test_a_plan_tells_its_faults_in_order_of_time() -> None:
    plan = plan_of(7)
    lines = described(plan)[-len(plan.faults) :]
    times = [float(line.split()[0]) for line in lines]
    assert sorted(times) == times


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "plan.json is not a plan of faults: Input data was truncated"),
        (b"{}", "plan.json is not a plan of faults: Object missing required field `plan`"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_file_and_the_reason(text: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        decode(text, "plan.json")


def test_a_fault_of_an_unknown_kind_and_another_format_are_refused() -> None:
    told = json.loads(encode(Record(plan=plan_of(7))))
    told["plan"]["faults"][0]["kind"] = "actor.sneezes"
    with pytest.raises(UsageError, match=r"faults of unknown kinds: actor\.sneezes"):
        decode(json.dumps(told).encode(), "plan.json")
    with pytest.raises(UsageError, match="format 9; this version of hydra reads 1"):
        decode(json.dumps({**told, "format": 9}).encode(), "plan.json")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json cannot be read: No such file"):
        read(tmp_path / "nowhere.json")
