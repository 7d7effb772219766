"""Every way an order can be caught by a death, lived through one by one: cells, their dramas, and what is counted after."""
