"""What the network learns, from which noise, and how."""

from dataclasses import dataclass

from ddpm_studio.config.fields import PART, SEEDS, check, check_fields, one_of, setting
from ddpm_studio.config.schedules import ROWS
from ddpm_studio.config.schedules import SCHEDULES as SCHEDULES

PREDICTIONS = ("eps", "v", "x_0")
SPREADS = {"fixed": "Fixed", "learned": "Learned by the model"}
LOSSES = {
    "simple": "The error alone",
    "hybrid": "The error, and the bound for the variance",
    "vlb": "The bound on the likelihood",
}
LINEAR = "For the linear schedule only."
BETAS = "numbers with 0 < beta_start <= beta_end < 1"
VP = "For the preserving schedule only."
VP_BETAS = "numbers with 0 <= beta_min <= beta_max and 0 < beta_max"
LEARNED = "For the learned schedule only: where it begins, as minus log SNR."
GAMMAS = "numbers with -30 <= gamma_0 < gamma_1 <= 30"
VE_SIGMAS = "numbers with 0 < sigma_min < sigma_max"
PRECISIONS = ("auto", "fp32", "bf16", "fp16")


@dataclass(frozen=True)
class DiffusionConfig:
    """The forward process and what the network learns to predict."""

    num_timesteps: int = setting(
        1000,
        "Steps of noise",
        "In how many steps pictures turn into noise while the model learns (T).",
        term="timesteps, T",
        unit="steps",
        least=1,
        most=100_000,
    )
    schedule: str = setting(
        "cosine",
        "How noise grows",
        "How fast pictures turn into noise.",
        term="noise schedule",
        choices={name: row.words for name, row in ROWS.items()},
    )
    beta_start: float = setting(
        1e-4, "First step’s noise", LINEAR, term="beta start", allowed=BETAS
    )
    beta_end: float = setting(0.02, "Last step’s noise", LINEAR, term="beta end", allowed=BETAS)
    beta_min: float = setting(
        0.1, "First rate of noise", VP, term="beta min", least=0, allowed=VP_BETAS
    )
    beta_max: float = setting(
        20.0, "Last rate of noise", VP, term="beta max", above=0, allowed=VP_BETAS
    )
    sigma_min: float = setting(
        0.01,
        "Least noise",
        "For the exploding schedule only; where colours go from -1 to 1.",
        term="sigma min",
        above=0,
        allowed=VE_SIGMAS,
    )
    sigma_max: float = setting(
        0.0,
        "Most noise",
        "For the exploding schedule only; 0 takes the largest distance between two pictures.",
        term="sigma max",
        least=0,
        allowed=f"0 or {VE_SIGMAS}",
    )
    gamma_0: float = setting(
        -13.3, "Least noise at first", LEARNED, term="gamma at 0", least=-30, allowed=GAMMAS
    )
    gamma_1: float = setting(
        5.0, "Most noise at first", LEARNED, term="gamma at 1", most=30, allowed=GAMMAS
    )
    prediction: str = setting(
        "v",
        "Model predicts",
        "The noise (eps), the picture (x_0), or a mix of both that learns fastest (v).",
        term="prediction type",
        choices=PREDICTIONS,
    )
    min_snr_gamma: float = setting(
        5.0,
        "Balance of noise levels",
        "Keeps steps with little noise from taking over; 0 treats all steps alike.",
        term="min-SNR gamma",
        least=0,
    )
    variance: str = setting(
        "fixed",
        "Noise of each step back",
        "How much chance each step back has: fixed, or learned by the model beside the picture, "
        "which few steps and the likelihood gain from.",
        term="variance",
        choices=SPREADS,
    )
    loss: str = setting(
        "simple",
        "What is learned",
        "hybrid adds a little of the bound on the likelihood, from which a learned variance is "
        "learned; vlb is that bound alone. A fixed variance gains nothing by hybrid.",
        term="loss: L_simple, L_hybrid, L_vlb",
        choices=LOSSES,
    )
    resampling: bool = setting(
        False,
        "More often where it errs",
        "Noise levels are drawn more often where the model errs most, and count less each time; "
        "it calms the loss vlb.",
        term="loss-aware resampling",
    )

    def __post_init__(self) -> None:
        check_fields(self, "diffusion")
        self._check_schedule()
        check(
            self.variance != "learned" or self.loss != "simple",
            "diffusion.loss",
            self.loss,
            "hybrid or vlb where diffusion.variance is learned: nothing else teaches it",
        )
        check(
            0 < self.beta_start <= self.beta_end < 1,
            "diffusion.beta_start and beta_end",
            (self.beta_start, self.beta_end),
            BETAS,
        )
        check(
            self.beta_min <= self.beta_max,
            "diffusion.beta_min and beta_max",
            (self.beta_min, self.beta_max),
            VP_BETAS,
        )
        check(
            self.gamma_0 < self.gamma_1,
            "diffusion.gamma_0 and gamma_1",
            (self.gamma_0, self.gamma_1),
            GAMMAS,
        )
        check(
            self.sigma_max == 0 or self.sigma_min < self.sigma_max,
            "diffusion.sigma_min and sigma_max",
            (self.sigma_min, self.sigma_max),
            VE_SIGMAS,
        )

    def _check_schedule(self) -> None:
        row = ROWS[self.schedule]
        where = f"where diffusion.schedule is {self.schedule}"
        check(self.loss in row.losses, "diffusion.loss", self.loss, f"{one_of(row.losses)} {where}")
        if row.is_continuous:
            is_fixed = self.variance == "fixed"
            check(is_fixed, "diffusion.variance", self.variance, f"fixed {where}")
            check(not self.resampling, "diffusion.resampling", self.resampling, f"false {where}")


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained, and when progress is saved and shown."""

    batch_size: int = setting(
        16,
        "Pictures per step",
        "More give calmer and slower steps.",
        term="batch size",
        unit="pictures",
        least=1,
        most=65_536,
        allowed="at least 1 and at most 65536",
    )
    accumulation: int = setting(
        1,
        "Parts per step",
        "The pictures of a step go through the model in parts, which takes less memory.",
        term="gradient accumulation",
        unit="parts",
        least=1,
    )
    gradient_checkpointing: bool = setting(
        False,
        "Save memory, compute twice",
        "Takes much less memory and about a third more time; the result is the same.",
        term="gradient checkpointing",
    )
    learning_rate: float = setting(
        2e-3,
        "Size of a step",
        "How far each step moves the model. Too high, and it breaks; too low, and it crawls.",
        term="learning rate",
        above=0,
        below=1,
        allowed="in 0 .. 1",
    )
    warmup_steps: int = setting(
        100,
        "Gentle start",
        "Steps grow slowly to their full size.",
        term="warm-up of the learning rate",
        unit="steps",
        least=0,
    )
    # it falls as 1 / sqrt(step)
    decay_after: int = setting(
        0,
        "Smaller steps after",
        "From this step on they become smaller; 0 keeps their size.",
        term="learning rate decay",
        unit="steps",
        least=0,
    )
    beta1: float = setting(
        0.9, "Keeps its direction", "How long learning follows a direction.", term="beta1", **PART
    )
    beta2: float = setting(
        0.99,
        "Remembers sizes",
        "How long learning remembers how large changes were.",
        term="beta2",
        **PART,
    )
    weight_decay: float = setting(
        0.0,
        "Pull back",
        "Pulls the model back a little at each step.",
        term="weight decay",
        least=0,
    )
    max_grad_norm: float = setting(
        1.0,
        "Largest change",
        "Larger changes than this are cut down to it.",
        term="gradient clipping",
        above=0,
    )
    # relative width of the power-function EMA
    ema_width: float = setting(
        0.1,
        "Averaging",
        "The pictures come from an average of the model over this part of the run so far.",
        term="EMA width",
        above=0,
        most=0.28,
        allowed="in 0 .. 0.28",
    )
    held_out_share: float = setting(
        0.1,
        "Kept aside to check",
        "This part of the pictures is never learned from, but asked about: it shows when the model "
        "begins to copy. Of fewer than 10 pictures none is.",
        term="held-out share",
        least=0,
        most=0.5,
        allowed="0 (none) to 0.5",
    )
    augment: float = setting(
        0.0,
        "Pictures changed",
        "For small folders: this part of the pictures is turned, moved, scaled or mirrored. The "
        "model is told so, and does not paint them that way. Fixed once training has begun.",
        term="augmentation",
        least=0,
        most=0.5,
        allowed="0 (never) to 0.5",
    )
    precision: str = setting(
        "auto",
        "Number format",
        "auto takes the fastest one that the device is good at.",
        term="precision",
        choices=PRECISIONS,
    )
    seed: int = setting(
        0, "Chance", "Another seed gives another model of the same pictures.", term="seed", **SEEDS
    )
    log_every: int = setting(
        10,
        "Point on the plot every",
        "A line for the loss plot is kept after so many steps.",
        term="log interval",
        unit="steps",
        least=1,
    )
    preview_every: int = setting(
        500,
        "All pictures every",
        "The whole wall is painted anew after so many steps; a few pictures between, and often at "
        "the start.",
        term="preview interval",
        unit="steps",
        least=1,
    )
    preview_count: int = setting(
        16,
        "Pictures on the wall",
        "More take longer to make.",
        term="preview seeds",
        unit="pictures",
        least=1,
    )
    preview_steps: int = setting(
        12,
        "Steps for each of them",
        "Denoising steps of the pictures on the wall.",
        term="preview steps",
        unit="steps",
        least=1,
    )
    checkpoint_every: int = setting(
        1000,
        "Saved every",
        "The model is saved after so many steps.",
        term="checkpoint interval",
        unit="steps",
        least=1,
    )
    checkpoint_seconds: float = setting(
        60.0,
        "Saved at least every",
        "And after this time, if that is sooner.",
        term="checkpoint interval",
        unit="seconds",
        above=0,
        allowed="> 0",
    )

    def __post_init__(self) -> None:
        check_fields(self, "train")
        check(
            self.batch_size % self.accumulation == 0,
            "train.accumulation",
            self.accumulation,
            f"a divisor of train.batch_size ({self.batch_size})",
        )
