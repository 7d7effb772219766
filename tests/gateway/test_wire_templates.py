"""Templates write what the row-by-row writer writes, byte by byte, or leave it to him."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from hydra.gateway.framing import frame
from hydra.gateway.wire import WireError, _Encoding, encode_server
from hydra.gateway.wire_plan import Plan, plan_of
from hydra.gateway.wire_rows import Field, Layout, Row, Rows, Run, Variant, When, layout
from hydra.gateway.wire_server_messages import SERVER_MESSAGES
from hydra.gateway.wire_templates import SHAPES_MAX, Templates
from tests.gateway.wire_examples import DECIDING, unframed

VERSIONS = (157, 163, 170, 178)
BY_NAME = {each.name: each for each in SERVER_MESSAGES}


def plan_for(name: str, version: int = 178) -> Plan:
    return plan_of(BY_NAME[name], version)


def some_values(chance: Random, plan: Plan) -> dict[str, Any]:
    """Of some of the fields that stand outside groups; None for some of those."""
    fields = [field for row in _flat(plan.rows) if isinstance(row, Run) for field in row.fields if field.kind != "v"]
    drawn = chance.sample(fields, chance.randint(0, min(12, len(fields))))
    return {field.name: None if chance.random() < 0.1 else some_value(chance, field) for field in drawn}


def some_value(chance: Random, field: Field) -> Any:
    if field.name in DECIDING:
        return chance.choice(DECIDING[field.name])
    if field.kind == "s":
        return chance.choice(("", "AAPL", "é %", "x y"))
    if field.kind == "b":
        return chance.random() < 0.5
    return chance.randint(-9, 10**6) if field.kind in "iI" else Decimal(chance.randint(-9, 10**6)).scaleb(-2).quantize(1)


def _flat(rows: Rows) -> list[Row]:
    return [inner for row in rows for inner in (_flat(row.rows) if isinstance(row, When) else [row])]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["openOrder", "completedOrder", "contractData", "execDetails", "tickPrice"])
def test_a_template_writes_what_the_other_writer_writes(name: str, version: int) -> None:
    plan, chance = plan_for(name, version), Random(f"{name}/{version}")
    templates = Templates(plan)
    for _ in range(150):
        values = some_values(chance, plan)
        assert frame(_Encoding(plan).run(values)) == templates.frame(values)


@pytest.mark.parametrize(
    "message",
    [each for each in SERVER_MESSAGES if not any(isinstance(row, Variant) for row in plan_of(each, 178).rows)],
    ids=lambda each: each.name,
)
def test_every_message_has_a_template_of_its_defaults(message: Layout) -> None:
    framed = Templates(plan_of(message, 178)).frame({})
    assert framed is not None
    assert str(message.number) == unframed(framed)[0]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tickSize", {"reqId": "seven"}),
        ("tickSize", {"size": Decimal("NaN")}),
        ("tickSize", {"tickType": 2**64}),
        ("tickSize", {"colour": 7}),
        ("managedAccounts", {"accountsList": "DU1\0DU2"}),
        ("openOrder", {"comboLegs": []}),
        ("tickByTick", {"reqId": 1}),
        ("openOrder", {"orderRef": "\ud800"}),
    ],
)
def test_what_a_template_cannot_write_is_left_to_the_other_writer(name: str, values: dict[str, Any]) -> None:
    assert Templates(plan_for(name)).frame(values) is None


def test_what_neither_can_write_is_refused_as_ever() -> None:
    with pytest.raises(WireError, match="tickSize, field reqId: 'seven' is not a value of kind i"):
        encode_server("tickSize", {"reqId": "seven"}, 178)
    with pytest.raises(WireError, match="no such field"):
        encode_server("tickSize", {"colour": 7}, 178)


def test_a_condition_decides_by_the_value_and_not_by_the_first_message_with_these_names() -> None:
    templates = Templates(plan_for("openOrder"))
    plain, pegged = ({"orderId": 1, "orderType": kind} for kind in ("LMT", "PEG BENCH"))
    lengths = [len(unframed(templates.frame(values) or b"")) for values in (plain, pegged, plain)]
    assert [0, 5, 0] == [length - lengths[0] for length in lengths]


def test_a_per_cent_sign_is_only_text() -> None:
    values = {"reqId": 1, "errorCode": 2, "errorMsg": "100 %s of %d"}
    assert values["errorMsg"] in unframed(Templates(plan_for("errMsg")).frame(values) or b"")


def test_a_per_cent_sign_of_a_default_is_only_text_too() -> None:
    share = layout(999, "share", "reqId:i", Field(name="text", kind="s", default="5% of %s"))
    assert ("999", "7", "5% of %s") == unframed(Templates(plan_of(share, 178)).frame({"reqId": 7}) or b"")


def test_no_more_sets_of_names_are_kept_than_the_limit() -> None:
    templates = Templates(plan_for("openOrder"))
    names = sorted(plan_for("openOrder").blocks[""].known - set(plan_for("openOrder").blocks[""].groups))
    for first in names[:20]:
        for second in names[20:40]:
            templates.frame({first: None, second: None})
    assert len(templates._shapes) <= SHAPES_MAX
