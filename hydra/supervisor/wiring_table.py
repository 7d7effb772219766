"""The wiring as a Markdown table for people; the README holds exactly this text."""

from __future__ import annotations

from hydra.runtime.message import Message
from hydra.supervisor.wiring import ROUTES


def markdown_table() -> str:
    """One row per message: name, from, to, and the first sentence of its docstring."""
    rows = ["| message | from | to | meaning |", "|---|---|---|---|"]
    for message, (sender, receiver) in ROUTES.items():
        rows.append(f"| {message.__name__} | {sender} | {receiver} | {_meaning(message)} |")
    return "\n".join(rows) + "\n"


def _meaning(message: type[Message]) -> str:
    """The first paragraph of the docstring; who tells whom stands in the other columns."""
    paragraph = " ".join((message.__doc__ or "").strip().split("\n\n")[0].split())
    head, arrow, rest = paragraph.partition(": ")
    return rest[0].upper() + rest[1:] if arrow and "->" in head else paragraph
