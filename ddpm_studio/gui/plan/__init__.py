"""What each preset would take here, in time and memory."""
