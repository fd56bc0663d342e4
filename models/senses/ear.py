"""What is heard in a sound: a stock audio transformer over windows, a phrase for each short stretch, and the events that these make.

The encoder is an Audio Spectrogram Transformer as transformers builds it, read through ``AutoModel`` on the log-mel windows of
:mod:`models.vision.audio`. A head says of each column of its patches which sounds go on there, up to SLOTS at once: a phrase in the
space of the sentence encoder, and whether there is one. Columns that say the same, one soon after the other, are one event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from models.percepts import SOUND, Percept
from models.senses import naming
from models.senses.picture import placed
from models.vision.audio import BANDS, HOP, RATE, STEPS, Heard

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOTS = 2
"""Sounds that are told apart at one time."""
MOST = 8
"""Events of a sound, at most."""
SILENT = -0.2
"""A column none of whose bands is louder than this (-60 dB of full scale) is silent."""
THERE = 0.5
"""A slot holds a sound when it is this sure."""
SAME = 0.6
"""Cosine from which what is heard in two columns is taken for one event."""
PAUSE = 1.0
"""Seconds of pause within one event, at most: between two barks of a dog."""
DEPTH = 1.4
"""How far below the loudest place of a window the encoder still hears: 70 dB, in units of the log-mel."""
SHORTEST = 2
"""Columns that an event takes, at least, unless it is all that is heard."""
HEADS = "heads.safetensors"


class Heads(nn.Module):
    """From states of columns, *width* wide, to SLOTS phrases and whether each is there."""

    def __init__(self, width: int, phrase: int = 384) -> None:
        super().__init__()
        self.phrase = nn.Linear(width, SLOTS * phrase)
        self.there = nn.Linear(width, SLOTS)

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return, of states float [..., width], phrases [..., SLOTS, phrase] of unit length and log odds [..., SLOTS]."""
        phrases = self.phrase(states).float().unflatten(-1, (SLOTS, -1))
        return normalize(phrases, dim=-1), self.there(states).float()


def columns(encoder: Any, mel: Tensor) -> Tensor:
    """Return the states of *encoder* for windows *mel* float [n, STEPS, BANDS], averaged over pitch: float [n, columns, width].

    *encoder* is an ASTModel. It is shown how loud each place is beside the loudest of its window, -1 (DEPTH below and less) to 1, so that
    the distance of a sound does not matter. Raises ValueError when its patches make no map of that size.
    """
    shown = ((mel - mel.amax((1, 2), keepdim=True)) * (2 / DEPTH) + 1).clamp(min=-1)
    settings = encoder.config
    rows = (BANDS - settings.patch_size) // settings.frequency_stride + 1
    across = (STEPS - settings.patch_size) // settings.time_stride + 1
    tokens: Tensor = encoder(input_values=shown).last_hidden_state
    extra = tokens.shape[1] - rows * across
    if extra not in (0, 1, 2):
        raise ValueError(f"{tokens.shape[1]} tokens do not make a map of {rows} x {across} patches")
    return tokens[:, extra:].unflatten(1, (rows, across)).mean(1)


@dataclass(frozen=True)
class Ear:
    """The *encoder* and its *heads*, in evaluation mode."""

    encoder: Any
    heads: Heads


@dataclass
class Event:
    """What goes on in some columns: when each begins and ends, s, and what was heard in it."""

    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    phrases: list[NDArray[np.float32]] = field(default_factory=list)
    states: list[NDArray[np.float32]] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)

    @property
    def phrase(self) -> NDArray[np.float32]:
        """The mean phrase by how sure each column is, float32 [phrase] of unit length."""
        mean = np.asarray(self.sure, np.float32) @ np.stack(self.phrases)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), np.float32)

    @property
    def state(self) -> NDArray[np.float32]:
        """The mean state by how sure each column is, float32 [width]."""
        weights = np.asarray(self.sure, np.float32)
        return np.asarray(weights @ np.stack(self.states) / weights.sum(), np.float32)

    def join(self, other: Event) -> None:
        """Take all columns of *other* into this event."""
        for name in ("begins", "ends", "phrases", "states", "sure"):
            getattr(self, name).extend(getattr(other, name))


def load(folder: Path, device: str = "cpu") -> Ear:
    """Return the ear of *folder*. Raises OSError, ValueError, KeyError or RuntimeError when it cannot be read."""
    from safetensors.torch import load_file
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True).to(device).eval()
    heads = Heads(encoder.config.hidden_size)
    heads.load_state_dict({name: value.float() for name, value in load_file(folder / HEADS).items()})
    return Ear(encoder, heads.to(device).eval())


@torch.no_grad()
def events(ear: Ear, heard: Heard, at_once: int = 8) -> list[Event]:
    """Return what goes on in a sound, in order of its beginning: every event, however short or faint."""
    device = next(ear.heads.parameters()).device
    done: list[Event] = []
    for start in range(0, len(heard.mel), at_once):
        mel = heard.mel[start : start + at_once]
        states = columns(ear.encoder, torch.from_numpy(mel).to(device))
        phrases, there = (values.cpu().numpy() for values in ear.heads(states))
        kept = states.float().cpu().numpy()
        count = kept.shape[1]
        long = STEPS * HOP / RATE / count
        loud = mel.reshape(len(mel), count, -1).max(2) > SILENT
        for n, c in np.argwhere(loud):
            begin = float(heard.starts[start + n]) + c * long
            if begin < heard.seconds:
                span = begin, min(heard.seconds, begin + long)
                sure = 1 / (1 + np.exp(-there[n, c]))
                _heard_in(done, span, phrases[n, c], kept[n, c], np.asarray(sure, np.float32))
    return done


def _heard_in(
    done: list[Event],
    span: tuple[float, float],
    phrases: NDArray[np.float32],
    state: NDArray[np.float32],
    sure: NDArray[np.float32],
) -> None:
    """Add what is heard from one second to another to the events that it goes on with, or as new ones."""
    open_ = [event for event in done if span[0] - event.ends[-1] <= PAUSE and event.ends[-1] < span[1]]
    for slot in np.argsort(-sure):
        if sure[slot] < THERE:
            break
        alike = [float(event.phrase @ phrases[slot]) for event in open_]
        if alike and max(alike) >= SAME:
            event = open_.pop(int(np.argmax(alike)))
        else:
            event = Event()
            done.append(event)
        event.begins.append(span[0])
        event.ends.append(span[1])
        event.phrases.append(phrases[slot])
        event.states.append(state)
        event.sure.append(float(sure[slot]))


def merged(found: list[Event], names: naming.Names) -> list[Event]:
    """Return events of which those that have one name, and at most PAUSE between them, are one, without those of fewer than SHORTEST
    columns where there are longer ones."""
    made: list[Event] = []
    last: dict[str, Event] = {}
    for event in found:
        name = names.of(event.phrase[None])[0]
        before = last.get(name)
        if before is not None and min(event.begins) - max(before.ends) <= PAUSE:
            before.join(event)
        else:
            made.append(event)
            last[name] = event
    return [event for event in made if len(event.sure) >= SHORTEST] or made


def sound_rows(ear: Ear, heard: Heard, most: int = MOST) -> Percept:
    """Return the events of a sound as rows, in order of time; of more than *most* those that last longest and are surest. Without any
    sound there are no rows."""
    names = naming.sounds()
    found = merged(events(ear, heard), names)
    more = max(0, len(found) - most)
    found = sorted(sorted(found, key=lambda event: -sum(event.sure))[:most], key=lambda event: min(event.begins))
    phrases = np.array([event.phrase for event in found], np.float32).reshape(len(found), names.vectors.shape[1])
    states = np.array([event.state for event in found], np.float32).reshape(len(found), ear.encoder.config.hidden_size)
    places = placed(np.tile(np.array([0, 0, 1, 1], np.float32), (len(found), 1)))
    for n, event in enumerate(found):
        places[n, 8:] = min(event.begins), max(event.ends)
    sure = np.array([np.mean(event.sure) for event in found], np.float32)
    features = np.concatenate([phrases, states], 1).astype(np.float16)
    return Percept(SOUND, features, places, names.of(phrases), sure, more)
