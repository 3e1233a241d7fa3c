"""The frames of a denoising: asked for, in memory, and computed again; no widgets."""
