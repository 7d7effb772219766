"""The mind: rules, state tables, folds and plans. Values in, values out; time and chance are arguments; never I/O."""
