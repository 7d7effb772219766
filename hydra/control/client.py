"""The other end of the control socket, for commands and tests. Every answer has a deadline."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec

from hydra.control.verbs import (
    DIFFERENCES_PATH,
    STATUS_PATH,
    Flatten,
    Halt,
    KillActor,
    ReconcileBooks,
    Resolve,
    Resume,
    Verb,
    path_of,
)
from hydra.errors import HydraError
from hydra.messages.commands import VerbAnswered
from hydra.supervisor.desk_differences import DifferenceSheet
from hydra.supervisor.desk_status import DeskStatus
from hydra.values import Resolution

CONNECT_TIMEOUT_S = 2.0
STATUS_TIMEOUT_S = 5.0
VERB_TIMEOUT_S = 30.0
CONFLICT = 409

Seen = TypeVar("Seen")


class NotRunning(HydraError):
    """No process listens on this control socket."""


class Unanswered(HydraError):
    """A process holds the socket but does not answer, or answers what we cannot read."""


class ControlClient:
    """One per command; it holds no connection between calls."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def status(self) -> DeskStatus:
        """The whole picture. Raises NotRunning, Unanswered."""
        return self._look(STATUS_PATH, DeskStatus)

    def differences(self) -> DifferenceSheet:
        """Every difference that is open or ignored. Raises NotRunning, Unanswered."""
        return self._look(DIFFERENCES_PATH, DifferenceSheet)

    def halt(self, *, by: str, reason: str, timeout_s: float = VERB_TIMEOUT_S) -> VerbAnswered:
        return self._ask(Halt(by=by, reason=reason), timeout_s)

    def resume(self, *, by: str, reason: str, force: bool) -> VerbAnswered:
        return self._ask(Resume(by=by, reason=reason, force=force))

    def flatten(self, *, by: str, reason: str) -> VerbAnswered:
        return self._ask(Flatten(by=by, reason=reason))

    def kill_actor(self, name: str, *, by: str) -> VerbAnswered:
        return self._ask(KillActor(by=by, name=name))

    def reconcile(self, *, by: str, reason: str) -> VerbAnswered:
        return self._ask(ReconcileBooks(by=by, reason=reason))

    def resolve(self, item: str, how: Resolution, *, by: str, reason: str) -> VerbAnswered:
        return self._ask(Resolve(item=item, how=how, by=by, reason=reason))

    def _look(self, path: str, kind: type[Seen]) -> Seen:
        response = self._call("GET", path, b"", STATUS_TIMEOUT_S)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as error:
            raise Unanswered(f"the hydra that runs is of another version than this command: {error}") from error

    def _ask(self, verb: Verb, timeout_s: float = VERB_TIMEOUT_S) -> VerbAnswered:
        response = self._call("POST", path_of(verb), msgspec.json.encode(verb), timeout_s)
        answer = msgspec.json.decode(response.content)
        return VerbAnswered(obeyed=answer["obeyed"], text=answer["text"])

    def _call(self, method: str, path: str, body: bytes, timeout_s: float) -> httpx.Response:
        self._knock()
        transport = httpx.HTTPTransport(uds=str(self._path))
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
        try:
            # Neither a proxy nor a .netrc of the environment concerns this.
            with httpx.Client(transport=transport, timeout=timeout, trust_env=False) as client:
                response = client.request(method, f"http://hydra{path}", content=body)
        except httpx.TimeoutException as error:
            raise Unanswered(f"hydra did not answer within {timeout_s:g} s") from error
        except httpx.TransportError as error:
            raise Unanswered(f"hydra closed the control connection without an answer: {error}") from error
        if response.is_success or response.status_code == CONFLICT:
            return response
        raise Unanswered(_why(response))

    def _knock(self) -> None:
        """Tell `nobody there` from `there, but mute`; httpx says the same of both and leaks a socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(CONNECT_TIMEOUT_S)
            try:
                probe.connect(str(self._path))
            except (ConnectionRefusedError, FileNotFoundError) as error:
                raise NotRunning(f"no hydra listens on {self._path}") from error
            except OSError as error:
                raise Unanswered(f"hydra does not take connections on {self._path}: {error}") from error


def _why(response: httpx.Response) -> str:
    try:
        return str(msgspec.json.decode(response.content)["error"])
    except (msgspec.DecodeError, TypeError, KeyError):
        return f"hydra failed on this request with HTTP {response.status_code}; logs/hydra.log says why"
