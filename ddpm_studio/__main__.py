"""python -m ddpm_studio: the same program as ddpm-studio."""

import sys
from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()
    if sys.argv[1:2] == ["--decoder-worker"]:  # a frozen program starts itself as its helper
        from ddpm_studio.data.isolation.worker import main as work

        sys.exit(work(sys.argv[2:]))
    from ddpm_studio.cli import main
    from ddpm_studio.torchrun import end_process

    end_process(main())
