"""The commands of `tierwise`, one module each."""
