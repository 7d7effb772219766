"""Tests of hydra/reports, and the days they share."""
