"""Faults by name: what each does to a simulated world, and how chance draws it. One module for each who suffers."""
