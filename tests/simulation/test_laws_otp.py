"""Tests of hydra/simulation/laws/otp.py: what OTP's documentation says, told as stories that are right and wrong."""

from __future__ import annotations

import pytest

from hydra.runtime.actor import Actor
from hydra.runtime.spec import Backoff, ChildSpec, Restart, Strategy, SupervisorSpec
from hydra.simulation.laws.otp import Happened, What, Wrong, wrong_in

SECOND_US = 1_000_000
WORDS = {
    "launch": What.LAUNCHED,
    "up": What.STARTED,
    "again": What.RESTARTING,
    "gaveup": What.GAVE_UP,
    "escalate": What.ESCALATED,
    "terminate": What.TOLD_TO_END,
    "stopchild": What.TOLD_TO_STOP,
}
ENDS = {"crash": "crashed", "exit": "normal", "stop": "shutdown", "fail": "start_failed", "kill": "killed"}
BEGIN = "launch s, launch a, up a, launch b, up b, launch c, up c, up s"


def child(name: str, restart: Restart = Restart.PERMANENT, give_up_after: int | None = None) -> ChildSpec:
    return ChildSpec(name=name, build=Actor, why="a test", restart=restart, give_up_after=give_up_after)


def tree(
    *children: ChildSpec, strategy: Strategy = Strategy.ONE_FOR_ONE, intensity: int = 2, period_s: float = 5.0
) -> SupervisorSpec:
    return SupervisorSpec(
        name="s",
        strategy=strategy,
        children=children or (child("a"), child("b"), child("c")),
        why="a test",
        intensity=intensity,
        period_s=period_s,
        backoff=Backoff(max_s=1.0),
    )


def told(story: str, spec: SupervisorSpec | None = None) -> list[Wrong]:
    """What is wrong in a story: words in order, `@seconds` sets the time."""
    incarnations: dict[str, int] = {}
    happened, now_us = [], 0
    for said in story.split(", "):
        word, _, name = said.partition(" ")
        if word.startswith("@"):
            now_us = round(float(word[1:]) * SECOND_US)
            continue
        if word == "launch":
            incarnations[name] = incarnations.get(name, 0) + 1
        happened.append(
            Happened(
                now_us=now_us,
                what=WORDS.get(word, What.ENDED),
                name=name,
                incarnation=incarnations.get(name, 0),
                supervisor="" if name == "s" else "s",
                kind=ENDS.get(word, ""),
            )
        )
    return list(wrong_in(happened, spec or tree()))


def texts(story: str, spec: SupervisorSpec | None = None) -> list[str]:
    return [wrong.text.partition(" (at")[0] for wrong in told(story, spec)]


@pytest.mark.parametrize(
    "story",
    [
        f"{BEGIN}, terminate s, stop c, stop b, stop a, stop s",
        f"{BEGIN}, crash b, again b, launch b, up b",
        f"{BEGIN}, exit b, again b, launch b, up b",
        f"{BEGIN}, crash b, again b, launch b, fail b, again b, launch b, up b",
        f"{BEGIN}, crash c, crash a, again c, again a, launch c, up c, launch a, up a",
        "launch s, launch a, up a, launch b, fail b, stop a, fail s",
        f"{BEGIN}, launch x, up x, exit x, launch x, up x",
        f"{BEGIN}, launch x, up x, crash x, again x, launch x, up x, crash x, gaveup x",
        f"{BEGIN}, launch x, up x, stopchild x, stop x, launch x, up x",
        f"{BEGIN}, crash a, again a, crash b, again b, crash c, escalate s, stop s",
        f"{BEGIN}, crash a, again a, launch a, up a, @5.000001, crash a, again a, launch a, up a",
        f"{BEGIN}, kill s",
    ],
)
def test_a_story_as_otp_would_have_it_is_not_wrong(story: str) -> None:
    assert [] == texts(story)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("launch s, launch b", "s launched b before a had started"),
        ("launch s, launch a, launch b", "s launched b before a had started"),
        ("launch s, launch a, up a, up s", "s has started, but b, c has not"),
        ("launch s, launch a, up a, launch b, fail b, launch b", "s launched b although it was ending"),
        (f"{BEGIN}, terminate s, stop a", "s stopped a before c, which had started after it"),
        (f"{BEGIN}, terminate s, stop s", "s ended before a, b, c"),
        (f"{BEGIN}, terminate s, crash c, again c", "s wants to restart c although it is ending"),
        (f"{BEGIN}, stop s", "s ended, but nobody had told it to"),
        (f"{BEGIN}, again b", "s wants to restart b, which had not ended in a way that asks for it"),
        (f"{BEGIN}, crash b, launch b", "s launched b again, but had not said that it restarts it"),
        (f"{BEGIN}, crash a, again a, crash b, escalate s", "s gave up at restart 2, intensity 2"),
        (f"{BEGIN}, escalate s", "s gave up, but no child of it had ended"),
        (f"{BEGIN}, gaveup b", "s gave b up, which had not failed on an account of its own"),
    ],
)
def test_a_story_that_otp_would_not_have_is_wrong_in_a_sentence(story: str, expected: str) -> None:
    assert expected in texts(story)


def test_the_restart_that_is_one_too_many_within_the_period_is_found_at_its_very_edge() -> None:
    three = "crash a, again a, launch a, up a, crash a, again a, launch a, up a, @5, crash a, again a"
    assert ["s restarts a: restart 3 within 5 s, intensity 2"] == texts(f"{BEGIN}, {three}")


@pytest.mark.parametrize(("restart", "kind"), [(Restart.TEMPORARY, "crash"), (Restart.TRANSIENT, "exit")])
def test_who_is_not_to_be_restarted_is_not(restart: Restart, kind: str) -> None:
    spec = tree(child("a", restart=restart))
    begin = "launch s, launch a, up a, up s"
    assert [] == texts(f"{begin}, {kind} a", spec)
    expected = "s wants to restart a, which had not ended in a way that asks for it"
    assert expected in texts(f"{begin}, {kind} a, again a", spec)


def test_one_with_an_account_of_its_own_does_not_count_against_the_supervisors() -> None:
    spec = tree(child("a", give_up_after=9), intensity=0)
    assert [] == texts("launch s, launch a, up a, up s, crash a, again a, launch a, up a", spec)


def test_a_failure_under_one_for_one_concerns_nobody_else() -> None:
    (wrong,) = told(f"{BEGIN}, crash a, again a, stop c")
    assert wrong.bystander
    assert "s stopped c at 0 us, whom no failure concerned: " == wrong.text


@pytest.mark.parametrize(
    ("strategy", "story", "expected"),
    [
        (Strategy.REST_FOR_ONE, "crash b, again b, stop c, launch b, up b, launch c, up c", []),
        (Strategy.REST_FOR_ONE, "crash b, again b, stop c, launch c", ["s restarted c before b had started"]),
        (Strategy.REST_FOR_ONE, "crash b, again b, stop c, launch b, launch c", ["s restarted c before b had started"]),
        (Strategy.REST_FOR_ONE, "crash a, again a, stop b", ["s stopped b before c, which had started after it"]),
        (Strategy.REST_FOR_ONE, "launch x, up x, crash c, again c, stop x, launch c, up c", []),
        (Strategy.REST_FOR_ONE, "crash c, crash b, again b, launch b, up b, launch c, up c", []),
        (Strategy.ONE_FOR_ALL, "crash b, again b, stop c, stop a, launch a, up a, launch b, up b, launch c, up c", []),
        (Strategy.ONE_FOR_ALL, "crash b, again b, stop a", ["s stopped a before c, which had started after it"]),
    ],
)
def test_whom_a_strategy_takes_along_and_in_which_order(strategy: Strategy, story: str, expected: list[str]) -> None:
    assert expected == texts(f"{BEGIN}, {story}", tree(strategy=strategy))


def test_an_elder_sibling_is_never_taken_along_under_rest_for_one() -> None:
    (wrong,) = told(f"{BEGIN}, crash b, again b, stop a", tree(strategy=Strategy.REST_FOR_ONE))
    assert wrong.bystander


def test_a_restart_that_was_forgotten_is_missed_after_a_while() -> None:
    assert [] == texts(f"{BEGIN}, crash b, @100, crash a, again a, launch a, up a")
    (text,) = texts(f"{BEGIN}, crash b, @200, crash a, again a, launch a, up a")
    assert "s has not started b again, which ended at 0 us, by 200000000 us" == text
