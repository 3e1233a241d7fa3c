import numpy as np
import pytest
import torch

from ddpm_studio.sampling.noise import initial_noise, seeded_noise, step_noise


def test_a_seed_means_the_same_noise_for_ever():
    """Frozen values: a change here would change every picture that people have a seed of."""
    noise = initial_noise([0, 1, 2**63 - 1], (3,))
    expected = [
        [0.15975747, -0.96371937, -1.80000627],
        [0.82208842, -0.46309263, -0.84955293],
        [-0.26946503, 2.37383556, 1.20441651],
    ]
    torch.testing.assert_close(noise, torch.tensor(expected), rtol=1e-6, atol=1e-7)


def test_it_is_float32_standard_normal():
    noise = seeded_noise(range(20), 3, (3, 64, 64))
    assert noise.dtype == torch.float32
    values = noise.double().flatten()
    assert float(values.mean()) == pytest.approx(0, abs=0.01)
    assert float(values.var()) == pytest.approx(1, rel=0.01)
    assert float((values**4).mean()) == pytest.approx(3, rel=0.02)
    inside = float((values.abs() < 1).double().mean())
    assert inside == pytest.approx(0.6827, abs=0.005)


def test_every_seed_and_every_step_has_noise_of_its_own():
    rows = [
        seeded_noise([seed], draw, (256,))[0]
        for seed in (0, 1, 2, 1000, -1, 2**63 - 1)
        for draw in (0, 1, 2, 1000)
    ]
    similar = torch.corrcoef(torch.stack(rows)) - torch.eye(len(rows))
    assert float(similar.abs().max()) < 0.35  # 5 deviations of chance


def test_noise_does_not_know_the_batch_nor_the_order():
    together = seeded_noise([5, 6, 7], 2, (2, 4, 4))
    for seed, row in zip([5, 6, 7], together, strict=True):
        assert torch.equal(seeded_noise([seed], 2, (2, 4, 4))[0], row)
    assert torch.equal(seeded_noise([7, 6, 5], 2, (2, 4, 4)).flip(0), together)


def test_no_global_generator_is_touched():
    before, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()
    seeded_noise([1, 2], 0, (4,))
    step_noise([1, 2], 0, torch.zeros(2, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == legacy).all()


def test_step_noise_is_shaped_and_typed_like_x_t():
    for dtype in (torch.float32, torch.float64):
        for shape in ((2,), (2, 3), (2, 3, 4, 5)):
            like = torch.zeros(shape, dtype=dtype)
            for seeds in (None, [1, 2]):
                noise = step_noise(seeds, 0, like)
                assert noise.shape == shape
                assert noise.dtype == dtype


def test_steps_do_not_reuse_the_noise_that_x_T_is_made_of():
    x_T = initial_noise([3], (50,))
    steps = [step_noise([3], index, x_T) for index in range(5)]
    assert len({tuple(noise.flatten().tolist()) for noise in [x_T, *steps]}) == 6
