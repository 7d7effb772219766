"""One at a time, also between processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import freezegun
import pytest

from hydra.errors import StartError
from hydra.journal.locks import Claim, account_claim, hold, journal_claim, private_directory


@pytest.fixture
def claims(tmp_path: Path) -> tuple[Claim, Claim]:
    directory = private_directory(tmp_path / "runtime" / "hydra")
    return journal_claim(tmp_path / "hydra.db"), account_claim(directory, account="DU1234567", client_id=7)


def test_the_locks_lie_beside_the_journal_and_in_the_users_directory(claims: tuple[Claim, Claim], tmp_path: Path) -> None:
    expected = [tmp_path / "hydra.db.lock", tmp_path / "runtime" / "hydra" / "DU1234567-7.lock"]
    assert expected == [claim.path for claim in claims]


def test_what_is_held_cannot_be_held_again_and_says_by_whom(claims: tuple[Claim, Claim], tmp_path: Path) -> None:
    with hold(*claims):
        sentence = rf"^The journal {tmp_path}/hydra\.db is in use by process {os.getpid()} \(lock .*hydra\.db\.lock\)\.$"
        with pytest.raises(StartError, match=sentence):
            hold(*claims)
        with pytest.raises(StartError, match=r"^Account DU1234567 with client id 7 is in use by process"):
            hold(claims[1])


def test_what_was_let_go_can_be_held_again(claims: tuple[Claim, Claim]) -> None:
    for _ in range(2):
        held = hold(*claims)
        held.release()
    hold(*claims).release()


def test_all_or_none_are_held(claims: tuple[Claim, Claim]) -> None:
    journal, account = claims
    with hold(account):
        with pytest.raises(StartError, match="Account DU1234567"):
            hold(journal, account)
        hold(journal).release()


def test_another_client_id_is_another_claim(claims: tuple[Claim, Claim], tmp_path: Path) -> None:
    directory = private_directory(tmp_path / "runtime" / "hydra")
    with hold(*claims), hold(account_claim(directory, account="DU1234567", client_id=8)):
        pass


def test_a_link_to_a_journal_is_the_same_journal(claims: tuple[Claim, Claim], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "hydra.db").touch()
    (tmp_path / "other" / "link.db").symlink_to(tmp_path / "hydra.db")
    with hold(claims[0]), pytest.raises(StartError, match="is in use"):
        hold(journal_claim(tmp_path / "other" / "link.db"))


def test_a_lock_is_refused_at_once_though_time_stands_still(claims: tuple[Claim, Claim]) -> None:
    with freezegun.freeze_time("2012-06-04"), hold(*claims), pytest.raises(StartError):
        hold(*claims)


HOLDER = """
import sys
from pathlib import Path
from hydra.journal.locks import hold, journal_claim
held = hold(journal_claim(Path(sys.argv[1])))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_holds_nothing(claims: tuple[Claim, Claim], tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "hydra.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert b"held\n" == holder.stdout.readline()
        with pytest.raises(StartError, match=f"is in use by process {holder.pid} "):
            hold(*claims)
        holder.kill()
    hold(*claims).release()


def test_a_lock_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=r"The journal .* cannot be locked with .*: "):
        hold(journal_claim(tmp_path / "file" / "hydra.db"))


def test_a_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    (tmp_path / "file").touch()
    for name in ("open", "link"):
        with pytest.raises(StartError, match=r"must be a directory of user .* with mode 0700"):
            private_directory(tmp_path / name)
    with pytest.raises(StartError, match="cannot be made"):
        private_directory(tmp_path / "file")
    assert 0o40700 == private_directory(tmp_path / "mine").stat().st_mode
    assert 0o40700 == private_directory(tmp_path / "new" / "deep").stat().st_mode
