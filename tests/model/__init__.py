"""A random model check of the order protocol: child, risk, journal, broker, gateway, with crashes between any two effects."""
