"""python -m ddpm_studio: the same program as ddpm-studio."""

if __name__ == "__main__":
    from ddpm_studio.cli import main, stop_quietly

    stop_quietly()

    import sys
    from multiprocessing import freeze_support

    freeze_support()
    if sys.argv[1:2] == ["--decoder-worker"]:  # a frozen program starts itself as its helper
        from ddpm_studio.data.isolation.worker import main as work

        sys.exit(work(sys.argv[2:]))
    from ddpm_studio.torchrun import end_process

    end_process(main())
