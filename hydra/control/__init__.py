"""The one way into a running hydra from outside: an ASGI surface on a Unix socket of the same user, and its client."""
