"""The ASGI application over a Desk: JSON in, JSON out, errors as sentences. It decides nothing.

Verbs may wait for an answer of the tree, so each runs in a worker thread; the status is read from snapshots and
never waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hydra.control.verbs import (
    DIFFERENCES_PATH,
    STATUS_PATH,
    TEXT_LENGTH_MAX,
    VERB_PATHS,
    Flatten,
    Halt,
    KillActor,
    ReconcileBooks,
    Resolve,
    Resume,
    Verb,
)

if TYPE_CHECKING:
    from hydra.messages.commands import VerbAnswered
    from hydra.supervisor.desk import Desk

BODY_BYTES_MAX = 16_384
OBEYED, WRONG, UNKNOWN, REFUSED, TOO_LARGE = 200, 400, 404, 409, 413


def control_surface(desk: Desk) -> Starlette:
    """GET /status and /differences, and POST for each verb; see `verbs` for the bodies."""

    async def status(request: Request) -> Response:
        return _json(OBEYED, desk.status())

    async def differences(request: Request) -> Response:
        return _json(OBEYED, desk.differences())

    async def verb(request: Request) -> Response:
        asked = _verb(request.url.path, await _body(request))
        answered = await run_in_threadpool(obey, desk, asked)
        body = {"obeyed": answered.obeyed, "text": answered.text}
        return _json(OBEYED if answered.obeyed else REFUSED, body)

    routes = [
        Route(STATUS_PATH, status, methods=["GET"]),
        Route(DIFFERENCES_PATH, differences, methods=["GET"]),
    ]
    routes += [Route(path, verb, methods=["POST"]) for path in VERB_PATHS]
    return Starlette(routes=routes, exception_handlers={HTTPException: _sentence})


def obey(desk: Desk, verb: Verb) -> VerbAnswered:
    """Hand the verb to the desk and wait for what comes of it; the desk has its own deadlines."""
    match verb:
        case Halt(by=by, reason=reason):
            return desk.halt(by=by, reason=reason)
        case Resume(by=by, reason=reason, force=force):
            return desk.resume(by=by, reason=reason, force=force)
        case Flatten(by=by, reason=reason):
            return desk.flatten(by=by, reason=reason)
        case KillActor(by=by, name=name):
            return desk.kill_actor(name, by=by)
        case ReconcileBooks(by=by, reason=reason):
            return desk.reconcile(by=by, reason=reason)
        case Resolve(item=item, how=how, by=by, reason=reason):
            return desk.resolve(item, how, by=by, reason=reason)
    raise TypeError(f"nobody obeys {type(verb).__name__}")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(TOO_LARGE, f"the request is longer than {BODY_BYTES_MAX} bytes")
    return bytes(body)


def _verb(path: str, body: bytes) -> Verb:
    try:
        verb = msgspec.json.decode(body, type=VERB_PATHS[path])
    except msgspec.DecodeError as error:
        raise HTTPException(WRONG, f"{path}: {error}") from error
    for name, value in msgspec.to_builtins(verb).items():
        if isinstance(value, str) and len(value) > TEXT_LENGTH_MAX:
            raise HTTPException(WRONG, f"{path}: {name} has {len(value)} characters, limit {TEXT_LENGTH_MAX}")
        if value == "":
            raise HTTPException(WRONG, f"{path}: {name} is empty")
    return verb


def _sentence(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == UNKNOWN:
        known = ", ".join([STATUS_PATH, DIFFERENCES_PATH, *VERB_PATHS])
        detail = f"there is nothing at {request.url.path}; there is {known}"
    elif error.headers and "Allow" in error.headers:
        detail = f"{request.url.path} takes {error.headers['Allow']}, not {request.method}"
    return _json(error.status_code, {"error": detail})


def _json(code: int, body: object) -> Response:
    return Response(msgspec.json.encode(body), status_code=code, media_type="application/json")
