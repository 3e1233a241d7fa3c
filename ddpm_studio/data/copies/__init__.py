"""Pictures that are alike."""
