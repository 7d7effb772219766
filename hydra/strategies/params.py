"""Reads a strategy's parameters: unknown names, wrong kinds and values out of bounds are told together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hydra.config.kinds import ParamValue
from hydra.strategies.strategy import StrategyUnusable


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter that is a number between bounds."""

    default: Decimal
    low: Decimal
    high: Decimal
    whole: bool = False


def numbers(name: str, params: Mapping[str, ParamValue], spec: Mapping[str, Number]) -> dict[str, Decimal]:
    """Every number of the spec, defaults filled in; raises StrategyUnusable with all that is wrong.

    Params that the spec does not name are an error, except flags, which `flag` reads.
    """
    problems = [
        f"{key} = {value!r} is not a parameter (known: {', '.join(spec)})"
        for key, value in params.items()
        if key not in spec and not isinstance(value, bool)
    ]
    found = {key: params.get(key, number.default) for key, number in spec.items()}
    problems += [
        f"{key} = {found[key]!r}: expected {_words(number)}"
        for key, number in spec.items()
        if not _fits(found[key], number)
    ]
    if problems:
        raise StrategyUnusable(f"strategy {name}: " + "; ".join(problems))
    return {key: Decimal(value) for key, value in found.items()}


def flag(name: str, params: Mapping[str, ParamValue], key: str) -> bool:
    """A parameter that is true or false, false by default; raises StrategyUnusable for any other flag."""
    flags = {given: value for given, value in params.items() if isinstance(value, bool)}
    unknown = [given for given in flags if given != key]
    if unknown or (key in params and key not in flags):
        wrong = (unknown or [key])[0]
        text = f"strategy {name}: {wrong} = {params[wrong]!r}: expected only {key} = true or false"
        raise StrategyUnusable(text)
    return flags.get(key, False)


def _fits(value: ParamValue, number: Number) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return number.low <= value <= number.high and not (number.whole and value != int(value))


def _words(number: Number) -> str:
    kind = "a whole number" if number.whole else "a number"
    return f"{kind} from {number.low} to {number.high}"
