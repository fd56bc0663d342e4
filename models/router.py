"""From a task call to its result: check it, load the expert once, run it in turn, check what came back, name what failed."""

from __future__ import annotations

import errno
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any

from models import grammar
from models.device import Slot, draw_seed, free_memory, loading, out_of_memory
from models.diffusion.fetching import told
from models.expert import Cancelled, Expert, Found, Inputs, Refusal, Report, Sketches, Task, Value, discover
from models.outcome import Unusable, check_values
from models.tasks import TASKS
from models.values import Box, Checkpoint, Media, Point, Profile, Ref, Region, Step, TaskCall
from models.worlds import DRAWN, OTHERWISE, WORLD, drawn_alone, stranger

if TYPE_CHECKING:
    from models.store import Store

log = logging.getLogger("unison.router")
WAITING = "waiting for its turn"
LOADING_OTHER = "waiting for another model to load"
DISK_FULL = ("The disk is full, so this could not be made.", "Delete old conversations or files, then try again.")


class Broken(Refusal):
    """A fault of the program rather than of the request; *incident* is the number under which the log tells more."""

    def __init__(self, what: str, hint: str, incident: str) -> None:
        super().__init__(what, hint)
        self.incident = incident


def incident(doing: str, error: BaseException) -> str:
    """Log *error* with its traceback and return the short number by which to find it."""
    number = secrets.token_hex(4)
    log.error("incident %s while %s", number, doing, exc_info=error)
    return number


@dataclass
class Ran:
    """What a call gave: *values* and the *step* that tells how. Values may be files in a scratch folder, which is removed
    when the ``with`` block ends: store them inside it."""

    values: list[Value]
    step: Step
    _held: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Ran:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


class _Decoded(Mapping[str, Value]):
    """The media of the shelf by handle, each decoded when it is first asked for."""

    def __init__(self, store: Store, shelf: Mapping[str, Media]) -> None:
        self._store, self._shelf = store, shelf
        self._values: dict[str, Value] = {}

    def __getitem__(self, handle: str) -> Value:
        if handle not in self._values:
            self._values[handle] = self._store.open(self._shelf[handle])
        return self._values[handle]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelf)

    def __len__(self) -> int:
        return len(self._shelf)


class Router:
    """Runs task calls with the experts of one profile; one instance serves all conversations and threads."""

    def __init__(
        self, profile: Profile, store: Store, found: Mapping[str, Found] | None = None, device: str = "cpu"
    ) -> None:
        self.profile, self.device = profile, device
        self._store = store
        self._found = discover() if found is None else dict(found)
        self._experts: dict[str, Expert] = {}
        self.slot = Slot()
        declared = TASKS | {f.task.name: f.task for f in self._found.values()}
        self.tasks: dict[str, Task] = {name: self._with_settings(task) for name, task in declared.items()}

    def implementations(self, task: str) -> list[Checkpoint]:
        """Return the checkpoints that can run *task*, the default first; empty where the profile has none."""
        return [c for c in self.profile.experts.get(task, ()) if c.implementation in self._found]

    def expert_name(self, checkpoint: Checkpoint) -> str:
        """Return the name that people are shown for *checkpoint*: its own, else its module's. Where another of the task has the same,
        what tells it apart is added, so that whoever names one means one."""
        own = self._plain_name(checkpoint)
        task = self._found[checkpoint.implementation].task.name
        twins = [other for other in self.implementations(task) if self._plain_name(other) == own]
        return f"{own}: {checkpoint.source or checkpoint.implementation}" if len(twins) > 1 else own

    def _plain_name(self, checkpoint: Checkpoint) -> str:
        return checkpoint.name or self._found[checkpoint.implementation].name

    def named(self, task: str, word: str) -> list[Checkpoint]:
        """Return the checkpoints of *task* that *word* means: the one that people are shown by that name, else those that the file of
        that name runs; empty where there is none."""
        choices = self.implementations(task)
        shown = [choice for choice in choices if self.expert_name(choice) == word]
        return shown or [choice for choice in choices if choice.implementation == word]

    def recorded(self, task: str, expert: str, checkpoint: str) -> Checkpoint | None:
        """Return the checkpoint of *task* that a record names by *expert* and *checkpoint*, as :class:`Step` has them, or None where this
        profile lacks it. What it was loaded from counts, under whatever name it has now: other weights under the same name are
        another expert. The name alone tells only where nothing was loaded."""
        choices = self.implementations(task)
        if checkpoint:
            choices = [choice for choice in choices if _origin(choice) == checkpoint]
        shown = [choice for choice in choices if self.expert_name(choice) == expert]
        return next(iter([*shown, *(choices if checkpoint else ())]), None)

    def told_of(self, task: str, expert: str, checkpoint: str) -> str:
        """Return the words for an expert of a record that :meth:`recorded` does not find, for a person: its name between quotes, and
        its weights where one of *task* has that name with others."""
        others = any(self.expert_name(choice) == expert for choice in self.implementations(task))
        return f"“{expert}” with the weights {checkpoint}" if others else f"“{expert}”"

    def expected(self, call: TaskCall, shelf: Mapping[str, Media], word: str | None = None) -> Checkpoint | None:
        """Return the checkpoint that *call* goes to first: of those that *word* means, or else of those that suit it; None where there is
        none. It is passed over where it does not know the world of the call's media, which is looked at when the call runs."""
        return next(iter(self._meant(call, shelf, word)), None)

    def _meant(self, call: TaskCall, shelf: Mapping[str, Media], word: str | None) -> list[Checkpoint]:
        if word is not None:
            return self.named(call.task, word)
        choices = self.implementations(call.task)
        suiting = (self._found[choice.implementation].suits for choice in choices)
        meant = [c for c, suits in zip(choices, suiting, strict=True) if suits is None or suits(call, shelf)]
        return meant or choices[:1]

    def runnable(self) -> dict[str, Task]:
        """Return the tasks that this profile can run, by name."""
        return {name: task for name, task in self.tasks.items() if self.implementations(name)}

    def run(
        self,
        call: TaskCall,
        shelf: Mapping[str, Media],
        regions: Mapping[str, Region],
        report: Report,
        seed: int | None = None,
        implementation: str | None = None,
        drawn: Sequence[Region] = (),
        sketches: Sketches = MappingProxyType({}),
    ) -> Ran:
        """Run *call* on the media of *shelf* and return its values and step; blocks until done.

        *regions* are all regions of the conversation by handle, *drawn* those of this turn: a call that names no place
        gets the drawn ones of its medium. *sketches* are what the model made out of what it points at. Raises Refusal (what
        the person can do), Broken (logged) or Cancelled.
        """
        checkpoint, passed = self._pick(call, shelf, implementation, report)
        found, task = self._found[checkpoint.implementation], self.tasks[call.task]
        full = with_drawn(call, task, drawn)
        failure = grammar.check(full, task, [*shelf, *regions])
        if failure is not None:
            raise Refusal(failure.what, failure.hint)
        others = {param for c in self.implementations(call.task) for param in self._found[c.implementation].params}
        own = tuple(param for param in task.params if param in found.params or param not in others)
        settings, notes = grammar.settings(full, replace(task, params=own), checkpoint.call)
        notes = [*passed, *notes, *(["the drawn region was added"] if full is not call else [])]
        asked = settings.pop("seed", None)
        seeds = (asked, seed) if "seed" in full.params else (seed, asked)  # a profile's seed is only a default
        number = next((int(s) for s in seeds if s is not None), None)
        number = draw_seed() if number is None else number
        began = time.monotonic()
        name = self.expert_name(checkpoint)
        with ExitStack() as held:
            held.enter_context(_by(name))
            scratch = held.enter_context(self._store.scratch())
            inputs = Inputs(
                _Decoded(self._store, shelf), dict(shelf), dict(regions), scratch, number, settings, sketches
            )
            with self.slot.turn(report, lambda: report(0.0, WAITING)):
                values = self._guarded(found, checkpoint, full, inputs, report)
            if drawn_alone(checkpoint):
                for value in values:
                    value.meta[WORLD] = DRAWN  # what it works on was, so what it gives is
            notes += [note for value in values for note in value.meta.get("notes", ())]
            kept = {k: v for k, v in inputs.settings.items() if isinstance(v, str | int | float | bool)}
            step = Step(
                call=call.id,
                task=call.task,
                expert=name,
                checkpoint=_origin(checkpoint),
                seed=number,
                seconds=round(time.monotonic() - began, 3),
                tokens=grammar.write_call(full),
                settings={**kept, **({"notes": notes} if notes else {})},
            )
            return Ran(values, step, held.pop_all())

    def abandon(self, report: Report) -> None:
        """Give up the run that reports to *report* and does not end: free the slot, and load its expert anew next time."""
        loading.give_up(report)
        if self.slot.give_up(report):
            log.warning("an expert did not stop when told to; it was given up")
            self._experts.clear()

    def _with_settings(self, task: Task) -> Task:
        """Return *task* with the settings that its experts in this profile have besides its own."""
        own = {param.name: param for param in task.params}
        for checkpoint in self.implementations(task.name):
            own |= {
                param.name: param for param in self._found[checkpoint.implementation].params if param.name not in own
            }
        return replace(task, params=tuple(own.values()))

    def _pick(
        self, call: TaskCall, shelf: Mapping[str, Media], implementation: str | None, report: Report
    ) -> tuple[Checkpoint, list[str]]:
        """Return the checkpoint that was asked for, or the first of the profile that suits the call and knows the world of its media (where
        none suits, the first if it knows that), and notes on those that do not know it. Raises Refusal where none does, or there is
        none, and Broken when a medium cannot be looked at."""
        task = call.task
        choices = self.implementations(task)
        if not choices:
            able = ", ".join(self.runnable()) or "nothing"
            what = f"{task} is not something this program knows." if task not in self.tasks else ""
            what = what or f"The profile {self.profile.name} has no expert for {task} yet."
            raise Refusal(what, f"It can run: {able}.")
        meant = self._meant(call, shelf, implementation)
        if not meant:
            names = ", ".join(map(self.expert_name, choices))
            wanted = str(implementation)[:80]
            raise Refusal(f"There is no expert called {wanted} for {task}.", f"Choose one of: {names}.", wanted)
        notes: list[str] = []
        for choice in meant:
            try:
                strange = stranger(call, shelf, self._store.file, self.device, report) if drawn_alone(choice) else ""
            except (Refusal, Cancelled):
                raise
            except Exception as error:  # noqa: BLE001 (senses may fail in any way; the chat must not)
                number = incident(f"looking at what {choice.implementation} shall change", error)
                what = "What this shall be done with could not be looked at."
                raise Broken(what, "Try again; if it happens again, report the incident number.", number) from None
            if not strange:
                return choice, [f"{note}, so this was done by “{self.expert_name(choice)}”" for note in notes]
            known = (
                f"{strange} is not of the drawn world, which is all that “{self.expert_name(choice)}” was trained on"
            )
            notes.append(known)
        others = [self.expert_name(c) for c in choices if not drawn_alone(c) and c not in meant]
        hint = f"Choose another for this: {', '.join(others)}." if others else OTHERWISE
        raise Refusal(f"{notes[0]}.", hint, self.expert_name(meant[0]))

    def _guarded(
        self, found: Found, checkpoint: Checkpoint, call: TaskCall, inputs: Inputs, report: Report
    ) -> list[Value]:
        """Run the expert; when memory runs out, drop the others and try once more, smaller."""
        for attempt in (1, 2):
            try:
                return self._once(found, checkpoint, call, inputs, report)
            except (Refusal, Cancelled):
                raise
            except Unusable as error:
                number = incident(f"checking what {checkpoint.implementation} gave", error)
                raise Broken(
                    f"{self.expert_name(checkpoint)} gave {error}.", "Try again, or with another seed.", number
                ) from None
            except Exception as error:  # noqa: BLE001 (an expert may fail in any way; the chat must not)
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
                    log.error("the disk is full: %s", error)
                    raise Refusal(*DISK_FULL) from None
                if not out_of_memory(error):
                    number = incident(f"running {checkpoint.implementation}", error)
                    what = f"{self.expert_name(checkpoint)} failed with an unexpected fault."
                    raise Broken(what, "Try again; if it happens again, report the incident number.", number) from None
            # Outside of the except block the traceback is gone, and with it what its frames held in memory.
            self._drop_all_but(checkpoint, report)
            if attempt == 1:
                inputs.settings = {**inputs.settings, "smaller": True}
        raise Refusal(
            f"The memory of this machine ran out during {call.task}.", "Try a smaller picture or a shorter clip."
        )

    def _once(
        self, found: Found, checkpoint: Checkpoint, call: TaskCall, inputs: Inputs, report: Report
    ) -> list[Value]:
        if found.check is not None:
            # Typed as returning None, because an expert may raise its Refusal as well as return it.
            check: Callable[[TaskCall, Inputs], Any] = found.check
            refusal = check(call, inputs)
            if isinstance(refusal, Refusal):
                raise refusal
        expert = self._load(found, checkpoint, report)
        report(0.0, "working")
        given = expert(call, inputs, report)
        values = list(given) if isinstance(given, Sequence) else [given]
        report(1.0, "checking")
        check_values(values, found.task)
        return values

    def _load(self, found: Found, checkpoint: Checkpoint, report: Report) -> Expert:
        key = f"{checkpoint.implementation} {checkpoint.source} {checkpoint.revision} {checkpoint.dtype} {checkpoint.name}"
        with loading.turn(report, lambda: report(0.0, LOADING_OTHER)):
            if key not in self._experts:
                fetch = (
                    f", once {checkpoint.size:.0f} GB are fetched if they are not here yet" if checkpoint.size else ""
                )
                report(0.0, f"loading{fetch}")
                with told(report):
                    self._experts[key] = found.load(checkpoint, self.device)
            return self._experts[key]

    def _drop_all_but(self, checkpoint: Checkpoint, report: Report) -> None:
        with loading.turn(report, lambda: report(0.0, LOADING_OTHER)):
            for key in list(self._experts):
                if not key.startswith(f"{checkpoint.implementation} "):
                    del self._experts[key]
            free_memory()


def _origin(checkpoint: Checkpoint) -> str:
    """Return what *checkpoint* is loaded from, as records tell it; empty for a classical algorithm."""
    return "@".join(filter(None, (checkpoint.source, checkpoint.revision)))


@contextmanager
def _by(name: str) -> Iterator[None]:
    """Say of every Refusal that leaves this block that it is of the expert called *name*."""
    try:
        yield
    except Refusal as refusal:
        refusal.expert = name
        raise


def with_drawn(call: TaskCall, task: Task, drawn: Sequence[Region]) -> TaskCall:
    """Return *call* with the regions *drawn* this turn on its medium, where it takes regions and names no place itself."""
    placed = call.refs("region", "mask") or any(isinstance(a, Box | Point) for a in call.args)
    if "region" not in task.takes or placed or call.params.get("where") == "all":
        return call
    media = call.refs("image", "video")[:1]
    extra = tuple(Ref(region.handle) for region in drawn if region.of in media)
    return replace(call, args=(*call.args[:1], *extra, *call.args[1:])) if extra else call
