"""A random model check of the order protocol, from child to gateway, with crashes between any two effects."""
