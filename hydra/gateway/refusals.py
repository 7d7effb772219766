"""Refusals: an error code of IB with its text, as values, and those that several requests share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error message for one request or order: nothing else has happened."""

    code: int
    text: str


def invalid(cause: str) -> Refusal:
    """IB's words for a request that makes no sense; as a modification it leaves the old order alive."""
    return Refusal(code=321, text=f"Error validating request.-'bW' : cause - {cause}")


def no_history(reason: str) -> Refusal:
    return Refusal(code=162, text=f"Historical Market Data Service error message:{reason}")


NO_DEFINITION = Refusal(code=200, text="No security definition has been found for the request")
OFF_TICK = Refusal(
    code=110, text="The price does not conform to the minimum price variation for this contract."
)
