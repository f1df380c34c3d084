"""Watching prices: quiet intervals, polling, the clock. It may wake the coach too often, never too seldom."""
