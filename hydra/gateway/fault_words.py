"""Faults in words, `KIND[:TARGET][=AMOUNT]@START[+FOR]`, and the table of their kinds. Text in, text out; it begins none."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.faults import FaultSpec, GatewayFault
from hydra.gateway.instants import SECOND_US

_UNITS_S = {"s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smh])")
_FORM = re.compile(r"(?P<kind>\w+)(?::(?P<target>[^=@]*))?(?:=(?P<amount>[^@]+))?@(?P<start>[^+]+)(?:\+(?P<span>.+))?")
_WIDTH = 120


def fault_of(text: str) -> GatewayFault:
    """What the text says; its `at_us` counts from the gateway's start. Raises ValueError with a sentence for a person."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form KIND[:TARGET][=AMOUNT]@START[+FOR], as status_late=5@30s+2m")
    spec = FAULTS.get(match["kind"])
    if spec is None:
        raise ValueError(f"no fault is called {match['kind']!r}. There are:\n{fault_table()}")
    _check_words(spec, match)
    return GatewayFault(
        kind=spec.kind,
        at_us=_duration_us(match["start"]),
        for_us=_duration_us(match["span"]) if match["span"] else 0,
        target=match["target"] or "",
        amount=_amount(match["amount"]) if match["amount"] else 0.0,
    )


def _check_words(spec: FaultSpec, match: re.Match[str]) -> None:
    if match["target"] and not spec.target:
        raise ValueError(f"{spec.kind} has no target, so {match['target']!r} means nothing")
    if spec.choices and match["target"] and match["target"] not in spec.choices:
        raise ValueError(f"{spec.kind} has no target {match['target']!r}; there are {', '.join(spec.choices)}")
    if match["amount"] and not spec.amount:
        raise ValueError(f"{spec.kind} has no amount, so {match['amount']!r} means nothing")
    if spec.amount and not match["amount"]:
        raise ValueError(f"{spec.kind} needs an amount: {spec.kind}={spec.amount.upper().replace(' ', '-')}@START")
    if match["span"] and not spec.lasts:
        raise ValueError(f"{spec.kind} is an instant, so it cannot last {match['span']}")


def _duration_us(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration as 30s, 5m or 1.5h")
    return round(float(match[1]) * _UNITS_S[match[2]] * SECOND_US)


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the amount {text!r} is not a number") from None


def fault_rows() -> list[Mapping[str, Any]]:
    """Every kind as a JSON-able object."""
    return [
        {
            "kind": spec.kind,
            "lasts": spec.lasts,
            "target": spec.target,
            "choices": spec.choices,
            "amount": spec.amount,
            "sentence": spec.sentence,
        }
        for spec in FAULTS.values()
    ]


def fault_table() -> str:
    """Every kind with what it does, what its target and its amount mean, and whether it lasts."""
    return "\n".join(_row(spec) for spec in FAULTS.values())


def _row(spec: FaultSpec) -> str:
    words = [spec.sentence, "Lasts." if spec.lasts else "At once."]
    words += [f"TARGET: {spec.target}{_among(spec.choices)}."] if spec.target else []
    words += [f"AMOUNT: {spec.amount}."] if spec.amount else []
    margin = " " * 24
    return textwrap.fill(" ".join(words), _WIDTH, initial_indent=f"  {spec.kind:<22}", subsequent_indent=margin)


def _among(choices: Sequence[str]) -> str:
    return f" ({', '.join(choices)})" if choices else ""
