"""Hunting: worlds drawn from seeds, hurt by a plan of faults, held to the laws, shrunk when they break one."""
