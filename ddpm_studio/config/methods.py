"""Methods: the papers of the field as presets of settings. A method is a row here."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from ddpm_studio.config import DiffusionConfig, StudioConfig
from ddpm_studio.config.fields import check_choice

CUSTOM = "custom"  # somebody set the noise or the loss by hand


@dataclass(frozen=True)
class Paper:
    """Where it is read. where: its page at arXiv."""

    words: str
    where: str


HO = Paper("Ho et al. 2020", "https://arxiv.org/abs/2006.11239")
V_PREDICTION = Paper("Salimans and Ho 2022", "https://arxiv.org/abs/2202.00512")
MIN_SNR = Paper("Hang et al. 2023", "https://arxiv.org/abs/2303.09556")
IMPROVED = Paper("Nichol and Dhariwal 2021", "https://arxiv.org/abs/2102.09672")
SCORE_SDE = Paper("Song et al. 2021", "https://arxiv.org/abs/2011.13456")
VDM = Paper("Kingma et al. 2021", "https://arxiv.org/abs/2107.00630")
NCSN = Paper("Song and Ermon 2020", "https://arxiv.org/abs/2006.09011")


@dataclass(frozen=True)
class Method:
    """title: for people. tip: what it is, and when to want it, in one sentence.

    The others are settings of the section `diffusion`, those that a method decides.
    """

    title: str
    tip: str
    papers: tuple[Paper, ...]
    schedule: str = "cosine"
    prediction: str = "eps"
    min_snr_gamma: float = 0.0
    variance: str = "fixed"
    loss: str = "simple"
    resampling: bool = False

    @property
    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DECIDED}


METHODS = {
    "denoising": Method(
        "Denoising (recommended)",
        "What this program is made for: noise levels weigh as much as they teach, and the same "
        "minutes give the nearest pictures.",
        (HO, V_PREDICTION, MIN_SNR),
        prediction="v",
        min_snr_gamma=5.0,
    ),
    "classic": Method(
        "Classic DDPM 2020",
        "The first paper as it was written, to see where all began or to compare with what others "
        "have published.",
        (HO,),
        schedule="linear",
    ),
    "improved": Method(
        "Improved DDPM",
        "Learns beside the picture how much chance each step back has, for good figures of "
        "likelihood and for the sampler DDPM with few steps.",
        (IMPROVED,),
        variance="learned",
        loss="hybrid",
    ),
    "exploding": Method(
        "Score SDE, exploding",
        "Noise grows until the picture drowns in it and time has no steps; to explore samplers "
        "that follow an equation.",
        (SCORE_SDE, NCSN),
        schedule="ve",
    ),
    "preserving": Method(
        "Score SDE, preserving",
        "The classic noise with a time that has no steps, so that any sampler can take as many as "
        "it likes; for exact likelihoods.",
        (SCORE_SDE,),
        schedule="vp",
    ),
    "variational": Method(
        "Variational (learned schedule)",
        "Learns how noise grows, too, and whatever counts for likelihood instead of for the eye; "
        "for the fewest bits.",
        (VDM,),
        schedule="learned",
        loss="vlb",
    ),
}
DEFAULT_METHOD = "denoising"
DECIDED = tuple(  # by a method
    field.name
    for field in dataclasses.fields(Method)
    if field.name not in ("title", "tip", "papers")
)


def with_method(config: StudioConfig, name: str) -> StudioConfig:
    """The same, learned in another way. Raises ConfigError that lists the names."""
    check_choice("method", name, tuple(METHODS))
    return config.changed("diffusion", **METHODS[name].values)


def method_of(diffusion: DiffusionConfig) -> str:
    """The name of the method that settings are, or CUSTOM."""
    present = {name: getattr(diffusion, name) for name in DECIDED}
    return next((name for name, one in METHODS.items() if one.values == present), CUSTOM)
