"""Local stand-ins for Telegram and an exchange, so that the real bot runs without a token or an account."""
