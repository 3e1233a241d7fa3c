"""Many pictures in the background."""
