"""What is known of every sampler: a row here, and a file in `sampling/samplers` that steps."""

from dataclasses import dataclass

# settings that only some samplers look at
OPTIONS = ("eta", "variance", "snr", "last")
# and what `denoise` takes beside them, for a few
FINER = ("langevin_steps", "langevin_rate", "rtol", "atol")


@dataclass(frozen=True)
class Sampler:
    """One sampler. name: of its file too, and of the function in it.

    words: for who chooses between them. usual_spacing: which of SPACINGS it is at its best with.
    looks_back: whether a step needs the prediction of the one before it. takes: which of OPTIONS,
    and of FINER. is_continuous: it is made for processes with a real t, which most of these
    follow a differential equation of. is_adaptive: it chooses its steps by itself, from where it
    began, so it makes its frames by itself, too; how often it calls the network is then a guess.
    """

    name: str
    title: str
    words: str
    usual_steps: int
    usual_spacing: str = "trailing"
    calls_a_step: int = 1  # of the network
    calls_at_last: int = 1  # by the last step, which usually shows its prediction
    looks_back: bool = False
    takes: tuple[str, ...] = ()
    is_continuous: bool = False
    is_adaptive: bool = False

    @property
    def remembers(self) -> bool:
        """Whether going on needs a second tensor beside the pictures."""
        return self.looks_back or self.is_adaptive

    def calls(self, steps: int) -> int:
        """How often the network looks at a picture, in so many steps, at most."""
        return self.calls_a_step * (steps - 1) + self.calls_at_last if steps else 0


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
    Sampler(
        "reverse_sde",
        "Reverse SDE",
        "Reverse SDE: chance each step",
        usual_steps=500,
        takes=("last",),
        is_continuous=True,
    ),
    Sampler(
        "predictor_corrector",
        "Predictor-corrector",
        "Predictor-corrector",
        usual_steps=250,
        calls_a_step=2,
        calls_at_last=2,
        takes=("snr",),
        is_continuous=True,
    ),
    Sampler(
        "annealed_langevin",
        "Annealed Langevin",
        "Annealed Langevin",
        usual_steps=10,
        usual_spacing="linspace",
        calls_a_step=100,
        calls_at_last=101,
        takes=("last", "langevin_steps", "langevin_rate"),
        is_continuous=True,
    ),
    Sampler(
        "probability_flow",
        "Probability flow",
        "Flow: chooses its steps",
        usual_steps=20,
        calls_at_last=150,
        takes=("rtol", "atol"),
        is_continuous=True,
        is_adaptive=True,
    ),
)
SAMPLERS = {row.name: row for row in _ROWS}


def fitting(is_continuous: bool) -> tuple[str, ...]:
    """The names of those that work with a process whose t is real, or whole."""
    return tuple(row.name for row in _ROWS if is_continuous or not row.is_continuous)


def with_option(option: str) -> str:
    """The names of those that look at an option, with commas between."""
    return ", ".join(row.name for row in _ROWS if option in row.takes)
