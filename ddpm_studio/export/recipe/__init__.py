"""Recipes inside pictures and films: written, read, and left out."""
