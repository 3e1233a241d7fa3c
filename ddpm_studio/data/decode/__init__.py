"""One file becomes one picture, by its own rules of colour, size and crop."""
