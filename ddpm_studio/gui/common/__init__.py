"""What two wings of the window or more use."""
