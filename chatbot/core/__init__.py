"""The rules of a plan: pure, standard library only. No clock, no I/O, no randomness; time comes in as data."""
