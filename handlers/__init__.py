"""Telegram in: each update becomes one use case on the database thread. Nothing here decides about a plan."""
