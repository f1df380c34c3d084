"""Simulated futures exchanges on loopback: one market, spoken in the REST dialect of each; no money, no orders."""
