"""The kinds of value supervisor.toml may hold, all strict: no text for a number, no 1 for true, no nan.

TOML numbers arrive as `int` or, exact, as `Decimal`. Each kind says in a person's words what it takes. No key
is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A table of supervisor.toml; the docstring of each is the comment above it in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key takes, in the words of an error message."""

    words: str


def limit(metadata: Iterable[object], name: str) -> Any:
    """The bound called `name` (ge, gt, le, min_length, max_length) in a field's metadata, or None."""
    return next((getattr(item, name) for item in metadata if getattr(item, name, None) is not None), None)


def bounds(metadata: Sequence[object]) -> str:
    """The numeric bounds of a field: `from 1 to 65535`; empty where there are none."""
    least, above, most = (limit(metadata, name) for name in ("ge", "gt", "le"))
    if least is not None and most is not None:
        return f"from {least} to {most}"
    return f"above {above}, at most {most}" if above is not None else ""


def unexpected(expected: str) -> PydanticCustomError:
    """The error of our own checks; `expected` completes "expected ..." for a person."""
    return PydanticCustomError("unexpected", "{expected}", {"expected": expected})


def _float(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _decimal(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _path(value: object) -> object:
    return Path(value) if isinstance(value, str) and value else value


def _clock(value: object) -> object:
    """Hours and minutes as text; a TOML local time is taken as it is."""
    return time.fromisoformat(value) if isinstance(value, str) else value


def at_least(floor_key: str) -> AfterValidator:
    """The value may not be below that of `floor_key`, an earlier key of the same table."""

    def check(value: Any, info: ValidationInfo) -> Any:
        floor = info.data.get(floor_key)
        if floor is not None and value < floor:
            raise unexpected(f"at least {floor_key} ({floor:g})")
        return value

    return AfterValidator(check)


ParamValue = bool | int | Decimal | str


class ParamTable(Mapping[str, ParamValue]):
    """A strategy's parameters: a mapping that cannot change, hashable like the section that holds it."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, ParamValue]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> ParamValue:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


Count = Annotated[int, Strict(), Kind("a whole number")]
Seconds = Annotated[float, BeforeValidator(_float), Strict(), Kind("a number of seconds")]
Number = Annotated[float, BeforeValidator(_float), Strict(), Kind("a number")]
Fraction = Annotated[Decimal, BeforeValidator(_decimal), Strict(), Kind("a fraction (0.01 is 1 %)")]
Money = Annotated[Decimal, BeforeValidator(_decimal), Strict(), Kind("an amount of money")]
Flag = Annotated[bool, Strict(), Kind("true or false")]
Text = Annotated[str, Strict(), Kind("text in quotes")]
FilePath = Annotated[Path, BeforeValidator(_path), Strict(), Kind("a path in quotes")]
Day = Annotated[date, Strict(), Kind("a date such as 2012-06-04, without quotes")]
Clock = Annotated[time, BeforeValidator(_clock), Strict(), Kind('a time of day in quotes, such as "23:40"')]
HostName = Annotated[
    str, Strict(), StringConstraints(pattern=r"^\S+$"), Kind("a host name or address in quotes")
]
Account = Annotated[
    str,
    Strict(),
    StringConstraints(pattern=r"^([A-Z]{1,3}\d{4,12})?$"),
    Kind('an account id such as "DU1234567", or ""'),
]
Symbol = Annotated[
    str,
    Strict(),
    StringConstraints(pattern=r"^[A-Z][A-Z0-9]*([ .][A-Z0-9]+)?$"),
    Kind('a symbol in capitals, such as "IBM"'),
]
Name = Annotated[
    str,
    Strict(),
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$"),
    Kind("at most 32 small letters, digits and dashes, in quotes"),
]
ClassPath = Annotated[
    str,
    Strict(),
    StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"),
    Kind('a class as "package.module:Class"'),
]
Params = Annotated[
    Mapping[str, ParamValue], AfterValidator(ParamTable), Kind("a table of numbers, texts, true and false")
]
