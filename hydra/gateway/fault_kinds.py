"""All kinds of gateway faults by name, from the files that define them."""

from collections.abc import Mapping

from hydra.gateway.faults import FaultSpec, table
from hydra.gateway.faults_link import LINK_FAULTS
from hydra.gateway.faults_market import MARKET_FAULTS
from hydra.gateway.faults_orders import ORDER_FAULTS
from hydra.gateway.faults_pace import PACE_FAULTS

FAULTS: Mapping[str, FaultSpec] = table(*ORDER_FAULTS, *LINK_FAULTS, *PACE_FAULTS, *MARKET_FAULTS)
