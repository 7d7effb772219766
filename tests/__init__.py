"""The tests mirror the files of hydra."""
