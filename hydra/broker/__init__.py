"""Hydra's side of the TWS wire: one link per socket, translation at the edge, the code table, pacing, safety."""
