"""Hydra: leave an automated Interactive Brokers account running unattended, and come out with evidence."""

__version__ = "0.1.0"
