"""The probe of the disk leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

from hydra.bench.fsync import fsync_seconds


def test_each_sample_is_one_sync_and_the_probe_file_is_gone(tmp_path: Path) -> None:
    assert 5 == len([taken for taken in fsync_seconds(tmp_path, 5) if taken > 0])
    assert [] == list(tmp_path.iterdir())
