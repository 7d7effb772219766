"""The house rules, held by every file of the repository, and the proof that each rule can be broken."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests import house_arrows, house_rules
from tests.house_rules import RULES_OF_THE_PRODUCT, RULES_OF_THE_TESTS, Rule

ROOT = Path(__file__).parents[1]
TOP_LEVEL = [
    *("LICENSE", "README.md", "hydra", "logs"),
    *("pyproject.toml", "requirements.lock", "supervisor.toml", "tests"),
]

BROKEN: dict[Rule, tuple[str, ...]] = {
    house_rules.files_are_short: ("x = 1\n" * 401,),
    house_rules.functions_are_short: ("def f():\n" + "    x = 1\n" * 60,),
    house_rules.files_open_with_a_docstring: ("x = 1\n",),
    house_rules.names_mean_something: (
        "class OrderManager: ...\n",
        "class IBInfo: ...\n",
        "class order_utils: ...\n",
    ),
    house_rules.time_and_chance_are_arguments: (
        "from datetime import datetime\nx = datetime.now()\n",
        "import datetime as dt\nfactory = dt.datetime.now\n",
        "from time import monotonic as m\nx = m()\n",
        "import time\ntime.sleep(1)\n",
        "import random\nx = random.choice([1])\n",
        "import random\nx = random.Random()\n",
        "from uuid import uuid4\nx = uuid4()\n",
    ),
    house_rules.nothing_is_swallowed: (
        "try:\n    f()\nexcept Exception:\n    pass\n",
        "try:\n    f()\nexcept:\n    raise\n",
        "try:\n    f()\nexcept (KeyError, BaseException):\n    pass\n",
    ),
    house_rules.actors_only_tell: ("reply = self.world.ask('risk', f)\n",),
    house_rules.only_the_link_imports_ib_async: (
        "import ib_async\n",
        "from ib_async.wrapper import Wrapper\n",
    ),
    house_rules.banned_modules_stay_out: (
        "import pandas as pd\n",
        "from unittest import mock\n",
        "from unittest.mock import Mock\n",
    ),
    house_rules.no_promises_in_comments: ("x = 1  # TO" + "DO: later\n",),
    house_rules.sets_are_never_iterated: (
        "for x in {1, 2}:\n    f(x)\n",
        "y = [x for x in set(z) - {1}]\n",
        "seen: set[str] = set()\nfor x in seen:\n    f(x)\n",
        "seen = frozenset(z)\ny = list(seen)\n",
        "def f(names: frozenset[str]):\n    return [*names]\n",
    ),
}

HELD = '''"""A file that keeps every rule."""

import random
from datetime import UTC, datetime

AT = datetime(2012, 6, 4, tzinfo=UTC)
DICE = random.Random(1)


class OrderTicket:
    """An order and its quote; `quote.ask` is a price, not a question."""


class MarketDataNoticed:
    """Named by a standard term of the field."""


def spread(quote, seen: set[str]) -> object:
    try:
        return sorted(seen), quote.ask - quote.bid, DICE.random(), {name for name in sorted(seen)}
    except KeyError:
        raise
'''


def sources(folder: str) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def modules() -> dict[str, str]:
    return {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): text
        for path, text in sources("hydra").items()
    }


@pytest.mark.parametrize("rule", RULES_OF_THE_PRODUCT, ids=lambda rule: rule.__name__)
def test_every_file_of_the_product_keeps_the_rule(rule: Rule) -> None:
    assert [] == [sentence for path, text in sources("hydra").items() for sentence in rule(path, text)]


@pytest.mark.parametrize("rule", RULES_OF_THE_TESTS, ids=lambda rule: rule.__name__)
def test_every_file_of_the_tests_keeps_the_rule(rule: Rule) -> None:
    assert [] == [sentence for path, text in sources("tests").items() for sentence in rule(path, text)]


@pytest.mark.parametrize("rule", RULES_OF_THE_PRODUCT, ids=lambda rule: rule.__name__)
def test_the_rule_finds_what_breaks_it_and_nothing_else(rule: Rule) -> None:
    assert [] == [bad for bad in BROKEN[rule] if not rule("hydra/core/x.py", bad)]
    assert [] == rule("hydra/core/x.py", HELD)


def test_a_module_name_that_says_nothing_is_found() -> None:
    assert house_rules.names_mean_something("hydra/core/order_helpers.py", "")
    assert house_rules.names_mean_something("hydra/common/orders.py", "")


def test_imports_follow_the_arrows() -> None:
    assert [] == house_arrows.wrong_arrows(modules())


def test_imports_make_no_cycle() -> None:
    assert [] == house_arrows.cycle_of(modules())


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("hydra.core.x", "from hydra.broker.link import Link\n"),
        ("hydra.core.x", "import hydra.runtime.world\n"),
        ("hydra.gateway.x", "from hydra.values import Side\n"),
        ("hydra.gateway.x", "from hydra import values\n"),
        ("hydra.runtime.x", "from hydra.errors import HydraError\n"),
        ("hydra.core.x", "from .orders import Order\n"),
        ("hydra.novelty.x", "x = 1\n"),
    ],
)
def test_a_wrong_arrow_is_found(module: str, text: str) -> None:
    assert 1 == len(house_arrows.wrong_arrows({module: text, "hydra.values": ""}))


def test_a_cycle_is_found() -> None:
    circle = {"hydra.core.a": "from hydra.core import b\n", "hydra.core.b": "import hydra.core.a\n"}
    assert ["hydra.core.a", "hydra.core.b"] == sorted({*house_arrows.cycle_of({**circle, "hydra.core": ""})})


def test_types_may_name_each_other() -> None:
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hydra.core import b\n"
    circle = {"hydra.core": "", "hydra.core.a": for_types, "hydra.core.b": "import hydra.core.a\n"}
    assert [] == house_arrows.cycle_of(circle)


def test_the_top_level_holds_what_the_architecture_names_and_dotfiles() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing says which files belong to the project")
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    entries = {line.split("/")[0] for line in listing.stdout.splitlines()}
    assert TOP_LEVEL == sorted(entry for entry in entries if not entry.startswith("."))
