"""A look at the model while it learns."""
