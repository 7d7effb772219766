"""The command line, thin: it parses, calls, prints and sets the exit code."""

from hydra.cli.root import main

__all__ = ["main"]
