"""The version of hydra, as the journal records it; pyproject.toml bears the same."""

VERSION = "0.1.0"
