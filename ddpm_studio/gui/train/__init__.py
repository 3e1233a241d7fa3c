"""A run: its controls and its view."""
