"""The journal on disk: what was recorded, in the order it was recorded, and how it is kept, checked and read."""
