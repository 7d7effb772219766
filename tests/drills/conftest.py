"""The stage's own assertions explain themselves as those of a test do."""

import pytest

pytest.register_assert_rewrite("tests.drills.stage", "tests.drills.processes")
