"""python -m ddpm_studio: the same program as ddpm-studio."""

import sys
from multiprocessing import freeze_support

from ddpm_studio.cli import main

if __name__ == "__main__":
    freeze_support()
    sys.exit(main())
