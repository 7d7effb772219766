"""Strategies: small classes that see quotes and wish for trades. They never see orders or the broker."""
