"""Tests of hydra/runtime/trace.py: one line a delivery, and a digest that no difference escapes."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.runtime.envelope import Envelope
from hydra.runtime.message import Message
from hydra.runtime.trace import SPELLED_MAX, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Message):
    text: str


def envelope(text: str, sender: str = "a") -> Envelope:
    return Envelope(sender, 1, Said(text=text), 1)


def digest_of(*deliveries: tuple[int, str, Envelope]) -> str:
    trace = Trace()
    for delivery in deliveries:
        trace.note(*delivery)
    return trace.digest()


def test_a_line_has_the_instant_both_ends_and_the_message() -> None:
    lines: list[str] = []
    Trace(lines.append).note(7, "b", envelope("hi"))
    assert ["7|a|b|Said|Said(text='hi')\n"] == lines


def test_the_digest_is_another_for_every_difference() -> None:
    differing = [
        digest_of((1, "b", envelope("x"))),
        digest_of((2, "b", envelope("x"))),
        digest_of((1, "c", envelope("x"))),
        digest_of((1, "b", envelope("y"))),
        digest_of((1, "b", envelope("x", sender="c"))),
        digest_of((1, "b", envelope("x")), (1, "b", envelope("x"))),
        digest_of(),
    ]
    assert len(differing) == len(set(differing))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 40), max_size=200))
def test_a_message_that_is_spelled_once_for_many_reads_as_if_spelled_each_time(order: list[int]) -> None:
    messages = [envelope(f"text {n}") for n in range(SPELLED_MAX * 2 + 9)]
    lines: list[str] = []
    trace = Trace(lines.append)
    for n in order:
        trace.note(n, "b", messages[n])
    assert [f"{n}|a|b|Said|{messages[n].message!r}\n" for n in order] == lines
