"""The wiring as a Markdown table for people; the README holds exactly this text."""

from __future__ import annotations

from hydra.supervisor.wiring import ROUTES


def markdown_table() -> str:
    """One row per message: name, from, to, and the first sentence of its docstring."""
    rows = ["| message | from | to | meaning |", "|---|---|---|---|"]
    for message, (sender, receiver) in ROUTES.items():
        sentence = " ".join((message.__doc__ or "").strip().split("\n\n")[0].split())
        rows.append(f"| {message.__name__} | {sender} | {receiver} | {sentence} |")
    return "\n".join(rows) + "\n"
