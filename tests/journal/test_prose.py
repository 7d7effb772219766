"""One line for each event."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hydra.journal.codec import EVENT_OF
from hydra.journal.prose import SENTENCES, sentence_of
from hydra.messages.base import Event
from hydra.messages.facts import BrokerNoticed
from tests.journal.story import SEQUEL, STORY

TOLD = """\
run 3 began: hydra 0.1.0, process 4711, configuration 5f2c, 1 run without an orderly end before it
opening balance by ann: cash 1,000,000.5, adopted nothing, ignored -7 GE
actor broker started, incarnation 1
link READY as planned: connected
session 5 opened: account DU1234567, client id 7, server version 176, next order id 11, skew 0.2 s
gateway's clock is -3.0 s from ours
broker notice 2104 (notice): Market data farm connection is OK
IBM is contract 8314 on NYSE in USD, tick 0.01, 1 session known, daily volume 4,250,000
the broker does not know IBMM: No security definition has been found
market data of IBM delayed: Displaying delayed market data
reconciled (session opened): 1 order, 0 executions, 1 position; 0 repaired, 1 difference open, not judged: MSFT
difference: GE: we hold 0, the broker says -7
foreign position of -7 GE settled by ann: ignore
difference position/GE accepted by ann
ann said resume: GE is mine
trading is ACTIVE, by ann: GE is mine
the day 2012-06-04 began with equity 999,869.73
signal from reversion: BUY 120 IBM (OPEN): 1.2 deviations under its mean
risk admitted 100: heat leaves 100
PATIENCE for BUY 100 IBM: 1 slice, 1 step each, arrival 189.105
refused by risk: BUY 100 IBM at 189.12: quote is 9 s old, limit 5 s
intent: BUY 100 IBM at 189.12 DAY (OPEN, bid 189.1, ask 189.12), broker order 11
written to the socket as broker order 11
order in doubt: no answer within 2 s
order works at the broker as 704: open orders
broker says Submitted, filled 0, remaining 100
cancel sent: step over
broker error 10148 (notice): OrderId 11 that needs to be cancelled cannot be cancelled, state: Filled.
bought 100 IBM at 189.12 (0000e0d5.4fcc.01.01)
commission 1 USD
order FILLED, filled 100: executions
routing ended DONE, filled 100 at 189.12, 0 left: filled
signal ended EXECUTED, filled 100 at 189.12
not written: the session has ended
breaker daily_loss tripped, 2,100 over limit 2,000: lost 2,100 USD today
breaker daily_loss rearmed by ann: understood
law violated, S3 nothing over limit: heat 0.12 over limit 0.10
critical alert law about S3 nothing over limit: heat 0.12 over limit 0.10
cancel of everything sent: halt
session 5 closed as planned: the run ends
artifact of 2012-06-04 written to logs/artifacts/json/2012-06-04.json
run 3 ended in order: SIGTERM
"""

TOLD_LATER = """\
difference: GE: we hold 0, the broker says -7
the broker's side is ours now, by ann: -7 GE at an average cost of 18.61: mine
the broker's side is ours now, by ann: cash 1,000.5: a deposit
difference position/GE adopted by ann: mine
"""


def test_every_kind_has_a_row_of_its_own() -> None:
    assert sorted(EVENT_OF) == sorted(kind.__name__ for kind in SENTENCES)


def test_the_story_as_a_person_reads_it() -> None:
    assert TOLD.splitlines() == [sentence_of(event) for event in STORY]
    assert TOLD_LATER.splitlines() == [sentence_of(event) for event in SEQUEL]


def test_a_text_of_several_lines_stays_on_one() -> None:
    notice = BrokerNoticed(session=1, code=1100, text="Connectivity\nlost\r\n", effect="link")
    assert "broker notice 1100 (link): Connectivity lost" == sentence_of(notice)


def test_an_event_without_a_row_lists_its_fields() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Novelty(Event):
        code: int
        text: str

    assert "code 7, text new" == sentence_of(replace(Novelty(code=1, text="new"), code=7))
