"""Looking through one's own pictures."""
