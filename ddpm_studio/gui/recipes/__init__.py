"""Recipes that are dropped, pasted and used."""
