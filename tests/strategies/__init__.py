"""Tests of strategies: quotes in, wishes out."""
