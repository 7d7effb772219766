"""Where the control socket of a journal lies, and that only the same user gets through it.

The folder is 0700 and ours, or it is not used at all. Nothing here speaks HTTP.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hydra.errors import StartError
from hydra.journal.locks import private_directory

PATH_BYTES_MAX = 107
"""sockaddr_un.sun_path has 108 bytes on Linux, one of them the final zero."""
NAME_LENGTH = 16
BACKLOG = 16
_UCRED = struct.Struct("iII")  # Linux: pid, uid, gid
_XUCRED = struct.Struct("II")  # macOS: version, uid, then the groups
_XUCRED_BYTES = 76
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1


def control_folders(environ: Mapping[str, str], uid: int) -> tuple[Path, ...]:
    """Where control sockets may lie, the preferred place first.

    XDG_RUNTIME_DIR counts only if it is this user's: after `su` it is often another's. A shell and a service of
    one user may differ in it, so whoever looks for a socket looks in all of them.
    """
    temporary = Path(tempfile.gettempdir()) / f"hydra-{uid}"
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime).is_dir() and Path(runtime).stat().st_uid == uid:
        return (Path(runtime) / "hydra", temporary)
    return (temporary,)


def private_folder(environ: Mapping[str, str], uid: int) -> Path:
    """The preferred control folder, made if it is missing. Raises StartError if it is not only ours."""
    return private_directory(control_folders(environ, uid)[0])


def socket_path(folder: Path, journal: Path) -> Path:
    """The socket of the hydra on this journal. Raises StartError when the path is too long for a Unix socket."""
    digest = hashlib.sha256(os.fsencode(journal.resolve())).hexdigest()
    path = folder / f"{digest[:NAME_LENGTH]}.sock"
    length = len(os.fsencode(path))
    if length > PATH_BYTES_MAX:
        raise StartError(
            f"the control socket {path} has a path of {length} bytes, limit {PATH_BYTES_MAX}: "
            "set XDG_RUNTIME_DIR or TMPDIR to a shorter folder"
        )
    return path


def find_socket(journal: Path, environ: Mapping[str, str], uid: int) -> Path | None:
    """The socket that a hydra on this journal has left, running or not; None where there is none."""
    trusted = [folder for folder in control_folders(environ, uid) if _only_ours(folder, uid)]
    paths = [socket_path(folder, journal) for folder in trusted]
    return next((path for path in paths if path.is_socket()), None)


def listen(path: Path) -> socket.socket:
    """Listen on `path`, in place of what a dead process left there. Only for the holder of the journal's lock."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    # Before listen() nobody can connect, so there is no moment at which the mode is too wide.
    path.chmod(0o600)
    listening.listen(BACKLOG)
    return listening


def peer_uid(connection: socket.socket) -> int:
    """The user at the other end, from the kernel."""
    if sys.platform == "darwin":
        _, uid = _XUCRED.unpack_from(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES))
        return int(uid)
    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return int(uid)


def _only_ours(folder: Path, uid: int) -> bool:
    """A symbolic link is nobody's: whoever may write beside it decides where it leads."""
    try:
        seen = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == uid and not seen.st_mode & 0o077
