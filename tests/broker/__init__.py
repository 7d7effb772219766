"""Tests of hydra/broker."""
