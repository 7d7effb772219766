"""A simulated IB Gateway: the TWS wire protocol in, the TWS wire protocol out; it knows nothing of hydra outside itself."""
