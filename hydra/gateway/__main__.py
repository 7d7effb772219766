"""`python -m hydra.gateway`: the gateway without the rest of hydra."""

from hydra.gateway.cli import gateway_command

gateway_command(prog_name="python -m hydra.gateway")
