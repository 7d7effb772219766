"""Durations as a person types them: `60s`, `5m`, `2h`, `1h30m`, `1.5h`."""

from __future__ import annotations

import re
from typing import Any

import click

SECONDS_MAX = 366 * 86_400.0
_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_WHOLE = re.compile(r"(?:(?:\d+(?:\.\d+)?)[dhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


def parse_duration(text: str) -> float:
    """Seconds. Raises ValueError with a sentence."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration such as 60s, 5m, 2h or 1h30m")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if not 0 < seconds <= SECONDS_MAX:
        raise ValueError(f"{text} is not above zero and at most {SECONDS_MAX / _UNITS['d']:g} days")
    return seconds


class DurationType(click.ParamType[float]):
    """A click parameter in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
