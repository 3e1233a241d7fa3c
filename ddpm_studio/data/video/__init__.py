"""Single frames of videos, as pictures."""
