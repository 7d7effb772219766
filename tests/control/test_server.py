"""Server and client over the real socket, with uvicorn in its thread."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hydra.control.client import ControlClient, NotRunning, Unanswered
from hydra.control.server import ControlServer, same_user
from hydra.control.socket import listen
from hydra.control.surface import control_surface
from tests.control.standing_desk import STATUS, StandingDesk, as_desk


@contextmanager
def served(
    desk: StandingDesk, path: Path, admits: Callable[[int], bool] = same_user
) -> Iterator[ControlClient]:
    server = ControlServer(control_surface(as_desk(desk)), path, admits)
    server.start()
    try:
        yield ControlClient(path)
    finally:
        server.stop()


def test_every_verb_and_the_status_go_there_and_back(tmp_path: Path) -> None:
    desk = StandingDesk()
    with served(desk, tmp_path / "s") as client:
        assert STATUS == client.status()
        assert 0o600 == stat.S_IMODE((tmp_path / "s").stat().st_mode)
        answers = [
            client.halt(by="ada", reason="r"),
            client.resume(by="ada", reason="r", force=True),
            client.flatten(by="ada", reason="r"),
            client.kill_actor("risk", by="ada"),
            client.reconcile(by="ada", reason="r"),
        ]
        assert not client.resume(by="ada", reason="r", force=False).obeyed
    verbs = ["halt", "resume", "flatten", "kill", "reconcile"]
    assert [f"obeyed: {verb}" for verb in verbs] == [answer.text for answer in answers]
    assert verbs == [asked[0] for asked in desk.asked]
    assert not (tmp_path / "s").exists()


def test_another_user_is_shut_out_before_anything_is_read(tmp_path: Path) -> None:
    seen: list[int] = []
    desk = StandingDesk()

    def nobody(uid: int) -> bool:
        seen.append(uid)
        return False

    with (
        served(desk, tmp_path / "s", nobody) as client,
        pytest.raises(Unanswered, match="closed the control connection"),
    ):
        client.halt(by="mallory", reason="r")
    assert ({os.getuid()}, []) == (set(seen), desk.asked)


def test_only_the_user_we_run_as_is_admitted() -> None:
    assert (True, False) == (same_user(os.getuid()), same_user(os.getuid() + 1))


def test_a_socket_without_a_process_behind_it_is_not_running(tmp_path: Path) -> None:
    listen(tmp_path / "s").close()
    with pytest.raises(NotRunning, match="no hydra listens on"):
        ControlClient(tmp_path / "s").status()


def test_a_server_takes_the_place_of_what_a_dead_one_left(tmp_path: Path) -> None:
    listen(tmp_path / "s").close()
    with served(StandingDesk(), tmp_path / "s") as client:
        assert STATUS == client.status()


def test_a_process_that_hangs_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    with listen(tmp_path / "s"), pytest.raises(Unanswered, match=r"did not answer within 0\.05 s"):
        ControlClient(tmp_path / "s").halt(by="ada", reason="r", timeout_s=0.05)


def test_what_the_surface_says_against_a_request_is_the_error(tmp_path: Path) -> None:
    with served(StandingDesk(), tmp_path / "s") as client, pytest.raises(Unanswered, match="/halt: by is empty"):
        client.halt(by="", reason="r")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "of another version than this command"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 3\r\n\r\nNo!", "hydra failed on this request with HTTP 500"),
    ],
)
def test_an_answer_that_cannot_be_read_is_said(tmp_path: Path, answer: bytes, error: str) -> None:
    with listen(tmp_path / "s") as listening:
        answering = threading.Thread(target=_answer_once, args=(listening, answer))
        answering.start()
        with pytest.raises(Unanswered, match=error):
            ControlClient(tmp_path / "s").status()
        answering.join()


def _answer_once(listening: socket.socket, answer: bytes) -> None:
    knock, _ = listening.accept()
    knock.close()
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)
