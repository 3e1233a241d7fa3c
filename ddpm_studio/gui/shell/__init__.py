"""The frame of the window: rail, banner, status line, what happens at the start."""
