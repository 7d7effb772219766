"""Rows that a listing repeats: told again word for word they mean the same, and ib_async does not read them again."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from random import Random
from typing import Any

import ib_async
import pytest
from ib_async.decoder import Decoder

from hydra.broker.link_taps import HandedOn, TapDecoder, TappedIB
from hydra.broker.news import CommissionSeen, CompletedOrderSeen, Ended, ExecutionSeen, News, Part, Unreadable
from hydra.broker.repeats import GENERATION_HEARTBEATS, Repeats, Wording, wording_of
from hydra.gateway.wire import encode_server
from tests.gateway.wire_examples import unframed

COMPLETED: dict[str, Any] = {
    "conId": 265598,
    "symbol": "AAPL",
    "action": "BUY",
    "orderRef": "s-1",
    "permId": 7,
    "status": "Filled",
    "filledQuantity": Decimal(100),
}
EXECUTED: dict[str, Any] = {
    "orderId": 3,
    "execId": "0001.a.01",
    "time": "20120604 10:00:00 US/Eastern",
    "side": "BOT",
    "shares": Decimal(100),
    "price": Decimal("155.25"),
    "symbol": "AAPL",
}
COST: dict[str, Any] = {"execId": "0001.a.01", "commission": Decimal(1), "currency": "USD"}


class Heard:
    """A decoder as a link has it, what it hands on, and how often ib_async itself had to read."""

    def __init__(self) -> None:
        self.news: list[News] = []
        ib = TappedIB(self.news.append)
        self.decoder: TapDecoder = ib.client.decoder
        self.decoder.serverVersion = 178
        self.read_n = 0
        for number in (11, 59, 101):
            self.decoder.handlers[number] = self._counting(self.decoder.handlers[number])

    def _counting(self, handler: Any) -> Any:
        def counted(texts: Any) -> None:
            self.read_n += 1
            handler(texts)

        return counted

    def hear(self, name: str, values: dict[str, Any]) -> News:
        self.decoder.interpret(list(unframed(encode_server(name, values, 178))))
        return self.news[-1]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("completedOrder", COMPLETED, CompletedOrderSeen),
        ("commissionReport", COST, CommissionSeen),
        ("execDetails", EXECUTED, ExecutionSeen),
    ],
)
def test_a_row_told_again_is_the_same_news_and_is_not_read_again(name: str, values: dict[str, Any], kind: type) -> None:
    heard = Heard()
    first, again = heard.hear(name, values), heard.hear(name, values)
    assert isinstance(first, kind)
    assert (first, 2, 1) == (again, len(heard.news), heard.read_n)


def test_an_execution_told_to_another_request_is_news_of_that_request() -> None:
    heard = Heard()
    live, listed = heard.hear("execDetails", EXECUTED | {"reqId": -1}), heard.hear("execDetails", EXECUTED | {"reqId": 9})
    assert isinstance(live, ExecutionSeen)
    assert dataclasses.replace(live, request_id=9) == listed
    assert (-1, 1) == (live.request_id, heard.read_n)


def test_a_row_of_other_words_is_read() -> None:
    heard = Heard()
    first = heard.hear("completedOrder", COMPLETED)
    assert first != heard.hear("completedOrder", COMPLETED | {"filledQuantity": Decimal(99)})
    assert 2 == heard.read_n


def test_an_unreadable_row_is_told_each_time_it_comes() -> None:
    heard = Heard()
    for _ in range(2):
        assert isinstance(heard.hear("completedOrder", COMPLETED | {"action": "GIVE"}), Unreadable)


def test_the_oldest_words_are_forgotten_beyond_two_generations() -> None:
    repeats = Repeats(rows_max=2)
    end = Ended(part=Part.POSITIONS)
    for text in "abcde":
        repeats.remember(Wording(text, 0), end)
    assert [None, None, end, end, end] == [repeats.meaning(Wording(text, 0)) for text in "abcde"]


def test_what_is_not_told_any_more_is_forgotten_after_two_generations_of_heartbeats() -> None:
    heard = Heard()
    heard.hear("completedOrder", COMPLETED)
    for beats, read_n in ((GENERATION_HEARTBEATS, 1), (GENERATION_HEARTBEATS, 1), (2 * GENERATION_HEARTBEATS, 2)):
        for _ in range(beats):
            heard.hear("currentTime", {"time": 1_338_816_600})
        heard.hear("completedOrder", COMPLETED)
        assert read_n == heard.read_n


@pytest.mark.parametrize("texts", [[], ["4", "x"], ["11"], ["11", "seven", "x"]])
def test_other_messages_have_no_wording(texts: list[str]) -> None:
    assert wording_of(texts) is None


PARSED = (
    *(ib_async.Contract, ib_async.ContractDetails, ib_async.ComboLeg, ib_async.Order, ib_async.OrderComboLeg),
    *(ib_async.OrderState, ib_async.Execution, ib_async.CommissionReport, ib_async.PriceCondition, ib_async.MarginCondition),
)


@pytest.mark.parametrize("kind", PARSED, ids=lambda kind: kind.__name__)
def test_numbers_are_parsed_as_ib_async_parses_them(kind: type) -> None:
    chance = Random(kind.__name__)
    ours = TapDecoder(TappedIB(lambda news: None).wrapper, HandedOn(lambda news: None))
    theirs = Decoder(None, 178)
    for _ in range(20):
        pair = []
        seed = chance.random()
        for decoder in (ours, theirs):
            told = _told(kind, Random(seed))
            decoder.parse(told)
            pair.append(vars(told))
        assert pair[1] == pair[0]
        assert [type(value) for value in pair[1].values()] == [type(value) for value in pair[0].values()]


def _told(kind: type, chance: Random) -> Any:
    """An object as the decoder leaves it before it parses: texts in some of the fields."""
    told = kind()
    for field in dataclasses.fields(kind):
        texts = {int: ("", "7", "0"), float: ("", "7.5", "0"), bool: ("", "1", "0")}.get(type(field.default))
        if texts and chance.random() < 0.6:
            setattr(told, field.name, chance.choice(texts))
    return told
