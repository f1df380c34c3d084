"""Pasted trading signals as plan drafts: what was understood, assumed, or is wrong. Never guesses silently."""
