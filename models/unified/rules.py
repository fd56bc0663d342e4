"""Which tokens may come next in a reply: what keeps every call well-formed and every handle real.

A reply starts with its plan, which is never shown: the tasks it will call, or ``talk``. Words are free; the calls come
in the planned order; inside a call only arguments and settings that the task declares are possible, handles are those
on the shelf or the next ones to be made. The rules never end a reply: where nothing would be allowed, anything is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from models.expert import Param, Task
from models.tasks import TASKS
from models.unified import stream
from models.unified.attributing import meant
from models.unified.bearings import OF_MEDIUM
from models.unified.figures import BARE, Figures
from models.unified.outlook import OF_SHOWN
from models.unified.record import ALONE, OF
from models.unified.sheet import WHOLE, WORDS, Sheet
from models.unified.sights import Sights
from models.unified.vocabulary import HANDLES, NAME, Vocabulary
from models.values import GRID

CALLS, TALK_LIMIT, CALL_LIMIT, PHRASE_LIMIT = 4, 120, 460, 400
"""At most so many calls a reply, tokens of words in a row, tokens of a call, tokens between quotes."""
PHRASES, PLACES = 3, 33
"""At most so many phrases in a call, and in one that plans labelled boxes."""
MOVED = {"extract": "audio", "attach": "video"}
"""Operations whose result is of another kind than the medium they work on."""
_HANDLE = re.compile(r"\b(?ai:(image|video|audio|mask|region))#([1-9][0-9]{0,2})(?![0-9])")


class Rules:
    """Follows one reply token by token: :meth:`allowed` says what may come, :meth:`take` what came."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        sheet: Sheet,
        handles: Mapping[str, Sequence[int]],
        drawn: Sequence[str] = (),
        tasks: Mapping[str, Task] = TASKS,
        masks: Mapping[int, str] | None = None,
        chosen: Sequence[str] = (),
        labelled: Collection[int] = (),
    ) -> None:
        """*handles* holds, for each kind of medium and for ``region``, the numbers that exist; *drawn* the media on
        which the person drew for this reply: the first call works on one of them where it can; *masks* the kind of
        medium (image or video) that each mask belongs to, as far as known: it goes with no other kind. Where the newest
        text names media by handle, or the person *chose* some, the first call works on those of the kind it takes. A call
        on *labelled* regions needs no phrase to name the thing."""
        self.names = vocabulary
        self.sheet = sheet
        self.tasks = tasks
        self.handles = {kind: list(handles.get(kind, ())) for kind in HANDLES}
        self.drawn = [(kind, int(number)) for kind, _, number in (handle.partition("#") for handle in drawn) if number]
        self.masks = dict(masks or {})
        self.known = {("region", number) for number in labelled}
        newest = next((source for source in reversed(sheet.sources) if source.kind == WORDS), None)
        said, picked = (_HANDLE.findall(text) for text in (newest.text if newest else "", " ".join(chosen)))
        said = [found for found in said if found[0].lower() not in {kind for kind, _ in picked}]
        self.named = {(kind.lower(), int(number)) for kind, number in [*said, *picked]}
        self.plan: list[str] = []
        self.thing = ""
        self.forced = False
        self.mode = "plan"
        self.done = 0
        self.used = 0
        self.dead = False
        self.rows = [
            (source, index) for source in sheet.sources for index in range(source.rows)
        ]  # the source and the index within it of each row
        self.copyable = torch.tensor([source.kind != WHOLE and index < len(source.ids) for source, index in self.rows])
        self.typed = torch.tensor([source.kind == WORDS and index < len(source.ids) for source, index in self.rows])
        self.sights = Sights(self.rows, meant(self.named, self.drawn))
        self.figures = Figures(vocabulary, self.rows, self.typed, newest)
        self.word = ""
        self._clear("")

    def _clear(self, task: str) -> None:
        """Forget the last call; a call of *task* begins."""
        self.task = self.tasks.get(task)
        self.media: list[tuple[str, int]] = []
        self.phrases = 0
        self.settings: list[str] = []
        self.op = ""
        self.kind = ""
        self.param: Param | None = None
        self.length = 0
        self.figures.written = []
        self.labelled = False

    # -- what came ----------------------------------------------------------------------------------------------

    def take(self, token: int) -> None:
        """Note that *token* was written."""
        name = self.names.names[token] if token < len(self.names) else "@"
        self.length += 1
        self.sights.take(token - len(self.names), name, self.mode)
        self.used = self.used + 1 if self.mode in ("text", "recall") else 0
        self.word = name
        getattr(self, f"_after_{self.mode}")(name, token)

    def _after_plan(self, name: str, token: int) -> None:
        if name.startswith("c:plan_"):
            self.plan.append(name[7:])
        elif name[0] == "k":
            self.thing = name[2:]
        elif name == "c:talk":
            self.mode = "talk" if "t" in self.names.by_kind else "topic"
        elif name == "c:go":
            self.mode = "text"

    def _after_talk(self, name: str, token: int) -> None:
        self.mode = "topic"

    def _after_topic(self, name: str, token: int) -> None:
        self.mode = "text"

    def _after_text(self, name: str, token: int) -> None:
        if name == "g:<task>":
            self.mode = "name"
        elif name == "c:end":
            self.mode = "end"
        elif name[0] == "r" and name[2:] in (*OF, *OF_SHOWN, *OF_MEDIUM):
            self.mode, self.recall, self.kind = "recall", name[2:], ""

    def _after_recall(self, name: str, token: int) -> None:
        if self.kind:
            self.mode = "text"
            if self.recall in OF_MEDIUM:
                self.sights.name(self.kind)
        self.kind = name[3:-1] if name[0] == "a" else self.kind

    def _after_end(self, name: str, token: int) -> None:
        """Nothing follows the end."""

    def _after_name(self, name: str, token: int) -> None:
        self._clear(name[2:])
        self.mode = "call"

    def _after_call(self, name: str, token: int) -> None:
        self.labelled = False
        kind = name[0]
        if name == "g:</task>":
            self._close()
        elif kind == "a":
            self.kind, self.mode = name[3:-1], "handle"
        elif name == "q:open":
            self.mode, self.figures.written = "phrase", []
        elif kind == "p":
            self.settings.append(name[3:-1])
            self.param = next((p for p in self.task.params if p.name == name[3:-1]), None) if self.task else None
            self.mode, self.figures.written = "value", []
        elif name.startswith("g:<"):
            self.mode, self.figures.written = f"place{name[2:]}", []
        elif name == "s: ":
            self.mode = "opening"

    def _close(self) -> None:
        self.done += 1
        if self.task:
            for kind in self._results(self.task):
                number = max(self.handles[kind], default=0) + 1
                self.handles[kind].append(number)
                if kind == "mask" and self.media:
                    self.masks[number] = self.media[0][0]
        self.mode, self.used = "text", 0

    def _results(self, task: Task) -> tuple[str, ...]:
        """Return the kinds of medium that the call just written will make."""
        if set(task.needs) != set(task.gives):
            return task.gives
        return (MOVED.get(self.op) or self.media[0][0] if self.media else task.gives[0],)

    def _after_handle(self, name: str, token: int) -> None:
        self.media.append((self.kind, int(name[2:]) if name[0] == "i" else 0))
        self.mode = "call"

    def _after_phrase(self, name: str, token: int) -> None:
        self.figures.written.append(token)
        if name == "q:close":
            self.phrases += 1
            self.mode, self.labelled = "call", True

    def _after_opening(self, name: str, token: int) -> None:
        self.mode, self.figures.written = f"place{name[2:]}", []

    def _after_value(self, name: str, token: int) -> None:
        if self.figures.written and (name[0] in "apq" or name in ("g:</task>", "s: ")):
            self.mode = "call"
            self._after_call(name, token)
        elif name == "q:bare":
            self.mode = "quoted"
        elif name[0] == "v":
            self.op = name[2:] if self.settings[-1] == "op" else self.op
            self.mode = "call"
        else:
            self.figures.write(token)

    def _after_quoted(self, name: str, token: int) -> None:
        self.figures.written.append(token)
        if name == "q:close":
            self.mode = "call"

    def __getattr__(self, attribute: str) -> object:
        if attribute.startswith("_after_place"):
            return self._after_place
        raise AttributeError(attribute)

    def _after_place(self, name: str, token: int) -> None:
        self.figures.write(token)
        if name.startswith("g:</"):
            self.mode = "call"

    # -- what may come ------------------------------------------------------------------------------------------

    def allowed(self, follow: int = -1) -> Tensor:
        """Return bool [vocabulary + rows]; *follow* is the row after the one just copied, or -1."""
        mask = torch.zeros(len(self.names) + len(self.rows), dtype=torch.bool)
        if not self.dead:
            names, pointers = self._names(follow)
            mask[[self.names[name] for name in names if name in self.names.ids]] = True
            if pointers is not None:
                mask[len(self.names) :] = pointers
            if (self.mode in ("text", "quoted") or self._spelled()) and not self._too_long():
                mask[self.names.by_kind["w"] + self.names.by_kind["i"]] = True
            if self.mode == "text":
                self._real_handles(mask)
                self.sights.narrow(mask, self.names)
        if not mask.any():
            self.dead = True
            mask[:] = True
            mask[self.names.by_kind["c"]] = False
            mask[self.names["c:end"]] = True
            mask[len(self.names) :] = self.copyable
        return mask

    def _real_handles(self, mask: Tensor) -> None:
        """Within words, let a handle be one that exists."""
        kind = self.word.removeprefix("w:").strip().removesuffix("#")
        if self.word.endswith("#") and self.handles.get(kind):
            mask[:] = False
            mask[[self.names[f"i:{number}"] for number in self.handles[kind] if number <= GRID]] = True

    def _too_long(self) -> bool:
        if self.mode == "text":
            return self.used >= TALK_LIMIT
        return len(self.figures.written) >= PHRASE_LIMIT

    def _names(self, follow: int) -> tuple[list[str], Tensor | None]:
        """Return the tokens allowed by name and, where rows may be copied, which."""
        if self.mode == "plan":
            return self._plan(), None
        if self.mode == "talk":
            return [self.names.names[index] for index in self.names.by_kind["t"]], None
        if self.mode == "topic":
            return ["c:go"], None
        if self.mode == "text":
            ending = ["c:end"] if self.done >= len(self.plan) else ["g:<task>"]
            pointing = [] if self._too_long() else self.sights.determiners
            return [*ending, *pointing, *self._records()], None if self._too_long() else self.copyable
        if self.mode == "recall":
            return self.sights.recalled(self.recall, self.kind, self.handles), None
        if self.mode in ("phrase", "quoted"):
            return self._quoted(follow)
        if self.mode == "name":
            return [f"n:{self.plan[self.done]}" if self.done < len(self.plan) else ""], None
        if self.mode == "handle":
            return [f"i:{number}" for number in self._unused(self.kind)], None
        if self.mode == "opening":
            return [f"g:<{tag}>" for tag in self._places()], None
        if self.mode == "value":
            return self._value(follow)
        if self.mode.startswith("place"):
            return self.figures.place(self.mode[5:], follow)
        boxed = self.task and "box" in self.task.takes and self.media and self.length <= CALL_LIMIT
        return self._arguments(), self.sights.within(*self.media[0]) if boxed else None

    def _quoted(self, follow: int) -> tuple[list[str], Tensor | None]:
        begun = bool(self.figures.written)
        if self.mode == "phrase" and not self._spelled():
            return ["q:close"] * begun, self.typed & (torch.arange(len(self.rows)) == follow) if begun else self.typed
        named = [NAME] if self.thing and not self._too_long() else []
        return [*named, *(["q:close"] * begun)], None if self._too_long() else self.typed

    def _spelled(self) -> bool:
        """Say whether the phrase being written may hold words of the model's own: those round a thing that it found the name
        of. Any other phrase is a stretch of what the person typed, of which nothing may be made up."""
        return self.mode == "phrase" and (bool(self.thing) or not bool(self.typed.any()))

    def _plan(self) -> list[str]:
        if not self.plan:
            possible = {kind for kind, numbers in self.handles.items() if numbers}
            return [
                "c:talk",
                *(f"c:plan_{t.name}" for t in self.tasks.values() if not t.needs or possible.intersection(t.needs)),
            ]
        things = [f"k:{name}" for name in self.names.things] if len(self.plan) == 1 and self._nameable() else []
        if len(self.plan) >= CALLS or self.forced:
            return ["c:go", *things]
        possible = {kind for kind, numbers in self.handles.items() if numbers}
        possible |= {kind for task in self.plan if task in self.tasks for kind in self.tasks[task].gives}
        return [
            "c:go",
            *things,
            *(f"c:plan_{t.name}" for t in self.tasks.values() if not t.needs or possible.intersection(t.needs)),
        ]

    def _nameable(self) -> bool:
        """Say whether the one task planned so far may be about a thing that the person described and did not name."""
        task = self.tasks.get(self.plan[0])
        return not self.thing and task is not None and bool(task.needs) and task.phrase != "none"

    def _records(self) -> list[str]:
        """Return the record tokens that may stand in running words: in talk those of the conversation and of its media."""
        told = [NAME] if self.thing else []
        told += [] if self._too_long() else self.sights.telling
        if not self.plan and not self._too_long():
            told += [f"r:{what}" for what in ALONE]
            told += [f"r:{what}" for what, kinds in OF.items() if any(self.handles[kind] for kind in kinds)]
        return told

    def begin(self, task: str | None) -> list[int]:
        """Return the tokens of the plan that are decided beforehand (and take them): those of a forced *task*, or of words alone."""
        if task == stream.WORDS:
            self.take(self.names["c:talk"])
            return [self.names["c:talk"]]
        if task is None or f"c:plan_{task}" not in self.names.ids:
            return []
        self.take(self.names[f"c:plan_{task}"])
        self.forced = True
        return [self.names[f"c:plan_{task}"]]

    def decided(self) -> bool:
        """Tell whether what the reply does is written: its last planned call has ended, or it plans none."""
        return self.mode in ("talk", "topic") or bool(self.plan and self.mode == "text" and self.done >= len(self.plan))

    def _unused(self, kind: str) -> list[int]:
        numbers = [number for number in self.handles[kind] if (kind, number) not in self.media]
        if kind == "mask" and self.media:
            numbers = [number for number in numbers if self.masks.get(number, self.media[0][0]) == self.media[0][0]]
        if self.done or not self.task or (kind in self.task.needs and kind in self.task.takes):
            return numbers  # a later call, or one that takes two of the kind, of which the text may name either
        if not self.media and kind in self.task.needs and "region" in self.task.takes:
            numbers = [number for number in numbers if (kind, number) in self.drawn] or numbers
        return [number for number in numbers if (kind, number) in self.named] or numbers

    def _places(self) -> list[str]:
        takes = self.task.takes if self.task else ()
        return [tag for tag, kind in (("box", "box"), ("pt", "point"), ("t", "span")) if kind in takes]

    def _arguments(self) -> list[str]:
        """Return what may follow a complete argument of a call."""
        task = self.task
        if task is None or self.length > CALL_LIMIT:
            return ["g:</task>"]
        needed = [kind for kind in task.needs if self._unused(kind)]
        if needed and not self.media:
            marks = not self.done and "region" in task.takes
            marked = [kind for kind, _ in self.drawn if marks and kind in needed]
            named = [kind for kind in needed if kind not in task.takes and any(name == kind for name, _ in self.named)]
            return [f"a: {kind}#" for kind in marked or named or needed]
        kinds = [kind for kind in dict.fromkeys((*task.needs, *task.takes)) if kind in HANDLES and self._unused(kind)]
        names = [f"a: {kind}#" for kind in kinds]
        told = task.phrase == "optional" and bool(self.known.intersection(self.media))
        if task.phrase != "none" and not told and self.phrases < (PLACES if "labelled" in task.takes else PHRASES):
            names.append("q:open")
        if self._places():
            names.append("s: ")
        if self.labelled and "labelled" in task.takes:
            names.append("g:<box>")
        names += [f"p: {param.name}=" for param in task.params if param.name not in self.settings]
        required = {param.name for param in task.params if param.required}
        if (task.phrase != "required" or self.phrases) and required <= set(self.settings):
            names.append("g:</task>")
        return names

    def _value(self, follow: int) -> tuple[list[str], Tensor | None]:
        param = self.param
        if param is None:
            return self._arguments(), None
        if param.type == "choice":
            return [f"v:{choice}" for choice in param.choices], None
        ending = self._arguments() if self.figures.written else []
        if len(self.figures.written) > 24:
            return ending, None
        if param.type in ("int", "float"):
            signed = self.figures.written == [self.names["w:-"]]
            names, rows = self.figures.number(follow, not self.figures.written or signed, whole=param.type == "int")
            if not self.figures.written:
                names.append("w:-")
            return names + ([] if signed or self.figures.within() else ending), rows
        names = [name for name in self.names.ids if name[:2] in ("w:", "i:") and name[2:] and set(name[2:]) <= BARE]
        return names + ending + ([] if self.figures.written else ["q:bare"]), self.figures.pointers(follow)
