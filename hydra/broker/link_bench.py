"""Raw ib_async against the same gateway, for the bench: from the call of placeOrder until its bytes have left the process.

Nothing of hydra is in between, nothing is durable first. It trades only on the simulated gateway it is pointed at.
"""

from __future__ import annotations

import asyncio
import time

from ib_async import IB, LimitOrder, Stock

FAR_BELOW = 1.0
"""A limit that rests: the bench measures sending, not filling."""


async def raw_order_seconds(host: str, port: int, *, client_id: int, orders: int, pause_s: float) -> tuple[float, ...]:
    """Place `orders` resting limit orders, one each `pause_s`; returns seconds from the call until the buffer is empty."""
    ib = IB()
    await ib.connectAsync(host, port, clientId=client_id)
    try:
        contract = (await ib.qualifyContractsAsync(Stock("MSFT", "SMART", "USD")))[0]
        assert isinstance(contract, Stock)
        taken = []
        for _ in range(orders):
            order = LimitOrder("BUY", 1, FAR_BELOW, tif="DAY")
            began = time.perf_counter()
            ib.placeOrder(contract, order)
            transport = ib.client.conn.transport
            while transport is not None and transport.get_write_buffer_size():
                await asyncio.sleep(0)
            taken.append(time.perf_counter() - began)
            await asyncio.sleep(pause_s)
        ib.reqGlobalCancel()  # type: ignore[no-untyped-call]
        await asyncio.sleep(pause_s)
    finally:
        ib.disconnect()
    return tuple(taken)
