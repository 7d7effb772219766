"""How actors live, die and come back; it knows nothing of trading."""
