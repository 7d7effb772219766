"""THE TREE: the actors of hydra, their order and their reasons. Actors are thin; what they decide stands in `core/`."""
