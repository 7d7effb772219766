"""Tests of the simulated gateway: bytes, values and laws; no client of ours."""
