"""Which device computes, in which precision, and how much memory that takes."""

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from ddpm_studio.errors import StudioError

WITHOUT_BF16 = ("DEFAULT", "NO AVX", "AVX2")  # as torch calls what it uses of an x86 processor
# glibc's names and numbers (malloc.h); what is freed beyond these would go back to the system
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
KEPT_BYTES = {TRIM_THRESHOLD: 2**30, TOP_PAD: 2**26, MMAP_THRESHOLD: 2**30}

VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD"}  # by their number on the PCI bus
PYTORCH = "https://download.pytorch.org/whl"  # only named, never opened
BUILDS = {"NVIDIA": "cu128", "AMD": "rocm6.3"}


@dataclass(frozen=True)
class Computing:
    """What "auto" is to mean. threads: on the CPU; 0 for as many as PyTorch takes by itself."""

    device: str = "auto"
    threads: int = 0
    precision: str = "auto"


_wish = Computing()
_usual_threads = torch.get_num_threads()


def compute_with(wish: Computing) -> None:
    """From now on "auto" means this, in the whole process; what runs already goes on as it began.

    A device that is not there any more, or a precision that it cannot compute in, counts as "auto".
    """
    global _wish
    names = available_devices()
    device = wish.device if wish.device in names else "auto"
    chosen = torch.device(names[0] if device == "auto" else device)
    precision = wish.precision if wish.precision in precisions_of(chosen) else "auto"
    _wish = Computing(device, wish.threads, precision)
    torch.set_num_threads(wish.threads or _usual_threads)  # also of threads that begin from now on


def precisions_of(device: torch.device) -> list[str]:
    """What a network can compute in there, as `train.precision` calls it; without "auto"."""
    if device.type == "cuda":
        return ["fp32", *(["bf16"] if torch.cuda.is_bf16_supported(False) else []), "fp16"]
    return ["fp32", "bf16"]


def available_devices() -> list[str]:
    """The names that `select_device` accepts besides "auto", the best first."""
    names = []
    if torch.accelerator.is_available():
        accelerator = torch.accelerator.current_accelerator()
        assert accelerator is not None
        names.append(accelerator.type)
        count = torch.accelerator.device_count()
        names += [f"{accelerator.type}:{index}" for index in range(count) if count > 1]
    return [*names, "cpu"]


def select_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" takes the best there is.

    Raises StudioError that lists the devices of this machine.
    """
    names = available_devices()
    if name == "auto":
        return torch.device(names[0] if _wish.device == "auto" else _wish.device)
    if name not in names and not (name.endswith(":0") and name[:-2] in names):
        raise StudioError(
            f"There is no device {name!r} on this machine; choose auto or one of "
            f"{', '.join(names)}."
        )
    return torch.device(name)


def select_precision(name: str, device: torch.device) -> torch.dtype:
    """The number format of the network's layers: what `train.precision` says, or the best.

    "auto" takes bfloat16 where the hardware multiplies in it, float16 on other CUDA devices,
    and float32 elsewhere.
    """
    named = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    name = _wish.precision if name == "auto" else name
    if name != "auto":
        return named[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(False) else torch.float16
    if device.type == "xpu" or (device.type == "cpu" and _cpu_multiplies_bf16()):
        return torch.bfloat16
    return torch.float32


def precision_name(precision: torch.dtype) -> str:
    """As recipes and people write it, such as "bfloat16"."""
    return str(precision).removeprefix("torch.")


def select_memory_format(device: torch.device, precision: torch.dtype) -> torch.memory_format:
    """How the network's tensors lie in memory: what measures faster.

    Channels last, but for bfloat16 on the CPU, whose GroupNorm is 10 times slower in it.
    """
    if device.type == "cpu" and precision == torch.bfloat16:
        return torch.contiguous_format
    return torch.channels_last


def _cpu_multiplies_bf16() -> bool:
    """Whether it can, and torch may use it: ATEN_CPU_CAPABILITY can forbid that."""
    if torch.backends.cpu.get_cpu_capability() in WITHOUT_BF16:
        return False
    # torch tells this only under private names, which another version may not have
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, probe, bool)() for probe in probes)


def describe_device(device: torch.device) -> str:
    """A name for people, such as "NVIDIA H200" or "CPU, 8 threads"."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    return device.type.upper()


def unused_card(drivers: Path = Path("/sys/class/drm"), platform: str = sys.platform) -> str:
    """The maker of a graphics card that this PyTorch cannot compute on; "" if there is none.

    drivers: where Linux lists its cards.
    """
    if torch.accelerator.is_available() or platform == "darwin":
        return ""
    if platform == "win32":
        system = Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32"
        return "NVIDIA" if (system / "nvcuda.dll").exists() else ""
    found = set()
    for file in drivers.glob("card*/device/vendor"):
        with suppress(OSError):  # a card that has just been taken away
            found.add(file.read_text().strip())
    # without Intel: nearly every processor of theirs has one, and few of those compute
    return next((maker for number, maker in VENDORS.items() if number in found), "")


def command_for(card: str) -> str:
    """What puts a PyTorch for that card in place of this one."""
    has_pip = importlib.util.find_spec("pip") is not None
    install = f'"{sys.executable}" -m pip' if has_pip else f'uv pip --python "{sys.executable}"'
    return f"{install} install --force-reinstall torch --index-url {PYTORCH}/{BUILDS[card]}"


def free_memory(device: torch.device) -> int:
    """Bytes that a training may take on this device without driving others out.

    What PyTorch holds unused on a graphics card counts as free.
    """
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    if device.type == "xpu":
        return int(torch.xpu.mem_get_info(device)[0])
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
    return min(psutil.virtual_memory().available, left_in_container(Path("/sys/fs/cgroup")))


def left_in_container(group: Path) -> int:
    """Bytes up to the limit of a control group of Linux, of which psutil knows nothing."""
    try:
        limit = int((group / "memory.max").read_text())
        taken = int((group / "memory.current").read_text())
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        taken -= int(stat.get("inactive_file", 0))  # files that were read; given up when needed
        return max(0, limit - taken)
    except (OSError, ValueError):  # no container, none with a limit, or one that does not tell
        return sys.maxsize


@contextmanager
def freed_memory_kept(device: torch.device) -> Iterator[None]:
    """While this lasts, steps on the CPU reuse their memory; afterwards it is given back.

    Without it the system clears some ten thousand pages anew in every step, which takes 6 to
    12 % of the time (preset sketch, Linux). Does nothing where there is no glibc.
    """
    libc = _glibc() if device.type == "cpu" else None
    if libc is None:
        yield
        return
    for parameter, value in KEPT_BYTES.items():
        libc.mallopt(parameter, value)
    try:
        yield
    finally:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library of this process, if it has such settings."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def memory_taken(device: torch.device) -> int:
    """The most bytes so far: of tensors on a graphics card, of this whole process on the CPU.

    0 where the system does not tell.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "xpu":
        return int(torch.xpu.max_memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.driver_allocated_memory())
    if sys.platform == "win32":
        return 0
    import resource  # not there on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
