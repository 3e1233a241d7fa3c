"""Bits of a model, measured on pictures: all steps of the bound, or some that stand for it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.diffusion import Bits, bits_at, prior_bits
from ddpm_studio.errors import ConfigError
from ddpm_studio.events import BitsMeasured
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import seeded_noise
from ddpm_studio.sampling.pictures import from_uint8
from ddpm_studio.training import Trainer
from ddpm_studio.training.likelihood import FIRST_SEED, BitsMeter, stages
from ddpm_studio.training.preview import averaged_model

LEARNED = ("diffusion.variance=learned", "diffusion.loss=hybrid")


@pytest.fixture(scope="module")
def network(make_trainer: Callable[..., Trainer]) -> Network:
    return trained(make_trainer(*LEARNED))


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (5, 8, 8, 3), np.uint8)


def trained(trainer: Trainer) -> Network:
    """After a few steps, so that no output is 0."""
    for _ in range(3):
        trainer.train_step()
    return averaged_model(trainer)


def measured(network: Network, pictures: np.ndarray, **options: object) -> BitsMeasured:
    meter = BitsMeter(network, **options)  # type: ignore[arg-type]
    list(meter.measure(pictures))
    found = meter.so_far(3, "held-out")
    assert found is not None
    return found


def test_stages_are_all_timesteps_each_once_the_first_alone() -> None:
    for total in (1, 2, 20, 1000):
        for most in (1, 2, 7, 32, 1000, 5000):
            found = stages(total, most)
            assert [t for stage in found for t in stage] == list(range(total))
            assert len(found) <= max(most, 2)  # the decoder is never mixed with others
            assert found[0] == range(1)
            if 8 <= most < total:
                assert len(found) > 0.7 * most
                assert len(found[-1]) < total / 2


def test_it_is_the_bound_of_each_picture_with_its_own_noise(
    network: Network, pictures: np.ndarray
) -> None:
    found = measured(network, pictures)
    schedule, bits = network.process, []
    for index, x_0 in enumerate(from_uint8(pictures).double()):
        t = torch.arange(20)
        eps = torch.cat([seeded_noise([FIRST_SEED + index], k + 1, x_0.shape) for k in range(20)])
        steps = bits_at(
            lambda x_t, t: network.predict(x_t.float(), t).double(),
            schedule,  # type: ignore[arg-type]
            x_0.expand(20, -1, -1, -1),
            t,
            eps.double(),
            prediction="v",
            clip=True,
        )
        bits.append(Bits(prior_bits(schedule, x_0[None]), steps[None]))  # type: ignore[arg-type]
    totals = torch.cat([one.total for one in bits])
    assert found.bits == pytest.approx(float(totals.mean()), rel=1e-5)
    assert found.error == pytest.approx(float(totals.std()) / 5**0.5, rel=1e-4)
    assert found.decoder == pytest.approx(float(torch.cat([b.decoder for b in bits]).mean()))
    assert found.starts == tuple(range(1, 20))
    assert found.prior + sum(found.parts) + found.decoder == pytest.approx(found.bits)
    assert (found.count, found.looks, found.variance) == (5, 100, "learned")
    assert found.bits > 1  # noise cannot be stored in less


def test_twice_asked_it_says_the_same_and_does_not_depend_on_who_is_beside(
    network: Network, pictures: np.ndarray
) -> None:
    assert measured(network, pictures) == measured(network, pictures)
    assert measured(network, pictures[:1]).prior != measured(network, pictures[1:2]).prior
    one, meter = measured(network, pictures[:2]), BitsMeter(network)
    for picture in pictures[:2]:
        list(meter.measure(picture[None]))
    assert meter.so_far(3, "held-out") == one


def test_what_is_left_halfway_does_not_count(network: Network, pictures: np.ndarray) -> None:
    meter = BitsMeter(network)
    assert meter.so_far(0, "learned") is None
    events = meter.measure(pictures)
    progress = next(events)
    assert (progress.done, progress.total) == (20, 100)
    events.close()
    found = meter.so_far(0, "learned")
    assert found is not None
    assert (found.count, found.error, found.of) == (1, 0.0, "learned")


def test_some_looks_stand_for_all(make_trainer: Callable[..., Trainer]) -> None:
    """Fewer than half of them, and the mean over pictures is right to a few thousandths."""
    network = trained(make_trainer("diffusion.num_timesteps=60"))
    pictures = np.random.default_rng(2).integers(0, 256, (40, 8, 8, 3), np.uint8)
    whole, some = measured(network, pictures), measured(network, pictures, most=20)
    assert some.looks <= 20 * 40 < whole.looks / 2
    assert some.bits == pytest.approx(whole.bits, rel=0.02)
    assert some.decoder == whole.decoder
    assert some.prior == whole.prior


def test_each_look_is_one_call_for_one_picture(network: Network, pictures: np.ndarray) -> None:
    seen: list[int] = []
    meter = BitsMeter(network, most=8)
    whole = meter._predict  # counted: the calls themselves are what is asked about

    def counted(x_t: Tensor, t: Tensor) -> Tensor:
        seen.append(len(x_t))
        return whole(x_t, t)

    meter._predict = counted  # type: ignore[method-assign]
    list(meter.measure(pictures))
    found = meter.so_far(0, "held-out")
    assert found is not None
    assert sum(seen) == found.looks == 5 * meter.looks


def test_a_variance_that_was_not_learned_is_refused(
    make_trainer: Callable[..., Trainer], pictures: np.ndarray
) -> None:
    network = trained(make_trainer())
    with pytest.raises(ConfigError, match=r"variance is 'learned', but must be posterior or beta"):
        BitsMeter(network, variance="learned")
    assert measured(network, pictures).variance == "beta"
    assert measured(network, pictures, variance="posterior").variance == "posterior"
