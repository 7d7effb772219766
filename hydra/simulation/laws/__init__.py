"""The laws of faults-and-invariants 4.3, each a function with a sentence. They stand outside what they judge."""
