"""Tests of hydra.bench."""
