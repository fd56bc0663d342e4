"""Training in several processes by ``accelerate launch``: one step of two processes is one of one process with the joined batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import launched_step
import pytest
import stage_runs
import torch
from torch import Tensor

from models.unified.config import UnifiedConfig
from tests.ports import free_port
from training.batches import Batch
from training.stages import data, kept, pixels
from training.stages.crew import Alone
from training.stages.learning import Trainer
from training.stages.pixels import Pixels

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "training/stages/configs"
needs_accelerate = pytest.mark.skipif(find_spec("accelerate") is None, reason="accelerate is not installed")
zero2 = pytest.param(
    "zero2_cpu.yaml", marks=pytest.mark.skipif(find_spec("deepspeed") is None, reason="deepspeed is not installed")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with base, bank and pixels for a launched run."""
    root = tmp_path_factory.mktemp("launched")
    stage_runs.base(root / "base")
    pixels.write(root / "pixels", pixels.truths(stage_runs.bank(root / "bank"), 8))
    return root


def launched(
    config: str, folder: Path, stage: str, *options: str, precision: str = "no"
) -> tuple[dict[str, Tensor], dict[str, int]]:
    """Run a launched stage; returns the weights and what the first process told."""
    command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(CONFIGS / config)]
    command += ["--mixed_precision", precision, "--main_process_port", str(free_port())]
    command += ["-m", "launched_step", str(folder), stage, *options]
    paths = f"{ROOT}{os.pathsep}{Path(__file__).parent}"
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800)
    assert ran.returncode == 0, ran.stderr[-4000:]
    facts = json.loads((folder / "launched.json").read_text())
    return torch.load(folder / "launched.pt", weights_only=True), facts


def together(one: Batch, other: Batch) -> Batch:
    """Return the two batches as one, both padded to the larger."""

    def both(name: str, fill: float = 0) -> Tensor:
        parts = [getattr(one, name), getattr(other, name)]
        shape = [max(sizes) for sizes in zip(*(part.shape[1:] for part in parts), strict=True)]
        made = torch.full((sum(map(len, parts)), *shape), fill, dtype=parts[0].dtype)
        start = 0
        for part in parts:
            made[(slice(start, start + len(part)), *(slice(size) for size in part.shape[1:]))] = part
            start += len(part)
        return made

    named = {
        name: both(name) for name in ("ids", "weights", "context", "pieces", "where", "starts", "features", "places")
    }
    groups = [*one.groups, *other.groups]
    whole = Batch(**named, follow=both("follow", -1), kind=both("kind", -1), groups=groups)
    known = [(p, start) for p, start in ((one.pixels, 0), (other.pixels, len(one.ids))) if p is not None]
    if known:
        sides = [max(p.maps.shape[n] for p, _ in known) for n in (2, 3)]

        def wide(part: Tensor) -> Tensor:
            return torch.nn.functional.pad(part, (0, sides[1] - part.shape[-1], 0, sides[0] - part.shape[-2]))

        first = [0, len(known[0][0].maps)]
        at = torch.cat(
            [p.at + torch.tensor([start, 0, image]) for (p, start), image in zip(known, first, strict=False)]
        )
        maps, real, masks = (torch.cat([wide(getattr(p, n)) for p, _ in known]) for n in ("maps", "real", "masks"))
        whole.pixels = Pixels(maps, real, at, masks, torch.cat([p.boxes for p, _ in known]))
    return whole


@needs_accelerate
def test_processes_whose_clocks_differ_end_together_with_the_same_weights(folder: Path) -> None:
    """Each by its own clock, one would save while the other learns on, and both would wait for ever; and they would learn at two rates."""
    one, other = launched("ddp_cpu.yaml", folder, "two", "0", "clocks")[1]["each"]
    assert one == other
    assert one["agreed"] == [1.0, True]
    assert 5 <= one["steps"] <= 8, "the quicker clock counts: 2 seconds a step of 12"


@needs_accelerate
@pytest.mark.slow
@pytest.mark.parametrize("config", ["ddp_cpu.yaml", "fsdp2_cpu.yaml", zero2])
def test_a_step_of_two_processes_is_one_of_one_with_the_joined_batch(
    config: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, facts = launched(config, folder, "two", "1")
    assert (facts["ranks"], facts["sharded"], facts["steps"]) == (2, config != "ddp_cpu.yaml", 1)
    monkeypatch.setattr(kept, "COUNTED", 30)
    trainer = Trainer(launched_step.plan_in(folder, "two", tmp_path.name, 1))
    maker, drawn = data.maker_of(trainer.plan, trainer.names, trainer.reader), data.sources(trainer.plan)
    parts = [next(data.batches(trainer.plan, maker, data.Position(), drawn, rank, 2))[0] for rank in range(2)]
    assert parts[0].ids.shape != parts[1].ids.shape
    rate = trainer.rate()
    trainer.learn(together(*parts))
    wanted, slopes = launched_step.slopes(trainer), torch.load(folder / "slopes.pt", weights_only=True)
    largest = max(float(value.abs().max()) for value in wanted.values())
    assert largest > 1e-2
    assert not any(value.any() for name, value in slopes.items() if name not in wanted)
    for name, value in wanted.items():
        torch.testing.assert_close(slopes[name].reshape(value.shape), value, rtol=1e-3, atol=1e-5 * largest)
    for name, value in trainer.network.state_dict().items():
        # a step is one of the rate's length wherever there is a gradient, whichever way that points where it is almost nothing
        torch.testing.assert_close(found[name].reshape(value.shape), value, rtol=0, atol=2.1 * rate)
        steep = wanted[name].abs() > 1e-3 * largest if name in wanted else torch.zeros(value.shape, dtype=torch.bool)
        torch.testing.assert_close(found[name].reshape(value.shape)[steep], value[steep], rtol=0, atol=0.1 * rate)


@needs_accelerate
@pytest.mark.slow
@pytest.mark.parametrize("config", ["ddp_cpu.yaml", "fsdp2_cpu.yaml", zero2])
def test_a_launched_run_resumes_and_stage_one_keeps_to_its_rows(config: str, folder: Path) -> None:
    precision = "bf16" if config == "zero2_cpu.yaml" else "no"  # DeepSpeed left alone would round all weights to it
    found, facts = launched(config, folder, "one", "2", "resume", precision=precision)
    assert (facts["resumed"], facts["steps"]) == (2, 3)
    assert {value.dtype for value in found.values()} == {torch.float32}
    told = json.loads((folder / "launched" / kept.STAGE).read_text())[-1]
    assert told["processes"] == 2
    assert told["frozen"]["before"] == told["frozen"]["after"]
    with pytest.raises(ValueError, match="by the same accelerate launch"):
        Alone(SimpleNamespace(device="cpu", precision="no")).load(folder / "launched", torch.nn.Identity(), None)


@needs_accelerate
@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_configurations_of_accelerate_are_ones_that_it_reads(path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(path))
    kinds = {"ddp": "MULTI_GPU", "fsdp2": "FSDP", "zero2": "DEEPSPEED"}
    assert config.distributed_type.value == kinds[path.stem.removesuffix("_cpu")]
    if path.stem.startswith("fsdp2"):
        assert config.fsdp_config["fsdp_version"] == 2
    if path.stem.startswith("zero2"):
        assert config.deepspeed_config["zero_stage"] == 2


@pytest.mark.skipif(find_spec("deepspeed") is None, reason="deepspeed is not installed: its configuration is only read")
def test_deepspeed_takes_its_configuration() -> None:
    from accelerate.utils import DeepSpeedPlugin

    assert DeepSpeedPlugin(zero_stage=2, gradient_clipping=1.0).zero_stage == 2


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("**/*.json")), ids=lambda path: path.stem)
def test_the_plans_in_files_are_plans(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from training.stages.__main__ import plan_of

    if path.stem == "unified_7b":
        config = UnifiedConfig(**json.loads(path.read_text()))
        text = config.text_config
        each = 4 * text.hidden_size**2 + 3 * text.hidden_size * text.intermediate_size
        assert 6.0e9 < each * text.num_hidden_layers < 7.0e9
        assert config.senses
        return
    monkeypatch.chdir(ROOT)
    plan = plan_of({"stage": json.loads(path.read_text()).get("stage", "two"), "run": tmp_path}, path)
    assert plan.shape is None or plan.shape.is_file()
