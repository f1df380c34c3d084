"""What the bot serves over HTTP: how it is, on loopback, and the door for Telegram's webhook."""
