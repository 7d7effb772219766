"""One value to its wire text and back, by kind; it never knows which message it is in.

Numbers are ASCII decimal text. Both spellings of "unset" (empty, or the largest double or int) are None.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hydra.gateway.wire_rows import UNSET_DOUBLE, UNSET_INT

_INT = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_INT_LIMIT = 2**63
_SPELLED_MAX = 4096
_NUMBER = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_UNSET_DOUBLE = Decimal(UNSET_DOUBLE)
_INFINITE = ("Infinite", "Infinity")  # ib_async writes the first, ibapi the second
_BOOLS = {"1": True, "0": False, "": False, "True": True, "False": False, "true": True, "false": False}


def parse(kind: str, text: str) -> Any:
    """Return the value of a wire text; raises ValueError with a sentence about the text."""
    match kind:
        case "s":
            return text
        case "i":
            return _int(text) if text else 0
        case "I":
            return None if text in ("", UNSET_INT) else _int(text)
        case "b":
            return _bool(text)
        case "q" | "Q":
            return _quantity(text)
        case "f" | "g":
            number = _number(text)
            return Decimal(0) if number is None else number
        case _:
            return _number(text)


def _int(text: str) -> int:
    if _INT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a whole number")
    number = int(text)
    if not -_INT_LIMIT <= number < _INT_LIMIT:
        raise ValueError(f"{text!r} does not fit into 64 bits")
    return number


def _bool(text: str) -> bool:
    if text not in _BOOLS:
        raise ValueError(f"{text!r} is neither 1 nor 0")
    return _BOOLS[text]


def _number(text: str) -> Decimal | None:
    if not text:
        return None
    if text in _INFINITE:
        return Decimal("Infinity")
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a number")
    number = Decimal(text)
    return None if number == _UNSET_DOUBLE else number


def _quantity(text: str) -> Decimal:
    number = _number(text)
    if number is None:
        return Decimal(0)
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a quantity")
    return number


def show(kind: str, value: Any) -> str:
    """Return the wire text of a value that is not None; raises ValueError if the value is not of the kind."""
    text = _SHOW[kind](value)
    if text is None:
        raise ValueError(f"{value!r} is not a value of kind {kind}")
    return text


def spelling(kind: str) -> Callable[[Any], str | None]:
    """What makes the wire text of a value of this kind that is not None; it returns None for one of another kind."""
    return _SHOW[kind]


def _show_text(value: Any) -> str | None:
    return value if isinstance(value, str) and "\0" not in value else None


def _show_int(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _INT_LIMIT:
        return str(value)
    return None


def _show_bool(value: Any) -> str | None:
    if isinstance(value, bool):
        return "1" if value else "0"
    return None


def _show_number(spell: Callable[[Decimal], str]) -> Callable[[Any], str | None]:
    """Equal numbers have the same text, so what was spelled a moment ago is not spelled again."""
    remembered = lru_cache(maxsize=_SPELLED_MAX)(lambda number: spell(Decimal(number)))

    def spelled(value: Any) -> str | None:
        kind = type(value)
        if kind is Decimal or kind is int:
            return remembered(value)
        if isinstance(value, Decimal):
            return spell(value)
        return spell(Decimal(value)) if isinstance(value, int) and not isinstance(value, bool) else None

    return spelled


def _plain(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(f"{number} is not finite")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _price(number: Decimal) -> str:
    """As Java prints a double: at least one digit after the point."""
    if number == _UNSET_DOUBLE:
        return UNSET_DOUBLE
    if number.is_infinite() and number > 0:
        return "Infinity"
    text = _plain(number)
    return text if "." in text else text + ".0"


def _whole(number: Decimal) -> str:
    if number.is_finite() and number != number.to_integral_value():
        raise ValueError(f"{number} is a fraction, but server versions before 163 take whole units")
    return _plain(number)


_SHOW: dict[str, Callable[[Any], str | None]] = {
    "s": _show_text,
    "i": _show_int,
    "I": _show_int,
    "b": _show_bool,
    **dict.fromkeys("fFD", _show_number(_price)),
    **dict.fromkeys("gq", _show_number(_plain)),
    "Q": _show_number(_whole),
}
