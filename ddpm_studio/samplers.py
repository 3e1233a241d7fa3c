"""What is known of every sampler: a row here, and a file in `sampling/samplers` that steps."""

from dataclasses import dataclass

OPTIONS = ("eta", "variance")  # settings that only some samplers look at


@dataclass(frozen=True)
class Sampler:
    """One sampler. name: of its file too, and of the function in it.

    words: for who chooses between them. usual_spacing: which of SPACINGS it is at its best with.
    looks_back: whether a step needs the prediction of the one before it. takes: which of OPTIONS.
    """

    name: str
    title: str
    words: str
    usual_steps: int
    usual_spacing: str = "trailing"
    calls_a_step: int = 1  # of the network; the last step, which shows its prediction, has one
    looks_back: bool = False
    takes: tuple[str, ...] = ()

    def calls(self, steps: int) -> int:
        """How often the network looks at a picture, in so many steps, at most."""
        return self.calls_a_step * (steps - 1) + 1 if steps else 0


# The usual steps: sliced Wasserstein distance to the fruit pictures at 32 px, of 128 seeds of one
# model: ddim 61 with 20 steps, 56 with 50; dpmpp_2m 64, 61, 59 with 10, 15, 20; heun 89, 69, 63
# with 10, 15, 20, of two calls each; ddpm 91, 93 with 100, 250 (of the finest details alone 37,
# 31). Solvers of second order are at their best in equal steps of log SNR.
_ROWS = (
    Sampler("ddpm", "DDPM", "DDPM: the classic one", 250, takes=("variance",)),
    Sampler("ddim", "DDIM", "DDIM: good with few steps", 50, takes=("eta",)),
    Sampler(
        "dpmpp_2m",
        "DPM-Solver++ 2M",
        "DPM-Solver++: best with few",
        usual_steps=20,
        usual_spacing="log_snr",
        looks_back=True,
    ),
    Sampler(
        "heun",
        "Heun",
        "Heun: exact, takes twice as long",
        usual_steps=25,
        usual_spacing="log_snr",
        calls_a_step=2,
    ),
)
SAMPLERS = {row.name: row for row in _ROWS}


def with_option(option: str) -> str:
    """The names of those that look at an option, with commas between."""
    return ", ".join(row.name for row in _ROWS if option in row.takes)
