"""The table of what may be done: complete, and true to what the journal then does."""

from __future__ import annotations

import re
from pathlib import Path

from hydra.core.remedies import REMEDIES, remedies_of, remedy
from hydra.values import Resolution

CORE = Path(__file__).parents[2] / "hydra" / "core"


def kinds_made() -> list[str]:
    """Every kind that a Difference of the product can have, read from its sources."""
    files = [path for path in sorted(CORE.glob("*.py")) if path.name != "remedies.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = re.findall(r'kind="(\w+)",\s+symbol=', text)
    return sorted({*named, "foreign_position", *re.findall(r'"(phantom_position|missing_position|wrong_quantity)"', text)})


def test_every_kind_of_difference_that_can_be_made_has_its_row() -> None:
    assert sorted(REMEDIES) == kinds_made()


def test_each_row_says_of_all_three_in_words_what_they_do_or_why_not() -> None:
    for kind, row in REMEDIES.items():
        assert (list(Resolution), True) == ([one.how for one in row], all(len(one.text) > 10 for one in row)), kind
        assert remedy(kind, Resolution.IGNORE).is_offered


def test_a_kind_of_another_version_can_only_be_ignored() -> None:
    assert [Resolution.IGNORE] == [one.how for one in remedies_of("unheard_of") if one.is_offered]
