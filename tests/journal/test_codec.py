"""Events as JSON and back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import freezegun
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydra.journal.codec import EVENT_OF, decode, encode
from hydra.journal.faults import NotReadable, NotRecordable
from hydra.messages.base import Event
from hydra.messages.decisions import DayStarted, OrderEnded, SignalReceived
from hydra.messages.facts import GatewayTimeSeen
from hydra.values import OrderState
from tests.journal.story import OPEN, SIGNAL, STORY

_LEAVES: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(),
    str: st.text(max_size=20),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    type(None): st.none(),
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that stands in an event."""
    if annotation in _LEAVES:
        return _LEAVES[annotation]
    if get_origin(annotation) is tuple:
        return st.lists(values_of(get_args(annotation)[0]), max_size=2).map(tuple)
    if isinstance(annotation, UnionType):
        return st.one_of(*map(values_of, get_args(annotation)))
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    assert isinstance(annotation, type) and is_dataclass(annotation), f"no values are known of {annotation}"
    hints = get_type_hints(annotation)
    return st.builds(annotation, **{field.name: values_of(hints[field.name]) for field in fields(annotation)})


@pytest.mark.parametrize("kind", EVENT_OF)
def test_every_event_comes_back_equal(kind: str) -> None:
    @settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(event=values_of(EVENT_OF[kind]))
    def law(event: Event) -> None:
        assert event == decode(kind, encode(event))

    law()


def test_the_catalogue_holds_every_class_of_event() -> None:
    def all_below(cls: type[Event]) -> list[str]:
        return [name for sub in cls.__subclasses__() for name in (sub.__name__, *all_below(sub))
                if sub.__module__.startswith("hydra.")]  # fmt: skip

    assert sorted({*all_below(Event)}) == sorted(EVENT_OF)


def test_the_body_is_plain_json_with_exact_decimals_and_utc() -> None:
    assert '{"day":"2012-06-04","equity":"999869.730"}' == encode(
        DayStarted(day=date(2012, 6, 4), equity=Decimal("999869.730"))
    )
    at = OPEN.replace(microsecond=7).astimezone(timezone(timedelta(hours=-4)))
    assert '{"session":1,"gateway_at":"2012-06-04T13:30:00.000007Z","skew_s":0.5}' == encode(
        GatewayTimeSeen(session=1, gateway_at=at, skew_s=0.5)
    )


def test_an_instant_without_a_time_zone_is_refused_wherever_it_stands() -> None:
    sentence = r"^SignalReceived cannot be recorded: at is 2012-06-04 13:30:00, an instant without a time zone\.$"
    with pytest.raises(NotRecordable, match=sentence):
        encode(SignalReceived(signal=replace(SIGNAL, at=OPEN.replace(tzinfo=None))))


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_number_that_is_not_finite_is_refused(text: str) -> None:
    with pytest.raises(NotRecordable, match=f"equity is {text}, not a finite number"):
        encode(DayStarted(day=date(2012, 6, 4), equity=Decimal(text)))
    if text != "sNaN":
        with pytest.raises(NotRecordable, match=r"skew_s is .*, not a finite number"):
            encode(GatewayTimeSeen(session=1, gateway_at=OPEN, skew_s=float(text)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"session": None},
        {"session": "1"},
        {"skew_s": object()},
        {"skew_s": "\ud800"},
        {"gateway_at": date(2012, 6, 4)},
    ],
    ids=lambda wrong: " ".join(f"{key} {type(value).__name__}" for key, value in wrong.items()),
)
def test_what_could_not_be_read_back_is_refused_before_it_is_written(wrong: dict[str, Any]) -> None:
    event = replace(GatewayTimeSeen(session=1, gateway_at=OPEN, skew_s=0.5), **wrong)
    with pytest.raises(NotRecordable, match="GatewayTimeSeen cannot be recorded"):
        encode(event)


def test_what_would_come_back_different_is_refused() -> None:
    with pytest.raises(NotRecordable, match="would come back as"):
        encode(replace(STORY[1], ignored=[]))  # type: ignore[type-var]


def test_a_word_of_an_enum_may_stand_where_text_is_expected() -> None:
    event = OrderEnded(order_ref="a", state=OrderState.FILLED, filled=Decimal(1), evidence="")
    assert event == decode("OrderEnded", encode(event))


def test_a_class_outside_the_catalogue_is_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class DayStarted(Event):
        day: date

    with pytest.raises(NotRecordable, match="DayStarted is not in the catalogue of events"):
        encode(DayStarted(day=date(2012, 6, 4)))


def test_an_unknown_kind_is_not_readable() -> None:
    with pytest.raises(NotReadable, match="its kind DayEnded is unknown to this version of hydra"):
        decode("DayEnded", "{}")


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"day":"2012-06-04","equity":"x"}', '{"day":4,"equity":"1"}', '{"day"\ud800']
)
def test_a_body_of_another_shape_is_not_readable(body: str) -> None:
    with pytest.raises(NotReadable, match="its body is not a DayStarted: "):
        decode("DayStarted", body)


def test_the_law_holds_while_time_is_frozen_and_for_instants_that_leaked_out_of_it() -> None:
    with freezegun.freeze_time("2012-06-04 13:30:00.25"):
        import datetime as frozen

        fake = frozen.datetime.now(frozen.UTC)
        assert "FakeDatetime" == type(fake).__name__
        seen = GatewayTimeSeen(session=1, gateway_at=fake, skew_s=0.0)
        body = encode(seen)
        assert seen == decode("GatewayTimeSeen", body)
        assert [event for event in STORY if decode(type(event).__name__, encode(event)) != event] == []
        with pytest.raises(NotRecordable, match="without a time zone"):
            encode(replace(seen, gateway_at=fake.replace(tzinfo=None)))
    assert (body, datetime) == (encode(seen), type(decode("GatewayTimeSeen", body).gateway_at))  # type: ignore[attr-defined]


def test_the_first_import_inside_a_freeze_says_what_is_wrong() -> None:
    program = "import freezegun\nwith freezegun.freeze_time('2012-06-04'):\n    import hydra.journal.codec"
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert "hydra.journal.codec must be imported before time is frozen" in run.stderr
