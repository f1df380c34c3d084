"""Events and states as text and keyboards: pure, knows nothing of Telegram beyond plain values."""
