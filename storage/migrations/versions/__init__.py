"""The revisions. A revision that was ever released never changes, so it doesn't use what today's tables are."""
