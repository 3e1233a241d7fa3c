"""Widgets of our own: each receives what it needs and says what happened; none touches disk."""
