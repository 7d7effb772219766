"""Rows that are told again: the same bytes as when they are written anew, and nothing kept that is not listed any more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hydra.gateway.order_messages import commission_report, exec_details
from hydra.gateway.records import Execution
from hydra.gateway.repeats import Answered, Repeated, Repeats
from hydra.gateway.wire import encode_server

FILL = Execution(
    exec_id="0001f4e5.00000001.01.01",
    perm_id=7,
    client_id=1,
    order_id=4,
    order_ref="s-1/1/1",
    con_id=265598,
    symbol="AAPL",
    side="BUY",
    quantity=Decimal(3),
    price=Decimal("190.12"),
    cumulative_quantity=Decimal(3),
    average_price=Decimal("190.12"),
    commission=Decimal("1.00"),
    realized=None,
    at_us=1_338_816_600_000_000,
)


def details(request_id: int, version: int) -> dict[str, Any]:
    return exec_details(FILL, "DU1", request_id=request_id, zone="US/Eastern", version=version)


@pytest.mark.parametrize("version", [157, 163, 178])
def test_an_answer_to_another_request_has_the_bytes_of_one_that_is_written_anew(version: int) -> None:
    message = Repeated(details(1, version))
    for request_id in (1, 12, 1_073_741_824, -1):
        told = encode_server("execDetails", Answered(message, request_id), version)
        assert encode_server("execDetails", details(request_id, version), version) == told


def test_a_repeated_message_is_written_for_each_version_that_hears_it() -> None:
    message = Repeated(commission_report(FILL))
    for version in (157, 178, 157):
        expected = encode_server("commissionReport", commission_report(FILL), version)
        assert expected == encode_server("commissionReport", message, version)
    assert [157, 178] == list(message.frames)


def test_only_what_is_new_in_a_listing_is_written() -> None:
    repeats, other, written = Repeats(), replace(FILL, exec_id="2"), []

    def write(fill: Execution) -> dict[str, Any]:
        written.append(fill.exec_id)
        return commission_report(fill)

    first = list(repeats.listing([FILL], write))
    again = list(repeats.listing([FILL, other], write))
    assert [FILL.exec_id, "2"] == written
    assert first[0] is again[0]


def test_a_changed_record_makes_another_message_and_what_is_not_listed_is_forgotten() -> None:
    repeats, dearer = Repeats(), replace(FILL, commission=Decimal(2))
    assert [Decimal("1.00")] == [each["commission"] for each in repeats.listing([FILL], commission_report)]
    assert [Decimal(2)] == [each["commission"] for each in repeats.listing([dearer], commission_report)]
    assert 1 == len(repeats._told)
