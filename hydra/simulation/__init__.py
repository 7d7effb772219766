"""A whole hydra in virtual time: real actors, real ib_async, the real gateway, one seed."""
