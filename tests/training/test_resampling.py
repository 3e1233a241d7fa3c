"""Training with timesteps drawn by their losses, and with a variance that is learned."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.diffusion import best_variance, l_hybrid, variance_part
from ddpm_studio.errors import ConfigError
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, load_model
from ddpm_studio.training.checkpoints import restore
from tests.training.saving import save_checkpoint

LEARNED = ("diffusion.variance=learned", "diffusion.loss=hybrid")
RESAMPLED = (*LEARNED, "diffusion.resampling=true", "diffusion.num_timesteps=4")


def test_timesteps_are_drawn_by_their_losses_once_each_has_ten(
    make_trainer: Callable[..., Trainer],
) -> None:
    """Of four timesteps a batch of four has each once, until then."""
    trainer = make_trainer(*RESAMPLED)
    history = trainer.history
    assert history is not None
    for step in range(10):
        assert not history.is_full
        assert history.counts.tolist() == [step] * 4
        trainer.train_step()
    assert history.is_full
    x_0 = torch.zeros(400_000, 1, 1, 1)
    t, _ = trainer.noise(x_0)
    shares = torch.bincount(t, minlength=4) / len(t)
    assert shares.tolist() == pytest.approx(history.probabilities.tolist(), abs=1e-3)
    assert shares.max() > 1.2 * shares.min()
    losses = torch.tensor([1.0, 2.0, 3.0, 4.0])
    mean = trainer.weighed(losses[t], t).mean()
    assert float(mean) == pytest.approx(2.5, rel=0.01)  # as of even draws
    before = history.losses.clone()
    trainer.train_step()
    assert int((history.losses != before).any(1).sum()) <= 4
    assert not torch.equal(history.losses, before)


def test_parts_of_a_batch_remember_what_the_whole_does(
    make_trainer: Callable[..., Trainer],
) -> None:
    whole, parts = make_trainer(*RESAMPLED), make_trainer(*RESAMPLED, "train.accumulation=4")
    for trainer in (whole, parts):
        trainer.train_step()
    assert whole.history is not None
    assert parts.history is not None
    torch.testing.assert_close(whole.history.losses, parts.history.losses, rtol=1e-4, atol=1e-6)


def test_a_step_that_is_not_finite_is_not_remembered(make_trainer: Callable[..., Trainer]) -> None:
    trainer = make_trainer(*RESAMPLED)
    with torch.no_grad():
        trainer.flat.whole.fill_(float("nan"))
    assert not trainer.train_step().applied
    assert trainer.history is not None
    assert trainer.history.counts.tolist() == [0] * 4


def test_checkpoints_keep_the_losses_of_those_alone_that_draw_by_them(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    one, plain = make_trainer(*RESAMPLED), make_trainer(*RESAMPLED, "diffusion.resampling=false")
    one.train_step()
    path, other = (tmp_path / name / "step_00000001.safetensors" for name in ("one", "other"))
    save_checkpoint(path, one, 0.0)
    restore(path, plain)  # it is switched off
    assert torch.equal(plain.flat.whole, one.flat.whole)
    save_checkpoint(other, plain, 0.0)
    assert not [name for name in load_file(other) if name.startswith("resampling")]
    again = make_trainer(*RESAMPLED)
    restore(path, again)
    assert one.history is not None
    assert again.history is not None
    assert torch.equal(again.history.losses, one.history.losses)
    assert again.history.counts.tolist() == [1] * 4
    restore(other, again)  # and switched on: it begins anew
    assert again.history.counts.tolist() == [0] * 4


def test_a_damaged_history_is_found_out(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    trainer, path = make_trainer(*RESAMPLED), tmp_path / "step_00000001.safetensors"
    trainer.train_step()
    save_checkpoint(path, trainer, 0.0)
    assert trainer.history is not None
    losses = trainer.history.losses.numpy().tobytes()
    whole = path.read_bytes()
    assert whole.count(losses) == 1
    path.write_bytes(whole.replace(losses, losses[:-1] + bytes([losses[-1] ^ 1])))
    with pytest.raises(Exception, match="its resampling is not what was written"):
        restore(path, trainer)


def test_a_learned_variance_needs_a_loss_that_teaches_it_and_stays(project: Project) -> None:
    with pytest.raises(
        ConfigError, match=r"diffusion\.loss is 'simple', but must be hybrid or vlb"
    ):
        with_settings(StudioConfig(), ["diffusion.variance=learned"])
    config = with_settings(project.config, LEARNED)
    assert config.model.learns_variance
    assert not with_settings(config, ["diffusion.variance=fixed"]).model.learns_variance


def test_the_variance_is_locked_once_it_is_trained(
    make_project: Callable[..., Project], train_for: Callable[..., object]
) -> None:
    project = make_project("sure", *LEARNED)
    train_for(project, 2)
    model, config = load_model(project.checkpoint_path(2))
    x_t, t = torch.zeros(2, 3, 8, 8), torch.tensor([0, 5])
    assert model(x_t, t).shape == (2, 6, 8, 8)
    assert config.model.learns_variance
    with pytest.raises(
        ConfigError, match=r"diffusion\.variance is learned and cannot become fixed"
    ):
        project.with_config(with_settings(project.config, ["diffusion.variance=fixed"]))
    changed = project.with_config(with_settings(project.config, ["diffusion.loss=vlb"]))
    train_for(changed, 1)  # the loss may change


def test_v_finds_the_best_variance(make_trainer: Callable[..., Trainer]) -> None:
    """By the gradient of L_hybrid alone, where the bound is steep: at the first steps."""
    schedule, c = make_trainer("diffusion.num_timesteps=1000").process, 0.25
    generator = torch.Generator().manual_seed(0)
    t = torch.arange(3).repeat_interleave(20_000)
    a = schedule.alphas_cumprod[t][:, None]  # type: ignore[attr-defined]
    x_0 = torch.randn(len(t), 1, generator=generator, dtype=torch.float64) * c**0.5
    eps = torch.randn(len(t), 1, generator=generator, dtype=torch.float64)
    best = (1 - a).sqrt() * (a.sqrt() * x_0 + (1 - a).sqrt() * eps) / (a * c + 1 - a)
    v = torch.zeros(3, 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([v], lr=0.05)
    for _ in range(150):
        optimizer.zero_grad()
        output = torch.cat([best, v[t]], 1)
        l_hybrid(schedule, "eps", x_0, t, eps, output, decoder="density").mean().backward()  # type: ignore[arg-type]
        optimizer.step()
    first = torch.arange(3)
    a = schedule.alphas_cumprod[first]  # type: ignore[attr-defined]
    wanted = best_variance(schedule, first, c * (1 - a) / (a * c + 1 - a))  # type: ignore[arg-type]
    v_best = variance_part(schedule, first, wanted)  # type: ignore[arg-type]
    assert float((v.detach()[:, 0] - v_best).abs().max()) < 0.15
