"""The text of single values: every spelling a client uses, every bad one, and what a real gateway prints."""

from decimal import Decimal

import pytest

from hydra.gateway.wire import WireError, decode_client, encode_server
from tests.gateway.wire_examples import golden, unframed

SPELLINGS = [  # field of placeOrder, text on the wire, value
    ("lmtPrice", "1e-05", Decimal("0.00001")),
    ("lmtPrice", "", None),
    ("lmtPrice", "1.7976931348623157E308", None),
    ("lmtPrice", "1.7976931348623157e+308", None),
    ("strike", "", Decimal(0)),
    ("displaySize", "", 0),
    ("minQty", "", None),
    ("minQty", "2147483647", None),
    ("totalQuantity", "100.0", Decimal(100)),
    ("totalQuantity", "", Decimal(0)),
    ("transmit", "True", True),
    ("transmit", "0", False),
    ("transmit", "", False),
    ("percentOffset", "Infinite", Decimal("Infinity")),
    ("percentOffset", "Infinity", Decimal("Infinity")),
]


def _placed_with(name: str, text: str) -> tuple[str, ...]:
    """The recorded placeOrder with one field of another text."""
    fields = list(golden("place_order_178"))
    fields[_POSITION[name]] = text
    return tuple(fields)


_POSITION = {
    "orderId": 1,
    "strike": 6,
    "totalQuantity": 17,
    "lmtPrice": 19,
    "transmit": 27,
    "displaySize": 31,
    "minQty": 50,
    "percentOffset": 51,
    "nConditions": 89,
}


@pytest.mark.parametrize(("name", "text", "value"), SPELLINGS)
def test_every_spelling_that_clients_use_is_understood(name: str, text: str, value: object) -> None:
    assert value == decode_client(_placed_with(name, text), 178).values[name]


BAD = [
    ("lmtPrice", "nan", "placeOrder, field lmtPrice: 'nan' is not a number"),
    ("lmtPrice", "1,5", "placeOrder, field lmtPrice: '1,5' is not a number"),
    ("lmtPrice", "1e9999", "placeOrder, field lmtPrice: '1e9999' is not a number"),
    ("totalQuantity", "Infinity", "placeOrder, field totalQuantity: 'Infinity' is not a quantity"),
    ("displaySize", "1.5", "placeOrder, field displaySize: '1.5' is not a whole number"),
    ("displaySize", "٣", "placeOrder, field displaySize: '٣' is not a whole number"),
    (
        "displaySize",
        "9223372036854775808",
        "placeOrder, field displaySize: '9223372036854775808' does not fit into 64 bits",
    ),
    ("transmit", "yes", "placeOrder, field transmit: 'yes' is neither 1 nor 0"),
    ("nConditions", "-1", "placeOrder, field conditions: the count -1 is negative"),
]


@pytest.mark.parametrize(("name", "text", "sentence"), BAD)
def test_a_bad_value_is_refused_with_field_and_text_and_with_the_order_it_is_about(
    name: str, text: str, sentence: str
) -> None:
    with pytest.raises(WireError) as caught:
        decode_client(_placed_with(name, text), 178)
    assert (sentence, 4) == (str(caught.value), caught.value.request_id)


PRINTED = [  # price, quantity, what the wire shows
    (Decimal("155"), Decimal("100"), ("155.0", "100")),
    (Decimal("155.00"), Decimal("100.00"), ("155.0", "100")),
    (Decimal("0.010"), Decimal("0.5"), ("0.01", "0.5")),
    (Decimal("1E+3"), Decimal("1E+2"), ("1000.0", "100")),
    (Decimal("1E-7"), Decimal("0"), ("0.0000001", "0")),
    (Decimal("-0.0"), Decimal("-3"), ("0.0", "-3")),
    (7, 7, ("7.0", "7")),
]


@pytest.mark.parametrize(("price", "size", "texts"), PRINTED)
def test_numbers_are_plain_text_as_a_real_gateway_prints_them(price: Decimal, size: Decimal, texts: tuple[str, str]) -> None:
    sent = unframed(encode_server("tickPrice", {"price": price, "size": size}, 178))
    assert texts == (sent[4], sent[5])


def test_quantities_are_integer_text_before_163_and_a_fraction_is_refused_there() -> None:
    assert "100" == unframed(encode_server("tickSize", {"size": Decimal("100.0")}, 162))[4]
    assert "0.5" == unframed(encode_server("tickSize", {"size": Decimal("0.5")}, 163))[4]
    with pytest.raises(WireError, match="server versions before 163 take whole units"):
        encode_server("tickSize", {"size": Decimal("0.5")}, 162)


def test_an_unset_number_is_printed_as_its_own_field_prints_it() -> None:
    values = {"minQty": None, "displaySize": None, "commission": None, "initMarginAfter": None}
    fields = unframed(encode_server("openOrder", values, 170))
    assert ("", "2147483647", "", "1.7976931348623157E308") == tuple(fields[at] for at in (53, 49, 104, 101))
