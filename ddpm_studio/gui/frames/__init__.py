"""The frames of a denoising: in memory, and computed again when they are not; no widgets."""
