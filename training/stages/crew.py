"""The processes that train together: one alone, or those that ``accelerate launch`` started, by its configuration (DDP, FSDP2, DeepSpeed)."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

CHECKPOINT = "checkpoint.pt"


class Machine(Protocol):
    """What of a plan decides how it is run: the *device* and the *precision* (bf16, fp16 or no) of one process alone."""

    @property
    def device(self) -> str: ...

    @property
    def precision(self) -> str: ...


class Alone:
    """One process, without accelerate."""

    rank, ranks, sharded = 0, 1, False
    steps_within = False
    """Whether :meth:`backward` takes the optimiser's step too, so that no gradient can be changed between."""

    def __init__(self, plan: Machine) -> None:
        self.device, self.precision = plan.device, plan.precision
        self.dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(plan.precision)
        self.scaler = torch.amp.GradScaler(plan.device, enabled=plan.precision == "fp16")

    def shaped(self, network: nn.Module) -> None:
        """Give the parameters of *network* shapes that can be shared out, before the optimiser sees them."""

    def prepare(self, lesson: nn.Module, optimiser: Any) -> tuple[nn.Module, Any]:
        return lesson.to(self.device), optimiser

    def autocast(self) -> AbstractContextManager[Any]:
        made: AbstractContextManager[Any] = torch.autocast(
            torch.device(self.device).type, self.dtype, enabled=self.dtype is not None
        )
        return made

    def totals(self, counts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return *counts* summed over all processes."""
        return counts

    def agreed(self, spent: float, stopped: bool) -> tuple[float, bool]:
        """Return the longest time that any process *spent*, and whether any was *stopped*: what one of them decides by its own clock or
        signal alone the others would wait for for ever."""
        return spent, stopped

    def backward(self, loss: Tensor) -> None:
        self.scaler.scale(loss).backward()

    def step(self, lesson: nn.Module, optimiser: Any) -> None:
        """Take an optimiser's step with gradients of length 1 at most."""
        self.scaler.unscale_(optimiser)
        torch.nn.utils.clip_grad_norm_(lesson.parameters(), 1.0)
        self.scaler.step(optimiser)
        self.scaler.update()
        optimiser.zero_grad(set_to_none=True)

    def save(self, run: Path, lesson: nn.Module, optimiser: Any, facts: dict[str, Any]) -> None:
        """Write a checkpoint of all to the folder *run*, whole or not at all."""
        run.mkdir(parents=True, exist_ok=True)
        state = {
            **facts,
            "lesson": lesson.state_dict(),
            "optimiser": optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
        }
        state["rng"] = torch.get_rng_state()
        if torch.device(self.device).type == "cuda":
            state["cuda"] = torch.cuda.get_rng_state()
        torch.save(state, run / "checkpoint.tmp")
        (run / "checkpoint.tmp").replace(run / CHECKPOINT)

    def load(self, run: Path, lesson: nn.Module, optimiser: Any) -> dict[str, Any]:
        """Go on from the checkpoint in *run*; returns its facts. Raises FileNotFoundError when there is none, ValueError for one of
        processes that were launched together."""
        state: dict[str, Any] = torch.load(run / CHECKPOINT, weights_only=True, map_location=self.device)
        if "lesson" not in state:
            raise ValueError(
                f"{run} is a run of several processes: go on with it, or ship it, by the same accelerate launch"
            )
        lesson.load_state_dict(state.pop("lesson"))
        optimiser.load_state_dict(state.pop("optimiser"))
        self.scaler.load_state_dict(state.pop("scaler"))
        torch.set_rng_state(state.pop("rng").cpu())
        if "cuda" in state:
            torch.cuda.set_rng_state(state.pop("cuda").cpu())
        return state

    def whole(self, lesson: nn.Module) -> dict[str, Tensor]:
        """Return the weights of *lesson*, whole, in the main process' memory."""
        return {name: value.detach().cpu() for name, value in lesson.state_dict().items()}

    def places(self, own: list[int]) -> list[list[int]]:
        """Return what each process gave, in the main one."""
        return [own]

    def wait(self) -> None:
        """Wait for all processes."""


class Given(nn.Module):
    """*lesson* as DeepSpeed is given it. What processes have is added up there in the order in which each gets its gradients, which
    must be the same in all (issue 2343 of DeepSpeed); that of a lesson's own follows from its batch."""

    def __init__(self, lesson: nn.Module) -> None:
        super().__init__()
        self.lesson = lesson

    def forward(self, loss: Tensor) -> Tensor:
        """Return a number with the gradients of *loss*, a scalar made of the lesson's parameters, which come in one order, zero for what
        was not used."""
        trained = [value for value in self.lesson.parameters() if value.requires_grad]
        found = torch.autograd.grad(loss, trained, allow_unused=True)
        steep = [(value * (0.0 if g is None else g)).sum() for value, g in zip(trained, found, strict=True)]
        return torch.stack([part.float() for part in steep]).sum()


class Launched(Alone):
    """The processes of ``accelerate launch``: precision, sharding and device are those of its configuration."""

    def __init__(self, plan: Machine) -> None:
        try:
            from accelerate import Accelerator
        except ImportError as error:
            raise RuntimeError("accelerate is not installed: pip install accelerate") from error
        cores, deepspeed = plan.device == "cpu", os.environ.get("ACCELERATE_USE_DEEPSPEED") == "true"
        if cores and deepspeed:
            # accelerate joins processor cores where it is told to use them, and then leaves DeepSpeed out without a word; told so in
            # two steps it does both
            from accelerate.state import PartialState

            PartialState(cpu=True)
        self.accelerator = Accelerator(cpu=cores and not deepspeed)
        self.device = "cpu" if self.accelerator.device.type == "cpu" else str(self.accelerator.device)
        if self.device == "cpu" and os.environ.get("ACCELERATE_USE_FSDP") == "true":
            # accelerate shares weights out over cards alone; torch does so over processor cores too
            from accelerate.state import PartialState
            from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin

            for state in (PartialState(), self.accelerator.state):
                state.distributed_type = DistributedType.FSDP
            self.accelerator.state.fsdp_plugin = FullyShardedDataParallelPlugin()
        self.precision = str(self.accelerator.mixed_precision)
        self.rank, self.ranks = self.accelerator.process_index, self.accelerator.num_processes
        kind = str(self.accelerator.distributed_type.value)
        self.sharded = kind in ("FSDP", "DEEPSPEED")
        self.steps_within = kind == "DEEPSPEED"
        if self.steps_within and self.precision == "fp16":
            raise ValueError("with DeepSpeed train in bf16 or fp32: gradients are made before it scales them")
        if self.steps_within:
            config = self.accelerator.state.deepspeed_plugin.deepspeed_config
            config["train_micro_batch_size_per_gpu"] = 1
            config.pop(
                "bf16", None
            )  # which would round the weights, frozen ones too: they stay in fp32, as with the others

    def shaped(self, network: nn.Module) -> None:
        if not self.sharded:
            return
        for module in network.modules():
            for name, value in list(module.named_parameters(recurse=False)):
                if value.dim() == 0:  # FSDP takes no single numbers; weights() gives them their shape back
                    setattr(module, name, nn.Parameter(value.detach()[None], requires_grad=value.requires_grad))

    def prepare(self, lesson: nn.Module, optimiser: Any) -> tuple[nn.Module, Any]:
        if self.steps_within:
            self.given, made = self.accelerator.prepare(Given(lesson), optimiser)
            return lesson, made
        both: tuple[nn.Module, Any] = self.accelerator.prepare(lesson, optimiser)
        return both

    def autocast(self) -> AbstractContextManager[Any]:
        made: AbstractContextManager[Any] = self.accelerator.autocast()
        if self.steps_within:  # accelerate leaves it to DeepSpeed
            kind, bf16 = torch.device(self.device).type, self.precision == "bf16"
            made = torch.autocast(kind, torch.bfloat16, enabled=bf16)
        return made

    def totals(self, counts: dict[str, Tensor]) -> dict[str, Tensor]:
        if self.ranks == 1:
            return counts
        from training.stages.losses import WEIGHTS

        some = next(iter(counts.values()))
        row = torch.stack([counts.get(name, some.new_zeros(())).float() for name in WEIGHTS])
        summed = self.accelerator.reduce(row, reduction="sum")
        return dict(zip(WEIGHTS, summed.unbind(), strict=True))

    def agreed(self, spent: float, stopped: bool) -> tuple[float, bool]:
        if self.ranks == 1:
            return spent, stopped
        own = torch.tensor([spent, float(stopped)], dtype=torch.float64, device=self.accelerator.device)
        latest, any_stopped = self.accelerator.gather(own).reshape(self.ranks, 2).amax(0).tolist()
        return latest, bool(any_stopped)

    def backward(self, loss: Tensor) -> None:
        if self.steps_within:
            loss = self.given(loss)
        self.accelerator.backward(loss)

    def step(self, lesson: nn.Module, optimiser: Any) -> None:
        self.accelerator.clip_grad_norm_(lesson.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    def save(self, run: Path, lesson: nn.Module, optimiser: Any, facts: dict[str, Any]) -> None:
        folder = f"state-{facts['step']}"
        self.accelerator.save_state(str(run / folder))
        if self.rank == 0:
            torch.save({**facts, "state": folder}, run / "checkpoint.tmp")
            (run / "checkpoint.tmp").replace(run / CHECKPOINT)
            for old in run.glob("state-*"):
                if old.name != folder:
                    shutil.rmtree(old)
        self.wait()

    def load(self, run: Path, lesson: nn.Module, optimiser: Any) -> dict[str, Any]:
        facts: dict[str, Any] = torch.load(run / CHECKPOINT, weights_only=True)
        self.accelerator.load_state(str(run / facts.pop("state")))
        return facts

    def whole(self, lesson: nn.Module) -> dict[str, Tensor]:
        found = self.accelerator.get_state_dict(lesson)
        return {name.removeprefix("module."): value.detach().cpu() for name, value in (found or {}).items()}

    def places(self, own: list[int]) -> list[list[int]]:
        if self.ranks == 1:
            return [own]
        from accelerate.utils import gather_object

        found: list[list[int]] = gather_object([own])
        return found

    def wait(self) -> None:
        self.accelerator.wait_for_everyone()


def crew(plan: Machine) -> Alone:
    """Return the processes that this one is of: started by ``accelerate launch``, or alone."""
    launched = "ACCELERATE_MIXED_PRECISION" in os.environ or "WORLD_SIZE" in os.environ
    return Launched(plan) if launched else Alone(plan)
