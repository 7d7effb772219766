"""Tests of hydra/supervisor."""
