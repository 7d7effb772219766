"""Drills: the whole system, hurt on purpose, then held against the gateway's own ledger."""
