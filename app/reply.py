"""How one reply is made: the model's words and calls as they come, each call run, every failure a part of the reply."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from models import grammar
from models.expert import Cancelled, Refusal, Report
from models.router import Broken, incident
from models.slash import EXPERT, help_text, parse_slash
from models.unified.stream import TEXT, WORDS, LeftOut, Sketch
from models.values import Box, Failure, Grounding, Media, Region, Step, TaskCall, Text

from app.aim import aimed, meant_marks, of_those_said, on_their_own, readable, said_marks, stream_options
from app.asides import Asides
from app.chosen import kept
from app.events import Event, Finished, Options, Progress
from app.jobs import Job
from app.names import Names
from app.recipes import written
from app.turn import Run, Stored, Turn

if TYPE_CHECKING:
    from app.engine import Engine

log = logging.getLogger("unison.engine")
TICK = 1 / 6
"""Seconds between two progress events, which are also how a closed browser is noticed."""
SKIPPED = "Skipped"
"""What the failure of a call says that the person did not want to wait for; the reply went on with the next one."""
Reason = Literal["done", "stopped", "failed"]


class Reply:
    """Makes the reply to the last message of a conversation."""

    def __init__(self, engine: Engine, run: Run, options: Options) -> None:
        self._engine, self._run, self._options = engine, run, options
        self._session = run.session
        self._messages = engine.messages(self._session)
        self._user = self._messages[-1]
        self._drawn = [p for p in self._user.parts if isinstance(p, Region)]
        self._regions = {p.handle: p for m in self._messages for p in m.parts if isinstance(p, Region)}
        self._names = Names(self._messages)
        self._asides = Asides(self._messages, self._names.words)
        self._turn = Turn(engine.history, run, self._names.words, kept(options))
        media = engine.history.media(self._session.owner, self._session.conversation, sent=True)
        self._shelf = {m.handle: m for m in media}  # what messages hold, what this reply makes being added
        self._sketches: dict[tuple[str, Box], Callable[[], Any]] = {}  # what the model made out of what it pointed at

    def events(self) -> Iterator[Event]:
        """Yield the events of the reply; whatever happens, what there is of it is saved with its state."""
        turn = self._turn
        reason: Reason = "stopped"
        try:
            yield turn.grown()
            yield from self._answer()
            reason = "done"
        except Cancelled:
            reason = "stopped"
        except Refusal as refusal:
            reason = "failed"
            self._fail(refusal)
        except Exception as error:  # noqa: BLE001 (told in the reply with an incident number; the chat goes on)
            reason = "failed"
            number = incident("making a reply", error)
            self._fail(Broken("Something went wrong inside the program.", "Try again.", number))
        finally:
            message = turn.finish(reason)
        yield Finished(message, reason)

    def _fail(self, refusal: Refusal, call: str = "") -> None:
        number = getattr(refusal, "incident", "")
        part = Failure(self._sentence(refusal.what), refusal.hint, call, number, refusal.expert)
        try:
            self._turn.add(part)
        except Exception as error:  # noqa: BLE001 (a full disk must not keep the failure from being shown)
            log.error("a failure could not be saved: %s", error)

    def _sentence(self, what: str) -> str:
        """Return *what* with a capital, unless it begins with a handle or a task's name, and a full stop."""
        first = what.partition(" ")[0]
        if first.isalpha() and first not in self._engine.router.tasks:
            what = what[0].upper() + what[1:]
        return what if what[-1:] in ".!?…”" else f"{what}."

    def _answer(self) -> Iterator[Event]:
        turn, text = self._turn, self._user.text
        command = parse_slash(text, self._shelf, self._drawn, self._engine.router.tasks)
        if isinstance(command, TaskCall):
            yield from self._perform(self._by_whom(replace(command, id=turn.next_call_id())))
            return
        if isinstance(command, Failure):
            asked = text.split()
            if asked[0].lower() == "/help":
                router = self._engine.router
                tasks = router.tasks if asked[1:] else router.runnable()
                turn.add(Text(help_text(tasks, " ".join(asked[1:2]), self._engine.expert_names)))
            else:
                turn.add(command)
            return
        if not (yield from self._model_ready()):
            fault = self._engine.brain.fault
            chosen = self._chosen()
            if chosen is not None:
                yield from self._perform(chosen)
            elif fault is not None:
                turn.add(fault)
            return
        yield from self._speak()
        done = any(isinstance(part, TaskCall) and part.task == self._options.task for part in turn.parts)
        # Only what the model left undone is made of the words: as a command they may lack what the model knew to add.
        chosen = None if done else self._chosen()
        if chosen is not None:
            yield from self._perform(chosen)
        elif not turn.message().parts:
            turn.fail("The model gave no answer.", "Say it in other words, or use a command such as /help.")

    def _chosen(self) -> TaskCall | None:
        """Return the call that the person's own choice of a task stands for, if there was a choice."""
        if self._options.task in (None, WORDS):
            return None
        command = f"/{self._options.task} {self._user.text}"
        call = parse_slash(command, self._shelf, self._drawn, self._engine.router.tasks)
        if isinstance(call, Failure):
            raise Refusal(call.what, call.hint)
        return None if call is None else self._aimed(self._by_whom(replace(call, id=self._turn.next_call_id())))

    def _by_whom(self, command: TaskCall) -> TaskCall:
        """Return the call of a command without the expert that it names, which is chosen unless another of its task was beside the words."""
        params, options = dict(command.params), self._options
        said = params.pop(EXPERT, None)
        if options.task not in (None, command.task):
            options = replace(options, task=None, implementation=None)  # another task has other experts
        self._options = replace(options, implementation=options.implementation or said)
        return replace(command, params=params)

    def _aimed(self, call: TaskCall) -> TaskCall:
        """Return the reply's first call on what the person picked by click, and any on the marks that their words name."""
        for handle in (*self._options.media, *(self._options.regions or ())):
            if handle not in self._shelf and handle not in self._regions:
                raise Refusal(f"There is no {handle} in this conversation.", "Choose another one.")
        task = self._engine.router.tasks.get(call.task)
        if self._options.regions is None:
            call = of_those_said(call, said_marks(self._user.text, self._regions))
        if task is not None and not self._options.media:
            call = on_their_own(call, task, self._user.text, self._shelf, self._regions)
        if self._turn.calls or task is None:
            return call
        call = replace(call, params={**call.params, **dict(self._options.params)})
        return aimed(call, task, self._options, self._shelf, self._regions)

    # Words

    def _model_ready(self) -> Generator[Event, None, bool]:
        """Wait for the model to be loaded, telling so; the value is whether there is one."""
        brain, began = self._engine.brain, time.monotonic()
        brain.start()
        while not brain.wait(TICK):
            self._turn.check()
            seconds = time.monotonic() - began
            if seconds > self._engine.settings.model_wait:
                raise Refusal("The language model takes very long to load.", "Wait a little and send it again.")
            yield Progress("", "", "language model", 0.0, "loading", seconds)
        return brain.model is not None

    def _say_what_was_left_out(self, *, last: bool = False) -> None:
        """Tell what the model said that it leaves out; of a text that was cut before it came there, too."""
        limits, text = self._engine.settings, self._user.text
        if len(text) > limits.text_limit and not (last or self._asides.told(TEXT)):
            read = f"I read the first {limits.read_head:,} and the last {limits.read_tail:,}."
            self._asides.note(LeftOut(TEXT, f"Your text has {len(text):,} characters. {read}"))
        for words in self._asides.take(last=last):
            self._turn.add(words)

    def _pieces(self) -> Generator[str, None, None]:
        """Yield what the model writes."""
        model, limits = self._engine.brain.model, self._engine.settings
        if model is None:
            return
        stream = model.stream(
            [self._names.for_model(readable(m, limits)) for m in self._messages],
            self._names.shelf_for_model(self._shelf),
            replace(
                stream_options(self._options, self._names, self._regions),
                tell=self._asides.note,
                opened=self._engine.store.open,
                sketched=self._sketched,
            ),
            self._run.cancelled,
        )
        try:
            yield from stream
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()

    def _sketched(self, sketch: Sketch) -> None:
        """Keep what the model made out of a thing for the call that it points at it in."""
        self._sketches[sketch.path, sketch.box] = sketch.shares

    def _speak(self) -> Iterator[Event]:
        turn = self._turn
        parser = grammar.Parser(turn.next_call_id, self._engine.router.tasks)
        pieces = self._pieces()
        first = True
        try:
            for piece in pieces:
                turn.check()
                if first:
                    self._say_what_was_left_out()
                    first = False
                for event in parser.feed(piece):
                    yield from self._take(event)
                if turn.full:
                    return
                if turn.due():
                    yield turn.grown()
            turn.check()
            for event in parser.close():
                yield from self._take(event)
            self._say_what_was_left_out(last=not first)
        except Cancelled:
            # Words that the parser held back, in case a tag began there, were said all the same.
            turn.write("".join(event.text for event in parser.close() if isinstance(event, Text)))
            raise
        finally:
            pieces.close()

    def _take(self, event: object) -> Iterator[Event]:
        turn = self._turn
        if turn.full:
            return
        if isinstance(event, Text):
            turn.write(event.text)
        elif isinstance(event, TaskCall) and self._options.task == WORDS:
            turn.fail(f"You asked for words alone, so {event.task} was not done.", "Choose Automatic to have it done.")
        elif isinstance(event, TaskCall):
            yield from self._perform(self._aimed(self._names.for_person(event)))
        elif isinstance(event, Grounding | Failure):
            turn.add(self._names.for_person(event))
            yield turn.grown()

    # Calls

    def _perform(self, call: TaskCall) -> Iterator[Event]:
        """Run one call and add its results or its failure."""
        turn, most = self._turn, self._engine.settings.calls_per_reply
        if turn.calls >= most:
            turn.full = True
            turn.fail(f"One reply runs at most {most} tasks; the rest was left out.", "Ask for it in the next message.")
            return
        turn.calls += 1
        turn.add(call)
        yield turn.grown()
        try:
            step, stored = yield from self._work(call)
            made = turn.add_results(step, stored, call, of=_subject(call, self._shelf))
            self._names.add(made)
            self._shelf |= {medium.handle: medium for medium in made}
        except Refusal as refusal:
            self._fail(refusal, call.id)
        yield turn.grown()

    def _work(self, call: TaskCall) -> Generator[Event, None, tuple[Step, list[Stored]]]:
        """Run the call's expert in a thread, telling its progress; the value is its step and what was stored."""
        engine, turn = self._engine, self._turn
        shelf, limit = dict(self._shelf), engine.settings.deadline
        engine.check_quota(self._session.owner)
        job = Job(lambda report: self._run_expert(call, shelf, report))
        name = self._expert_name(call)
        self._run.call = call.id
        job.start()
        try:
            while not job.wait(TICK):
                turn.check()
                if self._run.skipped == call.id:
                    raise Refusal(SKIPPED, expert=name)
                if job.seconds() > limit and not job.fetching:
                    what = f"{name} took longer than {limit:.0f} seconds and was stopped."
                    raise Refusal(what, "Try something smaller.", name)
                yield Progress(call.id, call.task, name, job.fraction, job.word, job.seconds(), job.left(), job.preview)
            turn.check()
        finally:
            self._run.call = ""
            job.cancel()
            if not job.wait(0):
                # It ends at its next report; if that never comes, others must not wait for it.
                timer = threading.Timer(engine.settings.grace, engine.router.abandon, (job.report,))
                timer.daemon = True
                timer.start()
        return job.result()

    def _run_expert(self, call: TaskCall, shelf: Mapping[str, Media], report: Report) -> tuple[Step, list[Stored]]:
        engine, options = self._engine, self._options
        meant = meant_marks(options, self._user.text, self._regions)
        drawn = [r for r in self._drawn if meant is None or r.handle in meant]
        found = dict(self._sketches)
        with engine.router.run(
            call, shelf, self._regions, report, options.seed, self._wanted(call), drawn, found
        ) as ran:
            report(1.0, "saving")
            origin = written(engine, ran.step, self._regions, shelf)
            return ran.step, [stored for value in ran.values for stored in engine.store.put(value, origin=origin)]

    def _wanted(self, call: TaskCall) -> str | None:
        """Return the expert that the person chose for *call*, or None where that is left to the profile."""
        return self._options.implementation if self._options.task in (None, call.task) else None

    def _expert_name(self, call: TaskCall) -> str:
        router = self._engine.router
        checkpoint = router.expected(call, self._shelf, self._wanted(call))
        return call.task if checkpoint is None else router.expert_name(checkpoint)


def _subject(call: TaskCall, shelf: Mapping[str, Media]) -> str:
    """Return the handle of the medium that the call's results belong to: what a mask is a mask of."""
    named = [handle for handle in call.refs("image", "video", "audio") if handle in shelf]
    masks = [str(shelf[handle].meta.get("of", "")) for handle in call.refs("mask") if handle in shelf]
    return next(iter([*named, *masks]), "")
