"""Tests of hydra/broker/codes.py."""

from __future__ import annotations

import pytest

from hydra.broker.codes import TABLE, Effect, Target, effect_of, market_data_kind, row_of

# Every code of ib-gateway-behaviour 4.1, by the class it must have.
EXPECTED = {
    Effect.NOTICE: (165, 2104, 2106, 2107, 2108, 2119, 2158),
    Effect.WARNING: (399, 404, 2109, 2137, 2148, 2161, 2168, 2169, 10233, 10349),
    Effect.ORDER_DEAD: (
        *(106, 107, 109, 110, 111, 113, 163, 200, 201, 202, 203, 320, 321, 322, 382, 383, 387, 388, 434, 436),
        *(437, 460, 478, 481, 10006, 10052, 10243, 10285),
    ),
    Effect.ORDER_UNKNOWN: (
        *(103, 135, 161, 10147, 10148, 10268, 10269, 10270, 10318, 10326, 10328, 10329, 10331, 10332, 10351),
    ),
    Effect.MODIFY_REFUSED: (104, 105, 329, 2102),
    Effect.CONNECTION: (326, 502, 504, 507, 1100, 1101, 1102, 1300, 2110),
    Effect.PACING: (100, 420),
    Effect.PERMISSION: (327, 354, 10089, 10168, 10186),
    Effect.DATA: (
        *(101, 492, 2100, 2101, 2103, 2105, 2157, 2188, 10090, 10091, 10167, 10197, 10225),
    ),
    Effect.REQUEST: (102, 162, 309, 366),
}


def test_every_code_has_one_row_with_a_class_a_state_and_an_action() -> None:
    by_effect: dict[Effect, tuple[int, ...]] = {}
    for code, row in sorted(TABLE.items()):
        assert row.code == code
        assert row.state
        assert row.action
        by_effect[row.effect] = (*by_effect.get(row.effect, ()), code)
    assert by_effect == {effect: tuple(sorted(codes)) for effect, codes in EXPECTED.items()}


@pytest.mark.parametrize(
    ("code", "target", "effect"),
    [
        (201, Target.ORDER, Effect.ORDER_DEAD),
        (202, Target.ORDER, Effect.ORDER_DEAD),
        (10147, Target.ORDER, Effect.ORDER_UNKNOWN),
        (10349, Target.ORDER, Effect.WARNING),
        (2102, Target.ORDER, Effect.MODIFY_REFUSED),
        (354, Target.ORDER, Effect.ORDER_UNKNOWN),
        (99_999, Target.ORDER, Effect.ORDER_UNKNOWN),
        (200, Target.REQUEST, Effect.REQUEST),
        (321, Target.REQUEST, Effect.REQUEST),
        (10167, Target.REQUEST, Effect.DATA),
        (99_999, Target.REQUEST, Effect.REQUEST),
        (1100, Target.NOTHING, Effect.CONNECTION),
        (100, Target.NOTHING, Effect.PACING),
        (320, Target.NOTHING, Effect.REQUEST),
        (99_999, Target.NOTHING, Effect.NOTICE),
    ],
)
def test_a_code_counts_by_what_it_names(code: int, target: Target, effect: Effect) -> None:
    assert effect_of(code, target) is effect


def test_an_unknown_code_proves_nothing() -> None:
    assert row_of(4711).effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("code", "kind"),
    [(354, "missing"), (10168, "missing"), (10197, "missing"), (10167, "delayed"), (10090, "partial"), (162, None)],
)
def test_market_data_codes_say_whether_quotes_come(code: int, kind: str | None) -> None:
    assert market_data_kind(code) == kind
