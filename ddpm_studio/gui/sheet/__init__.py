"""The sheet: the same noise with every pair of two settings."""
