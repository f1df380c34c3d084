"""Getting messages out: queued -claim-> sending -ok-> sent | -later-> queued | -never-> dead.

A message found in `sending` at start is queued again and marked a repeat: the reader may see an alert twice,
never zero times.
"""
