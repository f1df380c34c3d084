"""A Bot API server on loopback, a person who chats with the bot through it, and a chat page for browsers."""

from __future__ import annotations

from chatbot.sandbox.telegram.person import Button, Person, PersonRefused, Pressed, Shown
from chatbot.sandbox.telegram.server import TelegramEmulator

__all__ = ["Button", "Person", "PersonRefused", "Pressed", "Shown", "TelegramEmulator"]
