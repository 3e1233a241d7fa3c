"""How pictures are made from noise."""

from dataclasses import dataclass
from typing import Any

from ddpm_studio.config.fields import SEEDS, check_fields, setting
from ddpm_studio.samplers import OPTIONS, SAMPLERS

AUTO = "auto"  # the spacing that suits the sampler
SPACING_WORDS = {
    "leading": "Leading (starts a little late)",
    "trailing": "Trailing (starts at pure noise)",
    "linspace": "Even (both ends)",
    "quadratic": "Quadratic (dense near the end)",
    "log_snr": "By noise level (best with few)",
}
SPACINGS = tuple(SPACING_WORDS)
VARIANCE_WORDS = {
    "posterior": "Small (posterior)",
    "beta": "Large (beta)",
    "learned": "As the model learned it",
}
VARIANCES = tuple(VARIANCE_WORDS)
LAST_WORDS = {"mean": "The picture", "noise": "A little noise, too"}
LASTS = tuple(LAST_WORDS)
FIXED_VARIANCES = ("posterior", "beta")  # of any model


@dataclass(frozen=True)
class SampleConfig:
    """How pictures are made from noise."""

    sampler: str = setting(
        "ddim",
        "Sampler",
        "The rule that leads from noise to picture.",
        choices={name: row.words for name, row in SAMPLERS.items()},
    )
    num_inference_steps: int = setting(
        50,
        "Steps",
        "More steps give finer pictures and take longer; 50 are plenty to begin with.",
        least=1,
    )
    eta: float = setting(
        0.0,
        "Freshness of noise (eta)",
        "How much fresh noise joins at each step: at 0 the same noise always becomes the same "
        "picture on a smooth way, at 1 chance has its say until the end.",
        least=0,
        most=1,
        allowed="0 (no fresh noise) to 1",
    )
    spacing: str = setting(
        AUTO,
        "Choice of steps",
        "Which noise levels are visited.",
        choices={AUTO: "What suits the sampler", **SPACING_WORDS},
    )
    variance: str = setting(
        AUTO,
        "Amount of noise in DDPM",
        "How much fresh noise DDPM takes at each step.",
        choices={AUTO: "As learned, else small", **VARIANCE_WORDS},
    )
    clip: bool = setting(
        True,
        "Keep to the range of colours",
        "Cut what the model believes at black and white in every step.",
    )
    snr: float = setting(
        0.16,
        "Size of a correction",
        "For predictor-corrector: how much of the noise is moved at each correction.",
        term="signal-to-noise ratio of the corrector, r",
        above=0,
    )
    last: str = setting(
        "mean",
        "After the last step",
        "Whether the noise of the last step is left out.",
        term="denoising of the last step",
        choices=LAST_WORDS,
    )
    seed: int = setting(
        0,
        "Seed",
        "The number that the noise grows from: the same seed, the same noise. Each next picture "
        "takes the next number.",
        **SEEDS,
    )

    def __post_init__(self) -> None:
        check_fields(self, "sample")

    @property
    def used_spacing(self) -> str:
        """One of SPACINGS."""
        is_usual = self.spacing == AUTO
        return SAMPLERS[self.sampler].usual_spacing if is_usual else self.spacing

    def options(self, learns_variance: bool) -> dict[str, Any]:
        """What `denoise` is given of OPTIONS. learns_variance: whether the model does."""
        own = {name: getattr(self, name) for name in OPTIONS}
        return {**own, "variance": self.used_variance(learns_variance)}

    def used_variance(self, learns_variance: bool) -> str:
        """One of VARIANCES. learns_variance: whether the model does."""
        if self.variance != AUTO:
            return self.variance
        return "learned" if learns_variance else "posterior"
