"""`hydra journal`, through the root command as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hydra.cli.root import root
from hydra.journal.prose import sentence_of
from hydra.journal.verify import Verified, verify
from tests.journal.story import REF, STORY
from tests.journal.test_verify import gap
from tests.journal.writing import write_story

CONFIG = '[journal]\npath = "mine/hydra.db"\n'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal with the story in it, where the configuration of the current folder says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supervisor.toml").write_text(CONFIG)
    write_story(tmp_path / "mine" / "hydra.db")
    return tmp_path / "mine" / "hydra.db"


def hydra(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["journal", *arguments], prog_name="hydra")


def test_a_whole_journal_is_verified(path: Path) -> None:
    found = verify(path)
    assert isinstance(found, Verified)
    result = hydra("verify", "--json")
    sentence = f"mine/hydra.db: {len(STORY)} events, none changed or missing; head {found.head_hash_hex}"
    told = {"ok": True, "journal": "mine/hydra.db", "events": len(STORY), "head": found.head_hash_hex}
    assert (0, [sentence, json.dumps(told)]) == (result.exit_code, result.stdout.splitlines())


def test_damage_is_exit_code_1_with_the_first_event_that_cannot_be_trusted(path: Path) -> None:
    gap(path)
    result = hydra("verify", "--journal", str(path), "--json")
    sentence = f"The journal {path} cannot be trusted at event 7: it is missing, the next one is 8."
    assert (1, f"error: {sentence}\n") == (result.exit_code, result.stderr)
    assert {"ok": False, "journal": str(path), "seq": 7, "error": sentence} == json.loads(result.stdout)


def test_a_missing_journal_is_exit_code_2(path: Path) -> None:
    for verb in (["verify"], ["tail"], ["backup", "copy.db"]):
        result = hydra(*verb, "--journal", "none.db")
        assert (2, "error: There is no journal none.db.\n") == (result.exit_code, result.stderr)


def test_the_tail_is_read_in_order_in_new_york_time(path: Path) -> None:
    expected = [
        f"2012-06-04 09:30:40.250  run 3  ArtifactWritten      {'':24} {sentence_of(STORY[-2])}",
        f"2012-06-04 09:30:41.250  run 3  RunEnded             {'':24} run 3 ended in order: SIGTERM",
    ]
    assert expected == hydra("tail", "-n", "2").stdout.splitlines()
    assert min(40, len(STORY)) == len(hydra("tail").stdout.splitlines())


def test_the_tail_of_one_order_is_its_story(path: Path) -> None:
    lines = hydra("tail", "--subject", REF).stdout.splitlines()
    assert len([event for event in STORY if event.subject == REF]) == len(lines)
    (line,) = hydra("tail", "--subject", REF, "--kind", "OrderEnded").stdout.splitlines()
    assert line.endswith(f"OrderEnded           {REF}      order FILLED, filled 100: executions")


def test_the_tail_in_json_is_one_object_with_whole_events(path: Path) -> None:
    told = json.loads(hydra("tail", "-n", "1", "--json").stdout.splitlines()[-1])
    expected = {
        "seq": len(STORY),
        "at": "2012-06-04T13:30:41.250000+00:00",
        "run": 3,
        "session": 5,
        "kind": "RunEnded",
        "subject": "",
        "text": "run 3 ended in order: SIGTERM",
        "event": {"run": 3, "reason": "SIGTERM"},
    }
    assert {"events": [expected]} == told


def test_a_backup_is_verified_and_never_replaces(path: Path, tmp_path: Path) -> None:
    found = verify(path)
    assert isinstance(found, Verified)
    result = hydra("backup", "copy.db", "--json")
    assert (0, found.head_hash_hex) == (result.exit_code, json.loads(result.stdout.splitlines()[-1])["head"])
    assert found == verify(tmp_path / "copy.db")
    result = hydra("backup", "copy.db")
    assert (2, "error: The target copy.db exists; a backup never replaces a file.\n") == (result.exit_code, result.stderr)


def test_a_backup_is_also_a_command_of_its_own_and_is_put_back_by_restore(path: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(root, ["backup", "copy.db"], prog_name="hydra")
    assert (0, True) == (result.exit_code, result.stdout.startswith("mine/hydra.db copied. copy.db: "))
    result = hydra("restore", "copy.db", "--json")
    assert (0, "The journal that was there is kept as mine/hydra.db.replaced-1.") == (
        result.exit_code,
        result.stdout.splitlines()[1],
    )
    assert "mine/hydra.db.replaced-1" == json.loads(result.stdout.splitlines()[-1])["replaced"]
    assert verify(tmp_path / "copy.db") == verify(path)


def test_a_backup_that_is_missing_or_damaged_is_not_restored(path: Path, tmp_path: Path) -> None:
    result = hydra("restore", "none.db")
    assert (2, "error: There is no journal none.db.\n") == (result.exit_code, result.stderr)
    hydra("backup", "copy.db")
    gap(tmp_path / "copy.db")
    result = hydra("restore", "copy.db")
    assert (1, True) == (result.exit_code, result.stderr.startswith("error: The backup copy.db is not restored. "))
    assert isinstance(verify(path), Verified)
