"""The stage, the scrubber and the sampler's controls."""
