"""Tests of the pure mind: call it, compare what comes back."""
