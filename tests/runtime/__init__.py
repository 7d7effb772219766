"""Tests of how actors live; most are written once and run in every world."""
