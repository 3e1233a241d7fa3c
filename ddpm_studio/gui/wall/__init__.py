"""The wall of very many small pictures."""
