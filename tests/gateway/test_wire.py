"""The codec against recorded frames, the field lists' version gates, and itself."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.framing import frame
from hydra.gateway.wire import (
    WireError,
    decode_client,
    decode_server,
    encode_client,
    encode_server,
)
from hydra.gateway.wire_client_messages import CLIENT_MESSAGES
from hydra.gateway.wire_rows import VERSIONS as ALL_VERSIONS
from hydra.gateway.wire_rows import When, words
from hydra.gateway.wire_server_messages import SERVER_MESSAGES
from tests.gateway.wire_examples import GOLDEN, VERSIONS, fields_of, golden, unframed, values_of

SESSION = (GOLDEN / "session_178.txt").read_text(encoding="utf-8").splitlines()
CLIENT_LINES = [line[4:] for line in SESSION if line.startswith("C>S ")]
SERVER_LINES = [line[4:] for line in SESSION if line.startswith("S>C ")]


@pytest.mark.parametrize("name", ["open_order_170", "completed_order_170"])
def test_a_frame_captured_from_a_live_gateway_is_reproduced_byte_by_byte(name: str) -> None:
    fields = golden(name)
    message = decode_server(fields, 170)
    assert frame(fields) == encode_server(message.name, message.values, 170)


def test_the_captured_order_says_what_the_capture_shows() -> None:
    values = decode_server(golden("open_order_170"), 170).values
    expected = {
        "symbol": "ES",
        "lmtPrice": Decimal("5800.0"),
        "permId": 2126726143,
        "displaySize": None,
        "minQty": None,
        "initMarginBefore": None,
        "trailStopPrice2": Decimal("5801.0"),
        "comboLegs": [],
        "algoParams": [],
    }
    assert expected == {name: values[name] for name in expected}


def test_the_recorded_place_order_of_ib_async_is_reproduced_byte_by_byte() -> None:
    fields = golden("place_order_178")
    values = decode_client(fields, 178).values
    assert (4, "AAPL", Decimal(1), Decimal("155.0"), None, "ref1", True) == tuple(
        values[name] for name in ("orderId", "symbol", "totalQuantity", "lmtPrice", "auxPrice", "orderRef", "transmit")
    )
    assert frame(fields) == encode_client("placeOrder", values, 178)


@pytest.mark.parametrize("line", CLIENT_LINES)
def test_each_client_line_of_the_recorded_session_is_reproduced(line: str) -> None:
    message = decode_client(fields_of(line), 178)
    assert frame(fields_of(line)) == encode_client(message.name, message.values, 178)


@pytest.mark.parametrize("line", SERVER_LINES)
def test_each_server_line_of_the_recorded_session_decodes_to_what_it_encodes_to(line: str) -> None:
    message = decode_server(fields_of(line), 178)
    again = decode_server(unframed(encode_server(message.name, message.values, 178)), 178)
    if message.name == "openOrder":  # these lines are simplified; a real gateway prints 0.0 for no auxPrice
        message.values["auxPrice"] = Decimal("0.0")
    assert message == again


@pytest.mark.parametrize("line", [line for line in SERVER_LINES if not line.startswith("5|")])
def test_each_server_line_but_the_simplified_orders_is_reproduced(line: str) -> None:
    message = decode_server(fields_of(line), 178)
    assert fields_of(line) == unframed(encode_server(message.name, message.values, 178))


LENGTHS = [  # server version, fields of placeOrder, openOrder, completedOrder for a plain limit order
    (157, 110, 128, 96),
    (158, 111, 129, 96),
    (159, 111, 129, 96),
    (160, 112, 130, 96),
    (161, 112, 130, 96),
    *((version, 113, 131, 96) for version in (162, 163, 164, 165)),
    *((version, 114, 131, 96) for version in (166, 167, 168)),
    (169, 115, 131, 96),
    *((version, 115, 136, 101) for version in range(170, 177)),
    (177, 114, 135, 100),
    (178, 114, 135, 100),
]


@pytest.mark.parametrize(("version", "placed", "opened", "completed"), LENGTHS)
def test_a_plain_limit_order_has_the_verified_number_of_fields(
    version: int, placed: int, opened: int, completed: int
) -> None:
    order = {"symbol": "AAPL", "secType": "STK", "orderType": "LMT", "lmtPrice": Decimal("155.0")}
    assert (placed, opened, completed) == (
        len(unframed(encode_client("placeOrder", order, version))),
        len(unframed(encode_server("openOrder", order, version))),
        len(unframed(encode_server("completedOrder", order, version))),
    )


def test_every_version_of_the_range_is_in_the_table_of_lengths() -> None:
    assert list(ALL_VERSIONS) == [row[0] for row in LENGTHS]


GATES = [  # message, the last server version without the change, fields before and after it
    ("cancelOrder", 168, 3, 4),
    ("reqContractDetails", 175, 18, 19),
    ("errMsg", 165, 5, 6),
    ("execDetails", 177, 31, 32),
    ("contractData", 162, 39, 40),
    ("contractData", 163, 40, 40),  # two fields less, two more
]
_CLIENT_NAMES = [layout.name for layout in CLIENT_MESSAGES]


@pytest.mark.parametrize(("name", "version", "before", "after"), GATES)
def test_a_gated_field_appears_at_its_version(name: str, version: int, before: int, after: int) -> None:
    encode = encode_client if name in _CLIENT_NAMES else encode_server
    assert (before, after) == tuple(len(unframed(encode(name, {}, at))) for at in (version, version + 1))


def test_descriptions_of_symbols_appear_at_176() -> None:
    sample = {"contracts": [{"symbol": "IBM"}]}
    assert (9, 11) == tuple(len(unframed(encode_server("symbolSamples", sample, at))) for at in (175, 176))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("layout", CLIENT_MESSAGES, ids=lambda layout: layout.name)
def test_every_client_message_survives_the_wire_at_every_version(layout: Any, version: int) -> None:
    @settings(deadline=None, max_examples=3, database=None)
    @given(values_of(layout, version))
    def survives(values: dict[str, Any]) -> None:
        sent = encode_client(layout.name, values, version)
        message = decode_client(unframed(sent), version)
        assert layout.name == message.name
        assert sent == encode_client(message.name, message.values, version)
        sent_values = _unconditional(layout, values)
        assert sent_values == _restricted(message.values, sent_values)

    survives()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("layout", SERVER_MESSAGES, ids=lambda layout: layout.name)
def test_every_server_message_survives_the_wire_at_every_version(layout: Any, version: int) -> None:
    @settings(deadline=None, max_examples=3, database=None)
    @given(values_of(layout, version))
    def survives(values: dict[str, Any]) -> None:
        sent = encode_server(layout.name, values, version)
        message = decode_server(unframed(sent), version)
        assert layout.name == message.name
        assert sent == encode_server(message.name, message.values, version)
        sent_values = _unconditional(layout, values)
        assert sent_values == _restricted(message.values, sent_values)

    survives()


def _unconditional(layout: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a condition may keep off the wire; CONDITIONAL below is about those."""
    conditional: list[str] = []
    for row in layout.rows:
        if isinstance(row, When):
            conditional += [inner.name for inner in row.rows if hasattr(inner, "name")]
    return {name: value for name, value in values.items() if name not in conditional}


def _restricted(found: Any, like: Any) -> Any:
    """Leave out the names that only defaults have, at every depth."""
    if isinstance(like, dict):
        return {name: _restricted(found[name], like[name]) for name in like}
    if isinstance(like, list):
        return [_restricted(*pair) for pair in zip(found, like, strict=True)]
    return found


CONDITIONAL = [  # the value that opens a group, and the group
    ({"secType": "BAG"}, {"orderComboLegs": [{"price": Decimal("1.5")}, {"price": None}]}),
    ({"deltaNeutralOrderType": "MKT"}, {"deltaNeutralConId": 8314, "deltaNeutralShortSale": True}),
    ({"scalePriceIncrement": Decimal("0.05")}, {"scaleInitPosition": 7, "scaleAutoReset": True}),
    ({"hedgeType": "D"}, {"hedgeParam": "0.5"}),
    ({"dncPresent": True}, {"dnc.conId": 8314, "dnc.delta": Decimal("0.5"), "dnc.price": Decimal("10.0")}),
    ({"algoStrategy": "Twap"}, {"algoParams": [{"tag": "strategyType", "value": "Marketable"}]}),
    ({"orderType": "PEG BENCH"}, {"referenceContractId": 8314, "referenceExchangeId": "NYSE"}),
    ({"exchange": "IBKRATS"}, {"minTradeQty": 100}),
    ({"orderType": "PEG BEST"}, {"minCompeteSize": 100, "competeAgainstBestOffset": Decimal("0.02")}),
    ({"orderType": "PEG MID"}, {"midOffsetAtWhole": Decimal("0.01"), "midOffsetAtHalf": Decimal("0.005")}),
    (
        {"orderType": "PEGBEST", "competeAgainstBestOffset": Decimal("Infinity")},
        {"midOffsetAtWhole": Decimal("0.01")},
    ),
    (
        {
            "conditions": [
                {"type": 1, "conjunction": "a", "isMore": True, "price": Decimal("9.5"), "conId": 8314}
                | {"exch": "SMART", "triggerMethod": 0},
                {"type": 3, "conjunction": "a", "isMore": True, "time": "20120604-14:00:00"},
                {"type": 4, "conjunction": "a", "isMore": False, "percent": 30},
                {"type": 5, "conjunction": "o", "secType": "STK", "exch": "SMART", "symbol": "IBM"},
                {"type": 6, "conjunction": "o", "isMore": True, "volume": 9, "conId": 8314, "exch": "NYSE"},
                {"type": 7, "conjunction": "a", "isMore": True, "changePercent": Decimal("1.5")}
                | {"conId": 8314, "exch": "NYSE"},
            ]
        },
        {"conditionsCancelOrder": True},
    ),
]


@pytest.mark.parametrize(("key", "inside"), CONDITIONAL)
def test_a_conditional_group_is_on_the_wire_exactly_when_its_condition_holds(
    key: dict[str, Any], inside: dict[str, Any]
) -> None:
    message = decode_client(unframed(encode_client("placeOrder", key | inside, 178)), 178)
    assert key | inside == {name: message.values[name] for name in key | inside}
    plain = unframed(encode_client("placeOrder", {}, 178))
    if "competeAgainstBestOffset" not in key | inside:
        assert plain == unframed(encode_client("placeOrder", inside, 178))


def test_a_message_has_every_field_of_its_table_whatever_the_version() -> None:
    fields = unframed(encode_client("cancelOrder", {"orderId": 5}, 157))
    assert ("4", "1", "5") == fields
    assert {"orderId": 5, "manualCancelOrderTime": ""} == decode_client(fields, 157).values


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ((), "empty frame, field message id: a frame without a single field is no message"),
        (("999",), "999, field message id: no message has the id '999'"),
        (("61", "2"), "reqPositions, field version: version '2' is not supported, '1' is"),
        (("61",), "reqPositions, field version: the message ends after 1 fields, before this one"),
        (("61", "1", "x"), "reqPositions, field end: 3 fields came, 2 belong to the message"),
        (("4", "1"), "cancelOrder, field orderId: the message ends after 2 fields, before this one"),
    ],
)
def test_a_message_of_another_shape_is_refused_with_a_sentence(fields: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_client(fields, 178)
    assert sentence == str(caught.value)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([str(each.number) for each in CLIENT_MESSAGES]), st.lists(st.text(max_size=4)))
def test_garbage_is_only_ever_a_wire_error(number: str, rest: list[str]) -> None:
    try:
        decode_client([number, *rest], 178)
    except WireError as error:
        assert error.text


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 113), st.sampled_from(["", "1", "BAG", "PEG BEST", "-1", "9", "nan", "Infinite", "x"]))
def test_an_order_with_one_strange_field_is_an_order_or_a_wire_error(position: int, text: str) -> None:
    fields = list(golden("place_order_178"))
    fields[position] = text
    try:
        assert "placeOrder" == decode_client(fields, 178).name
    except WireError as error:
        assert "placeOrder" == error.name


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"orderID": 1}, "orderStatus, field orderID: no such field in the message"),
        ({"orderId": "1"}, "orderStatus, field orderId: '1' is not a value of kind i"),
        ({"orderId": True}, "orderStatus, field orderId: True is not a value of kind i"),
        ({"avgFillPrice": 1.5}, "orderStatus, field avgFillPrice: 1.5 is not a value of kind f"),
        ({"avgFillPrice": Decimal("NaN")}, "orderStatus, field avgFillPrice: NaN is not finite"),
        ({"whyHeld": "a\0b"}, "orderStatus, field whyHeld: 'a\\x00b' is not a value of kind s"),
    ],
)
def test_values_that_do_not_fit_the_table_are_not_sent(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(WireError) as caught:
        encode_server("orderStatus", values, 178)
    assert sentence == str(caught.value)


def test_a_tick_by_tick_of_each_kind_has_its_own_fields() -> None:
    last = {"reqId": 1, "tickType": 1, "time": 5, "price": Decimal("9.5"), "size": Decimal(3)}
    assert ("99", "1", "1", "5", "9.5", "3", "0", "", "") == unframed(encode_server("tickByTick", last, 178))
    middle = {"reqId": 1, "tickType": 4, "time": 5, "midPoint": Decimal("9.5")}
    assert ("99", "1", "4", "5", "9.5") == unframed(encode_server("tickByTick", middle, 178))
    with pytest.raises(WireError, match="9 is none of 1, 2, 3, 4"):
        encode_server("tickByTick", {"tickType": 9}, 178)
    with pytest.raises(WireError, match="9 is none of 1, 2, 3, 4"):
        decode_server(("99", "1", "9", "5"), 178)


def test_a_version_outside_the_tables_and_a_name_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="server version 179 is outside 157 to 178"):
        encode_server("positionEnd", {}, 179)
    with pytest.raises(WireError, match="no message has the name 'placeorder'"):
        encode_client("placeorder", {}, 178)


def test_a_word_of_a_table_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="'orderId' is not name:kind"):
        words("reqId:i orderId")
