"""The calls of the native model as a grammar of its own tokens, for llguidance: what is written between the task tags always reads back.

:mod:`models.unified.rules` knows the conversation: which handles there are, what the person drew, which task was planned. This grammar knows
nothing but the spelling, from the tag that opens a call to the one that closes it, and knows it apart from those rules: numbers end, a
time span has two, a setting stands once, a required one is there. Both together say what may come; where the rules have nothing left to
allow, the grammar alone does. It is a help and no gate (:mod:`models.unified.matching`), and llguidance is optional.

Rows of the bank, of which every conversation has others, enter as a few tokens after the vocabulary: the classes of :func:`classes`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from models.expert import Param, Task
from models.tasks import TASKS
from models.unified.figures import BARE
from models.unified.matching import Matched
from models.unified.rules import Rules
from models.unified.vocabulary import HANDLES, NAME, Vocabulary
from models.values import GRID

WORD, ONE, FIRST, WITHIN, LAST = range(5)
"""What a typed row is to a number that is copied whole: no part of one, all of it, its first row, one between, its last."""
THING, OTHER, CLASSES = 10, 11, 12
"""The class of a thing that can be pointed at; of rows that no call takes; and how many classes there are. A typed row has twice one of
the above, and one more where its letters may stand in a setting without quotes."""
PIECES, PLAIN = 12, 30
"""Tokens of a number before and after its point, and of a setting without quotes, at most."""


def classes(rules: Rules) -> Tensor:
    """Return the class of each row of the bank that *rules* follow, long [rows]."""
    found = []
    figures = rules.figures.numbers
    role = dict.fromkeys(range(len(rules.rows)), WORD)
    for first, (last, _) in figures.items():
        role |= dict.fromkeys(range(first + 1, last), WITHIN)
        role |= {first: ONE} if first == last else {first: FIRST, last: LAST}
    for row, (source, index) in enumerate(rules.rows):
        if source.pointable:
            found.append(THING)
        elif not rules.typed[row]:
            found.append(OTHER)
        else:
            start, end = source.places[index]
            found.append(2 * role[row] + (end > start and set(source.text[start:end]) <= BARE))
    return torch.tensor(found, dtype=torch.long)


class _Tokenizer:
    """The vocabulary, and the classes of rows, as llguidance takes tokens: each by its number alone, and one more that ends a text."""

    bos_token_id = None

    def __init__(self, size: int) -> None:
        self.eos_token_id = size
        self.tokens = [b"\xff<%d>" % token for token in range(size + 1)]
        self.special_token_ids = list(range(size + 1))

    def __call__(self, text: str) -> list[int]:
        return []


class Calls:
    """The grammar of the calls of *tasks* in the tokens of one vocabulary. Made once for a model."""

    def __init__(self, vocabulary: Vocabulary, tasks: Mapping[str, Task] = TASKS) -> None:
        """Raises ImportError without llguidance, ValueError where it does not take the grammar."""
        from llguidance import LLMatcher, LLTokenizer
        from llguidance._tokenizer import TokenizerWrapper

        tokenizer = LLTokenizer(TokenizerWrapper(_Tokenizer(len(vocabulary) + CLASSES)), slices=[])
        self._begun = LLMatcher(tokenizer, grammar(vocabulary, tasks))
        if self._begun.is_error():
            raise ValueError(self._begun.get_error())

    def matcher(self) -> Any:
        """Return a matcher for one call, from behind its opening tag on."""
        return self._begun.deep_copy()


class Guides:
    """Makes the guides of a model's replies. The grammar is made once, with the first of them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        self._calls: Calls | None = None

    def guide(self, rules: Rules) -> Guide:
        """Return the guide of the reply that *rules* follow."""
        return Guide(self._vocabulary, rules, self._matcher)

    def _matcher(self) -> Any:
        with self._lock:
            if self._calls is None:
                self._calls = Calls(self._vocabulary)
            return self._calls.matcher()


class Guide:
    """Guides the calls of one reply, which *rules* follow too."""

    def __init__(self, vocabulary: Vocabulary, rules: Rules, matcher: Callable[[], Any]) -> None:
        """*matcher* gives one for a call, from behind its opening tag on; what it raises is the reply's :attr:`fault`."""
        self.fault = ""
        """Why this reply goes on without its grammar; "" while all is well."""
        self._own, self._size = len(vocabulary), len(vocabulary) + CLASSES
        self._rows = self._own + classes(rules)
        self._matcher = matcher
        self._matched: Matched | None = None
        self._written: list[int] = []
        self._opens = vocabulary["g:<task>"]
        self._ends = {vocabulary["g:</task>"], vocabulary["c:end"]}

    def narrow(self, allowed: Tensor, *, dead: bool = False) -> Tensor:
        """Return *allowed*, bool [vocabulary + rows], without what would break the call being written; unchanged outside of calls and
        after a fault. *dead*: it is everything, since the rules had nothing left to allow."""
        if self._matched is None or self.fault:
            return allowed
        mask = self._matched.may_follow(self._written, self._size)
        if mask is not None:
            both = torch.cat([mask[: self._own], mask[self._rows]])
            both = both if dead else both & allowed
            if both.any():
                return both
            self._matched.lift("it lets nothing follow that the rules of calls do")
        self.fault = self._matched.lifted
        return allowed

    def take(self, token: int) -> None:
        """Note that *token* of the vocabulary or the row *token* - len(vocabulary) was written."""
        if token == self._opens:
            self._matched, self._written = Matched(self._matcher), []
            self.fault = self.fault or self._matched.lifted
        elif token in self._ends:
            self._matched = None
        elif self._matched is not None:
            self._written.append(token if token < self._own else int(self._rows[token - self._own]))


# -- the grammar ------------------------------------------------------------------------------------------------


def grammar(vocabulary: Vocabulary, tasks: Mapping[str, Task] = TASKS) -> str:
    """Return the grammar of what stands between the task tags, in llguidance's form of Lark, of tokens by their numbers."""
    one = partial(_tokens, vocabulary)
    size, numbers = len(vocabulary), [f"i:{number}" for number in range(GRID + 1)]
    words = [name for name in vocabulary.names if name[:2] in ("w:", "i:")]
    plain = [name for name in words if name[2:] and set(name[2:]) <= BARE]
    typed = [size + kind for kind in range(THING)]
    bare = [row for row in typed if (row - size) % 2]
    first, within, last, alone = (_numbers(size + 2 * role + b for b in (0, 1)) for role in (FIRST, WITHIN, LAST, ONE))
    row = {"copied": _numbers(typed), "thing": _numbers([size + THING])}
    rules = [
        f"piece: {one(*words, NAME)} | {row['copied']}",
        f"phrase: {one('q:open')} piece+ {one('q:close')}",
        f"coordinate: {one(*numbers)}",
        f"digits: {one(*numbers)} (coordinate){{0,{PIECES - 1}}}",
        f"amount: digits ({one('w:.')} digits)? | {alone} | {first} {within}* {last}",
        f"float: {one('w:-')}? amount",
        f"int: {one('w:-')}? (digits | {alone} | {first} {within}* {last})",
        f"text: ({one(*plain)} | {_numbers(bare)}){{1,{PLAIN}}} | {one('q:bare')} piece+ {one('q:close')}",
        "box: {} coordinate {}".format(one("g:<box>"), f"{one('s:,')} coordinate " * 3 + one("g:</box>")),
        f"point: {one('g:<pt>')} coordinate {one('s:,')} coordinate ({one('s:,')} {one('s:-')})? {one('g:</pt>')}",
        f"span: {one('g:<t>')} amount {one('s:-')} amount {one('g:</t>')}",
        *(f"{kind}: {one(f'a: {kind}#')} {one(*numbers[1:])}" for kind in HANDLES),
    ]
    known = {name: task for name, task in tasks.items() if f"n:{name}" in vocabulary.ids}
    for task in known.values():
        rules += _task(vocabulary, task, row["thing"])
    mediums = {name: " | ".join(task.needs) for name, task in known.items() if task.needs}
    start = " | ".join(
        f"{one(f'n:{name}')} {f'({mediums[name]}) ' if name in mediums else ''}{_state(name, 0, False)}"
        for name in known
    )
    return "\n".join([f"start: {start}", *rules, ""])


def _numbers(ids: Iterable[int]) -> str:
    """Return one of the tokens *ids*, as ranges."""
    wanted, ranges = sorted(set(ids)), list[list[int]]()
    for token in wanted:
        if ranges and ranges[-1][1] == token - 1:
            ranges[-1][1] = token
        else:
            ranges.append([token, token])
    return f"<[{','.join(str(a) if a == b else f'{a}-{b}' for a, b in ranges)}]>"


def _tokens(vocabulary: Vocabulary, *names: str) -> str:
    """Return one of the tokens *names*, those that the vocabulary has."""
    return _numbers([vocabulary[name] for name in names if name in vocabulary.ids])


def _state(task: str, given: int, said: bool) -> str:
    """Return the name of what may follow in a call of *task* after the settings in the bits of *given* and, where that is asked for, a
    phrase."""
    return f"{task}_{given}{'_said' if said else ''}"


def _task(vocabulary: Vocabulary, task: Task, thing: str) -> list[str]:
    """Return the rules of a call of *task* after its medium: one for each set of settings that stand already, since none stands twice."""
    one = partial(_tokens, vocabulary)
    params = [param for param in task.params if f"p: {param.name}=" in vocabulary.ids]
    kinds = [kind for kind in dict.fromkeys((*task.needs, *task.takes)) if kind in HANDLES]
    places = [kind for kind in ("box", "point", "span") if kind in task.takes]
    arguments = [*kinds, *(f"{one('s: ')} {place}" for place in places), *([thing] if "box" in places else [])]
    phrase = "phrase box?" if "labelled" in task.takes else "phrase"
    asked = task.phrase == "required"
    if task.phrase == "optional":
        arguments.append(phrase)
    needed = sum(1 << index for index, param in enumerate(params) if param.required)
    rules = []
    for given in range(1 << len(params)):
        for said in (False, True) if asked else (False,):
            own = _state(task.name, given, said)
            ways = [f"{argument} {own}" for argument in arguments]
            if asked:
                ways.append(f"{phrase} {_state(task.name, given, True)}")
            ways += [
                f"{one(f'p: {param.name}=')} {_value(vocabulary, param)} {_state(task.name, given | 1 << index, said)}"
                for index, param in enumerate(params)
                if not given >> index & 1
            ]
            if given & needed == needed and said >= asked:
                ways.append(one("g:</task>"))
            rules.append(f"{own}: {' | '.join(ways)}")
    return rules


def _value(vocabulary: Vocabulary, param: Param) -> str:
    if param.type == "choice":
        return _tokens(vocabulary, *(f"v:{choice}" for choice in param.choices))
    return param.type if param.type in ("int", "float") else "text"
