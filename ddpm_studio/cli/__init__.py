"""The command line: one file for each verb."""

from ddpm_studio.cli.entry import main

__all__ = ["main"]
