"""Films: what is in them, how they play, and the kinds of files that they become."""
