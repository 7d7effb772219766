"""The ASGI surface, asked in memory: what it answers and how it refuses."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import msgspec
import pytest

from hydra.control.surface import BODY_BYTES_MAX, control_surface, obey
from hydra.control.verbs import TEXT_LENGTH_MAX, VERB_PATHS, Verb
from hydra.supervisor.desk_differences import DifferenceSheet
from hydra.supervisor.desk_status import DeskStatus
from tests.control.standing_desk import SHEET, STATUS, StandingDesk, as_desk

BODIES: dict[str, tuple[dict[str, Any], tuple[object, ...]]] = {
    "/halt": ({"by": "ada", "reason": "r"}, ("halt", "ada", "r")),
    "/resume": ({"by": "ada", "reason": "r", "force": True}, ("resume", "ada", "r", True)),
    "/flatten": ({"by": "ada", "reason": "r"}, ("flatten", "ada", "r")),
    "/kill": ({"by": "ada", "name": "risk"}, ("kill", "ada", "risk")),
    "/reconcile": ({"by": "ada", "reason": "r"}, ("reconcile", "ada", "r")),
    "/resolve": (
        {"item": "cash", "how": "adopt", "by": "ada", "reason": "r"},
        ("resolve", "adopt", "cash", "ada", "r"),
    ),
}


PATHS = "/status, /differences, /halt, /resume, /flatten, /kill, /reconcile, /resolve"


def ask(desk: StandingDesk, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=control_surface(as_desk(desk)))
        async with httpx.AsyncClient(transport=transport, base_url="http://hydra") as client:
            return await client.request(method, path, content=body)

    response = asyncio.run(once())
    assert "application/json" == response.headers["content-type"]
    return response.status_code, response.json()


def test_the_status_is_the_desks_own_and_survives_json() -> None:
    code, body = ask(StandingDesk(), "GET", "/status")
    assert 200 == code
    assert STATUS == msgspec.json.decode(json.dumps(body), type=DeskStatus)


def test_the_differences_are_the_desks_own_and_survive_json() -> None:
    code, body = ask(StandingDesk(), "GET", "/differences")
    assert (200, SHEET) == (code, msgspec.json.decode(json.dumps(body), type=DifferenceSheet))
    assert (("position/IBM",), ["open", "ignored"]) == (SHEET.open_items, [row.status for row in SHEET.rows])


def test_every_path_has_a_body_in_this_test() -> None:
    assert list(VERB_PATHS) == list(BODIES)


@pytest.mark.parametrize("path", VERB_PATHS)
def test_each_verb_reaches_the_desk_with_what_it_was_given(path: str) -> None:
    desk, (body, expected) = StandingDesk(), BODIES[path]
    assert (200, {"obeyed": True, "text": f"obeyed: {expected[0]}"}) == ask(
        desk, "POST", path, json.dumps(body).encode()
    )
    assert [expected] == desk.asked


def test_what_the_desk_refuses_is_a_conflict_with_its_reason() -> None:
    body = json.dumps({"by": "ada", "reason": "r", "force": False}).encode()
    code, answer = ask(StandingDesk(), "POST", "/resume", body)
    assert (409, False) == (code, answer["obeyed"])
    assert "accept by --force" in answer["text"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "error"),
    [
        ("GET", "/", b"", 404, "there is nothing at /; there is " + PATHS),
        ("GET", "/halt", b"", 405, "/halt takes POST, not GET"),
        ("POST", "/halt", b"", 400, "/halt: Input data was truncated"),
        ("POST", "/halt", b"{", 400, "/halt: Input data was truncated"),
        ("POST", "/halt", b'{"by":"a"}', 400, "/halt: Object missing required field `reason`"),
        ("POST", "/halt", b'{"by":1,"reason":""}', 400, "/halt: Expected `str`, got `int` - at `$.by`"),
        ("POST", "/halt", b'{"by":"a","reason":""}', 400, "/halt: reason is empty"),
        (
            *("POST", "/resolve", b'{"item":"cash","how":"burn","by":"a","reason":"r"}'),
            *(400, "/resolve: Invalid enum value 'burn' - at `$.how`"),
        ),
        (
            *("POST", "/halt", b'{"by":"a","reason":"' + b"x" * 501 + b'"}'),
            *(400, f"/halt: reason has 501 characters, limit {TEXT_LENGTH_MAX}"),
        ),
        (
            *("POST", "/halt", b"x" * (BODY_BYTES_MAX + 1)),
            *(413, f"the request is longer than {BODY_BYTES_MAX} bytes"),
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence_and_nothing_happens(
    method: str, path: str, body: bytes, code: int, error: str
) -> None:
    desk = StandingDesk()
    assert (code, {"error": error}) == ask(desk, method, path, body)
    assert [] == desk.asked


def test_a_verb_that_nobody_obeys_is_a_defect() -> None:
    class Unheard(Verb):
        __slots__ = ()

    with pytest.raises(TypeError, match="nobody obeys Unheard"):
        obey(as_desk(StandingDesk()), Unheard())
