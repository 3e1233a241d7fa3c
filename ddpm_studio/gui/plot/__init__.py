"""The live plot of a run."""
