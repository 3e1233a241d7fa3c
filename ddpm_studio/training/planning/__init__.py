"""What fits this machine, and the time there is."""
