"""What a person reads of a running hydra: pure functions from a `DeskStatus` to text and tables."""
