"""Where control sockets lie, and who is let near them."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from hydra.control.socket import (
    PATH_BYTES_MAX,
    control_folders,
    find_socket,
    listen,
    peer_uid,
    private_folder,
    socket_path,
)
from hydra.errors import StartError

UID = os.getuid()
JOURNAL = Path("logs/hydra.db")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(tmp_path)}


def test_the_runtime_folder_of_this_user_comes_before_the_temporary_one(environ: dict[str, str]) -> None:
    temporary = Path(tempfile.gettempdir()) / f"hydra-{UID}"
    assert (Path(environ["XDG_RUNTIME_DIR"]) / "hydra", temporary) == control_folders(environ, UID)


@pytest.mark.parametrize("runtime", ["", "/nowhere/at/all"])
def test_without_a_runtime_folder_it_is_the_temporary_one(runtime: str) -> None:
    assert (Path(tempfile.gettempdir()) / "hydra-5",) == control_folders({"XDG_RUNTIME_DIR": runtime}, 5)


def test_the_runtime_folder_of_another_user_does_not_count(environ: dict[str, str]) -> None:
    assert 1 == len(control_folders(environ, UID + 1))


def test_the_folder_is_made_for_this_user_alone(environ: dict[str, str]) -> None:
    folder = private_folder(environ, UID)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert folder == private_folder(environ, UID)


def test_a_folder_that_is_open_to_others_is_refused(environ: dict[str, str]) -> None:
    private_folder(environ, UID).chmod(0o755)
    with pytest.raises(StartError, match="0700"):
        private_folder(environ, UID)


def test_the_name_is_short_and_belongs_to_the_journal(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    one = socket_path(tmp_path, tmp_path / "a.db")
    assert 21 == len(one.name)
    assert one == socket_path(tmp_path, tmp_path / "link" / "a.db")
    assert one != socket_path(tmp_path, tmp_path / "b.db")


def test_a_path_longer_than_the_kernel_takes_is_refused_in_a_sentence() -> None:
    longest = Path("/" + "x" * (PATH_BYTES_MAX - 23))
    assert PATH_BYTES_MAX == len(str(socket_path(longest, JOURNAL)))
    with pytest.raises(StartError, match=f"108 bytes, limit {PATH_BYTES_MAX}"):
        socket_path(Path(f"{longest}x"), JOURNAL)


def test_the_socket_file_is_for_this_user_alone_and_replaces_a_stale_one(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    listen(path).close()
    assert path.exists()
    with listen(path), socket.socket(socket.AF_UNIX) as client:
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        client.connect(str(path))


def test_the_kernel_tells_who_is_at_the_other_end() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert UID == peer_uid(ours)


def test_a_socket_is_found_in_whatever_folder_it_was_left(environ: dict[str, str], tmp_path: Path) -> None:
    assert find_socket(JOURNAL, environ, UID) is None
    path = socket_path(private_folder(environ, UID), JOURNAL)
    listen(path).close()
    assert path == find_socket(JOURNAL, environ, UID)
    assert find_socket(tmp_path / "other.db", environ, UID) is None


def test_a_socket_in_a_folder_of_somebody_else_or_behind_a_link_is_not_trusted(
    environ: dict[str, str], tmp_path: Path
) -> None:
    folder = private_folder(environ, UID)
    listen(socket_path(folder, JOURNAL)).close()
    folder.chmod(0o770)
    assert find_socket(JOURNAL, environ, UID) is None
    folder.chmod(0o700)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert find_socket(JOURNAL, environ, UID) is None
