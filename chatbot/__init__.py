"""Tierwise: a Telegram coach that follows a futures plan and never places an order."""
