"""What people call each setting under Advanced, and what it does, by its dotted path."""

from __future__ import annotations

from ddpm_studio.config import PRECISIONS, PREDICTIONS, SCHEDULES

SECTIONS = {"model": "Model", "diffusion": "Noise", "train": "Training"}

# path: (name, what it does)
WORDS: dict[str, tuple[str, str]] = {
    "model.model_channels": (
        "Width",
        "Features at full picture size. Twice the width is four times the work.",
    ),
    "model.channel_mult": (
        "Width of each level",
        "How many times the width each level has, from full picture size down; one number a level.",
    ),
    "model.num_res_blocks": ("Blocks in each level", "More blocks see more, and take longer."),
    "model.attention_resolutions": (
        "Sizes with attention",
        "At these sizes in pixels every place looks at every other one. Large sizes are slow.",
    ),
    "model.head_channels": ("Width of a head", "How the attention is divided into heads."),
    "model.dropout": (
        "Dropout",
        "The part of features that is left out at random, against learning by heart.",
    ),
    "model.norm_groups": (
        "Groups",
        "Features are normalised in so many groups; 0 finds the number by itself.",
    ),
    "model.mid_attention": ("Attention in the middle", "Attention at the smallest size, too."),
    "diffusion.num_timesteps": (
        "Steps of noise",
        "In how many steps pictures turn into noise while the model learns (T).",
    ),
    "diffusion.schedule": ("Noise schedule", "How fast pictures turn into noise."),
    "diffusion.beta_start": ("First step’s noise", "For the linear schedule only."),
    "diffusion.beta_end": ("Last step’s noise", "For the linear schedule only."),
    "diffusion.prediction": (
        "Model predicts",
        "The noise (eps), the picture (x_0), or a mix of both that learns fastest (v).",
    ),
    "diffusion.min_snr_gamma": (
        "Balance of noise levels",
        "Keeps steps with little noise from taking over; 0 treats all steps alike.",
    ),
    "train.batch_size": ("Pictures per step", "More give calmer and slower steps."),
    "train.accumulation": (
        "In so many parts",
        "The pictures of a step go through the model in parts, which takes less memory.",
    ),
    "train.learning_rate": (
        "Learning rate",
        "How far each step moves the model. Too high, and it breaks; too low, and it crawls.",
    ),
    "train.warmup_steps": ("Warm-up steps", "The learning rate rises slowly over these steps."),
    "train.decay_after": (
        "Rate falls after",
        "From this step on the learning rate falls; 0 keeps it.",
    ),
    "train.beta1": ("Momentum", "How long the optimizer follows a direction."),
    "train.beta2": ("Scale memory", "How long the optimizer remembers the size of changes."),
    "train.weight_decay": ("Weight decay", "Pulls the model back a little at each step."),
    "train.max_grad_norm": ("Longest step", "Larger changes than this are cut down to it."),
    "train.ema_width": (
        "Averaging",
        "The pictures come from an average of the model over this part of the run so far.",
    ),
    "train.held_out_share": (
        "Kept out",
        "This part of the pictures is never learned from, but asked about: it shows when the "
        "model begins to copy. Of fewer than 10 pictures none is.",
    ),
    "train.gradient_checkpointing": (
        "Compute twice",
        "Takes much less memory and about a third more time; the result is the same.",
    ),
    "train.augment": (
        "Change pictures",
        "For small folders: this part of the pictures is turned, moved, scaled or mirrored. The "
        "model is told so, and does not paint them that way. Fixed once training has begun.",
    ),
    "train.precision": (
        "Number format",
        "auto takes the fastest one that the device is good at.",
    ),
    "train.seed": ("Seed", "Another seed gives another model of the same pictures."),
    "train.log_every": ("Log every", "A line for the loss plot is kept after so many steps."),
    "train.preview_every": (
        "Pictures every",
        "The wall is redrawn after so many steps, and more often at the start.",
    ),
    "train.preview_count": ("Pictures on the wall", "More take longer to make."),
    "train.preview_steps": ("Steps for the wall", "Denoising steps of the pictures on the wall."),
    "train.checkpoint_every": ("Save every", "The model is saved after so many steps."),
    "train.checkpoint_seconds": ("Save after seconds", "And after this time, if that is sooner."),
}

CHOICES: dict[str, tuple[str, ...]] = {
    "diffusion.schedule": SCHEDULES,
    "diffusion.prediction": PREDICTIONS,
    "train.precision": PRECISIONS,
}


def called_as_people_do(sentence: str) -> str:
    """A sentence of the engine with each setting under the name that it has in the window."""
    for path in sorted(WORDS, key=len, reverse=True):  # one path may begin as another one
        sentence = sentence.replace(path, f"“{WORDS[path][0]}”")
    return sentence
