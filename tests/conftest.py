"""Settings for the whole suite: offscreen windows, one thread a worker, repeatable examples.

The suite passes on every machine. These variables make this one like another:

DDPM_STUDIO_TEST_PRECISION=float32 or bfloat16: what "auto" takes on the CPU. With float32, torch
    uses nothing that came after AVX2, in the processes that tests start, too; bfloat16 is believed
    to be quick where it is not, but by the tests' own process only.
DDPM_STUDIO_TEST_THREADS=2: so many threads for torch in each process, instead of one.
DDPM_STUDIO_TEST_BUSY=1: beside the suite, a process on every core does nothing, with all its might.
"""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# before Qt or torch are imported by any test
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OMP_NUM_THREADS"] = os.environ.get("DDPM_STUDIO_TEST_THREADS", "1")

import pytest
import torch
from hypothesis import settings

PRECISION = os.environ.get("DDPM_STUDIO_TEST_PRECISION", "")
IS_BUSY = os.environ.get("DDPM_STUDIO_TEST_BUSY", "0") != "0"
ONLY_AVX2 = {  # for torch itself, and for the two libraries that multiply for it
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
assert PRECISION in ("", "float32", "bfloat16"), PRECISION
if PRECISION == "float32" and platform.machine() in ("x86_64", "AMD64"):
    os.environ.update(ONLY_AVX2)  # which they read when they first compute

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
# a shell that starts the suite in its background has it, and all that it starts, ignore Ctrl+C
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
# ends with the suite, however that ends
KEEP_BUSY = "import os; suite = os.getppid()\nwhile os.getppid() == suite: sum(range(100_000))"
BUSY = pytest.StashKey[list[subprocess.Popen[bytes]]]()


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    count = (os.cpu_count() or 1) if IS_BUSY and not is_worker else 0
    command = [sys.executable, "-c", KEEP_BUSY]
    config.stash[BUSY] = [subprocess.Popen(command) for _ in range(count)]


def pytest_unconfigure(config: pytest.Config) -> None:
    for process in config.stash.get(BUSY, []):
        process.kill()
        process.wait()


@pytest.fixture(scope="session", autouse=True)
def believed_precision() -> Iterator[None]:
    """Whether bfloat16 is quick here, if DDPM_STUDIO_TEST_PRECISION says so."""
    with pytest.MonkeyPatch.context() as patch:
        if PRECISION:
            is_quick = PRECISION == "bfloat16"
            patch.setattr("ddpm_studio.device._cpu_multiplies_bf16", lambda: is_quick)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real pictures beside the checkout, where there are any."""
    if not (SHARED / "pictures").is_dir():
        pytest.skip("needs the real pictures in ../shared/pictures, which are not here")
    return SHARED
