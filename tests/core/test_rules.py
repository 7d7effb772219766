"""Each rule of the gate: what it refuses and what it says."""

import pytest

from hydra.core.rules import RULES, Rule
from tests.core.risk_cases import CASES, Case, refusal


@pytest.mark.parametrize(("title", "words", "case"), CASES)
def test_a_broken_rule_refuses_and_says_why(title: str, words: str, case: Case) -> None:
    texts = [breach.text for breach in refusal(case).breaches if breach.title == title]
    assert any(words in text for text in texts), refusal(case).reasons


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title)
def test_every_rule_of_the_table_has_a_case_that_breaks_it(rule: Rule) -> None:
    assert rule.title in {title for title, _, _ in CASES}
