"""Measurements of a real hydra on this machine, each beside what it must be compared with, taken in the same run."""
