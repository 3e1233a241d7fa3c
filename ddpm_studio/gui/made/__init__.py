"""The wall of what was made."""
