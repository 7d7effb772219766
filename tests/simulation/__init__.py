"""Tests of hydra/simulation."""
