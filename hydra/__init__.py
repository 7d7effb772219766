"""Hydra: leave an automated Interactive Brokers account running unattended, and come out with evidence."""
