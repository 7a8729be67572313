"""The settings page in Chromium, below a strict Content Security Policy."""
