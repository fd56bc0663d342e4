"""Constrained decoding of tagged text for models that write the tags as plain characters, by llguidance, where that is installed.

The registry of tasks becomes a grammar in Lark's form: running words stay free, whatever they hold, until ``<task>`` appears; then only
what the task declares may follow, up to ``</task>``. It is a help and no gate: where the grammar and the model come apart for any
reason, the mask is lifted for the rest of the reply, and the tolerant parser (models.grammar) takes what comes.

llguidance is optional (``requirements-constrained.txt``): :func:`models.unified.matching.available` tells whether it is there. The native
model, which has tokens of its own, is guided by :mod:`models.unified.calls`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from torch import Tensor
from transformers import LogitsProcessor

from models.expert import Param, Task
from models.tasks import TASKS
from models.unified.matching import Matched
from models.unified.vocabulary import HANDLES

_TERMINALS = r"""
till[lazy]: /(.|\n)*<task>/
REST: /(.|\n)*/ & ~/(.|\n)*<task>(.|\n)*/
PHRASE: /"([^"\\<\n]|\\["\\n]){1,400}"/
BARE: /[A-Za-z0-9_.#+:\/%-]{1,40}/
COORDINATE: /1000|[1-9]?[0-9]?[0-9]/
INT: /[1-9][0-9]{0,5}/
WHOLE: /-?[0-9]{1,10}/
NUMBER: /-?[0-9]{1,8}(\.[0-9]{1,3})?/
SECONDS: /[0-9]{1,5}(\.[0-9]{1,2})?/
box: "<box>" COORDINATE "," COORDINATE "," COORDINATE "," COORDINATE "</box>"
point: "<pt>" COORDINATE "," COORDINATE ",-"? "</pt>"
span: "<t>" SECONDS "-" SECONDS "</t>"
labelled: PHRASE box
"""


def lark(tasks: Mapping[str, Task] = TASKS) -> str:
    """Return the grammar of replies that call *tasks*, as llguidance reads it."""
    handles = "\n".join(f'{kind}: "{kind}#" INT' for kind in HANDLES)
    calls = "\n".join(f"call_{task.name}: {_call(task)}" for task in tasks.values())
    settings = "\n".join(
        f'set_{task.name}_{param.name}: " {param.name}=" {_value(param)}'
        for task in tasks.values()
        for param in task.params
    )
    names = " | ".join(f"call_{name}" for name in tasks)
    return f'start: (till ({names}) "</task>")* REST?\n{calls}\n{settings}\n{handles}\n{_TERMINALS.strip()}\n'


def _call(task: Task) -> str:
    """Return what stands between the tags for *task*: the medium it works on, arguments, then settings."""
    said = [] if task.phrase == "none" else ["PHRASE"]
    kinds = [f'" " {kind}' for kind in dict.fromkeys((*task.needs, *task.takes, *said))]
    some = f"({' | '.join(kinds)})*" if kinds else ""
    medium = f'" " ({" | ".join(task.needs)}) ' if task.needs else ""
    phrase = f'" " PHRASE {some} ' if task.phrase == "required" else ""
    settings = [f"set_{task.name}_{param.name}" for param in task.params]
    further = f"({' | '.join(settings)})*" if settings else ""
    required = [f"set_{task.name}_{param.name} {further}" for param in task.params if param.required]
    return f'"{task.name}" {medium}{some} {phrase}{" ".join([further, *required])}'


def _value(param: Param) -> str:
    if param.type == "choice":
        return f"({' | '.join(json.dumps(choice) for choice in param.choices)})"
    return {"int": "WHOLE", "float": "NUMBER", "bool": '("true" | "false")'}.get(param.type, "(BARE | PHRASE)")


def tokenizer_of(tokenizer: Any) -> Any:
    """Return a fast tokenizer of transformers as llguidance takes it; seconds for a large vocabulary, so make it once for a model.
    Raises ImportError without llguidance."""
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer)


class Constrained(LogitsProcessor):
    """Masks the scores of one reply, a batch of one, to what the grammar lets follow. For one ``generate`` only.

    What was written is looked up in the ids that come, so that a decoder which tries several continuations may go back.
    """

    def __init__(self, tokenizer: Any, grammar: str, begun: str = "") -> None:
        """*tokenizer* is of :func:`tokenizer_of`; *begun* what the reply begins with by the person's choice, as part of the prompt:
        ``<task>segment image#1``. Raises ImportError without llguidance."""
        import llguidance

        self.matched = Matched(lambda: llguidance.LLMatcher(tokenizer, grammar))
        self._prompt = -1
        if begun:
            self.matched.begin(tokenizer.tokenize_str(begun))

    @property
    def lifted(self) -> bool:
        """Whether nothing is masked any more, since the grammar and the reply came apart."""
        return bool(self.matched.lifted)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return *scores* float [1, vocabulary] for the token after *input_ids* long [1, n], minus infinity where the grammar lets
        none follow; unchanged once it is lifted."""
        if self._prompt < 0:
            self._prompt = int(input_ids.shape[1])
        mask = self.matched.may_follow(input_ids[0, self._prompt :].tolist(), scores.shape[-1])
        return scores if mask is None else scores.masked_fill(~mask.to(scores.device), float("-inf"))
