"""Picture k is the same, to the last bit, in a batch of 1, 7 or 64 and in any order."""

from contextlib import nullcontext

import pytest
import torch

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import per_picture
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.generate import denoise_seeds, generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8

CPU = torch.device("cpu")
PRECISIONS = ("fp32", "bf16")


def studio(precision="fp32", size=6, channels=3, **sample):
    """Odd sizes on purpose: there the kernels depend most on the batch."""
    return StudioConfig(
        pictures=PicturesConfig(size=size, channels=channels),
        model=ModelConfig(
            model_channels=12,
            channel_mult=(1, 2),
            attention_resolutions=(size // 2,),
            head_channels=12,
        ),
        diffusion=DiffusionConfig(num_timesteps=100),
        train=TrainConfig(precision=precision),
        sample=SampleConfig(num_inference_steps=4, **sample),
    )


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_picture_of_denoise_does_not_depend_on_its_batch(precision, layout):
    """With fresh noise in every step, straight through the public function."""
    config = studio()
    model = per_picture(UNet(config.model).eval().to(memory_format=layout))
    mixed = precision == "bf16"

    def predict(x_t, t):
        with torch.autocast("cpu", torch.bfloat16) if mixed else nullcontext():
            return model(x_t, t)

    def finished(seeds):
        *_, frame = denoise(
            predict,
            NoiseSchedule.from_config(config.diffusion),
            initial_noise(seeds, config.pictures.shape),
            num_inference_steps=2,
            eta=1.0,
            prediction="v",
            seeds=seeds,
        )
        return frame.x_t

    seeds = range(100, 164)
    many = finished(seeds)
    for k in (0, 1, 2, 3, 31, 63):
        assert torch.equal(finished([seeds[k]])[0], many[k])
    assert torch.equal(finished(seeds[20:27]), many[20:27])
    mixed_up = torch.randperm(64)
    assert torch.equal(finished([seeds[k] for k in mixed_up]), many[mixed_up])
    assert len({picture.tobytes() for picture in to_uint8(many)}) == 64


@pytest.mark.parametrize("size", [6, 8])
def test_a_network_as_load_model_gives_it_needs_no_wrapper(size):
    """Pictures go through it one by one, or a few together where they fill vectors."""
    config = studio(size=size)
    model = UNet(config.model).eval()

    def finished(seeds):
        x_T = initial_noise(seeds, config.pictures.shape)
        *_, frame = denoise(
            model, NoiseSchedule.cosine(100), x_T, num_inference_steps=2, prediction="v"
        )
        return frame.x_t

    many = finished(range(9))
    for k in (0, 4, 8):
        assert torch.equal(finished([k])[0], many[k])


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_generate_makes_the_same_pictures_in_any_batch(precision, sampler):
    config = studio(precision, channels=1, eta=0.5, sampler=sampler)
    model = UNet(config.model).eval().requires_grad_(False)
    seeds = [5, 3, 9, 0, 2**63 - 1, 7, 1]

    def pictures(batch):
        events = generate(Network(model, config, CPU), config.sample, seeds, batch)
        made = [event for event in events if isinstance(event, SampleFinished)]
        assert [event.seed for event in made] == seeds
        assert [event.index for event in made] == list(range(7))
        return [event.picture.tobytes() for event in made]

    expected = pictures(16)
    assert len(set(expected)) == 7
    for batch in (1, 2, 3, 7):
        assert pictures(batch) == expected


def test_generate_tells_how_far_it_is():
    config = studio()
    model = UNet(config.model).eval()
    events = list(generate(Network(model, config, CPU), config.sample, range(5), batch=2))
    steps = [event for event in events if isinstance(event, SampleStep)]
    assert [(event.step, event.batch, event.finished) for event in steps] == [
        (step, batch, finished) for batch, finished in ((2, 0), (2, 2), (1, 4)) for step in range(5)
    ]
    assert {(event.steps, event.total) for event in steps} == {(4, 5)}
    picture = events[-1].picture
    assert picture.shape == (6, 6, 3)
    assert picture.dtype.name == "uint8"


def test_generate_is_denoise_with_the_settings_of_the_project():
    config = studio(spacing="trailing", clip=True)
    model = UNet(config.model).eval()
    *_, frame = denoise(
        model,
        NoiseSchedule.cosine(100),
        initial_noise([4, 5], (3, 6, 6)),
        num_inference_steps=4,
        prediction="v",
        spacing="trailing",
        clip=True,
    )
    made = [
        event.picture
        for event in generate(Network(model, config, CPU), config.sample, [4, 5])
        if isinstance(event, SampleFinished)
    ]
    assert [picture.tobytes() for picture in made] == [p.tobytes() for p in to_uint8(frame.x_t)]


def test_pictures_need_not_be_square():
    config = StudioConfig(
        pictures=PicturesConfig(size=12, height=8),
        model=ModelConfig(model_channels=8, channel_mult=(1, 2), attention_resolutions=()),
        sample=SampleConfig(num_inference_steps=2),
    )
    model = UNet(config.model).eval()
    *_, frame = denoise_seeds(Network(model, config, CPU), config.sample, [1])
    assert frame.x_t.shape == (1, 3, 8, 12)


def test_a_recipe_from_the_middle_of_a_batch_gives_the_same_picture_alone():
    """The recipe holds the picture's own seed, so no memory of its neighbours is needed."""
    config = studio(eta=1.0, seed=40)
    model = UNet(config.model).eval()

    def made(seeds):
        events = generate(Network(model, config, CPU), config.sample, seeds)
        return {e.seed: e.picture.tobytes() for e in events if isinstance(e, SampleFinished)}

    assert made([42])[42] == made(range(40, 45))[42]
