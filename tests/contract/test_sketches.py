"""Sketches: what the state that pointed at a thing makes out of it, and what cutting out does with that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scenes import disc, disc_scene, iou, make_call, make_inputs, silent, texture

from models.expert import Picture
from models.experts import segment_grabcut
from models.grammar import parse
from models.percepts import PLACE, THING, Percept
from models.reader import shared_reader
from models.unified.config import SENSES, nano
from models.unified.native import NativeModel
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.prefix import Prefixes
from models.unified.prompt import Scribe
from models.unified.reading import Reply
from models.unified.sketching import shares
from models.unified.stream import Sketch, StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Box, Checkpoint, Media, Message, Ref, Region, TaskCall, Text

IMAGE = Media("image", "image#1", "0/1.png", {"width": 96, "height": 64})
SHELF = {"image#1": IMAGE}
ASKED = Message("user", (IMAGE, Text("cut out the dog")))
PIXELS = texture(64, 96, (90, 120, 200))


def percepts() -> dict[str, tuple[Percept, ...]]:
    rng = np.random.default_rng(5)
    places = np.zeros((2, PLACE), np.float32)
    places[:, :4] = [[0.1, 0.2, 0.4, 0.7], [0.5, 0.3, 0.9, 0.8]]
    features = rng.normal(size=(2, SENSES["thing"])).astype(np.float16)
    return {"image#1": (Percept(THING, features, places, ("dog", "owl"), np.ones(2, np.float32)),)}


@pytest.fixture(scope="module")
def network() -> UnifiedForConditionalGeneration:
    torch.manual_seed(4)
    return UnifiedForConditionalGeneration(nano(len(vocabulary()), 2, 64, senses=SENSES)).eval()


def vocabulary() -> Vocabulary:
    return Vocabulary.build([" I", " cut"], ["greet"])


def scripted(network: UnifiedForConditionalGeneration, seg: bool, monkeypatch: pytest.MonkeyPatch) -> NativeModel:
    """A model that writes one call, which points at the second thing, whatever it is asked."""
    model = NativeModel(network, vocabulary(), shared_reader(), "cpu", seg=seg)
    names = model.vocabulary
    sheet = Scribe(names, model.reader.cut).write([ASKED], SHELF, percepts=percepts())
    first = next(source.first for source in sheet.sources if source.percept is not None)
    words = ["c:plan_segment", "c:go", "g:<task>", "n:segment", "a: image#", "i:1", "@", "g:</task>", "c:end"]
    tokens = iter([len(names) + first + 1 if word == "@" else names[word] for word in words])
    monkeypatch.setattr(model, "_choose", lambda *given: next(tokens))
    return model


def written(model: NativeModel, **more: Any) -> str:
    options = StreamOptions(percepts=percepts(), **more)
    return "".join(model.stream([ASKED], SHELF, options, lambda: False))


def test_a_thing_that_a_call_points_at_is_sketched_once_somebody_asks(network, monkeypatch) -> None:
    opened: list[Media] = []

    def open_(medium: Media) -> Picture:
        opened.append(medium)
        return Picture(PIXELS)

    got: list[Sketch] = []
    text = written(scripted(network, True, monkeypatch), opened=open_, sketched=got.append)
    (call,) = [part for part in parse(text) if isinstance(part, TaskCall)]
    (sketch,) = got
    assert sketch.path == IMAGE.path
    assert sketch.box in call.args, "the very box that the call holds"
    assert not opened, "no word of the reply waits for it"
    found = sketch.shares()
    assert opened == [IMAGE]
    assert found.dtype == np.float32
    assert found.ndim == 2
    assert 0 <= found.min() < found.max() <= 1


def test_weights_that_are_not_to_sketch_say_the_same_and_sketch_nothing(network, monkeypatch) -> None:
    got: list[Sketch] = []
    told = written(scripted(network, True, monkeypatch), opened=lambda medium: None, sketched=got.append)
    assert len(got) == 1
    for seg, more in ((False, {"opened": lambda medium: None}), (True, {})):
        assert written(scripted(network, seg, monkeypatch), sketched=got.append, **more) == told
    assert written(scripted(network, True, monkeypatch), opened=lambda medium: None) == told
    assert len(got) == 1
    wordy = UnifiedForConditionalGeneration(nano(len(vocabulary()), 1, 64))
    assert not NativeModel(wordy, vocabulary(), shared_reader(), "cpu", seg=True).seg, "without senses there is none"


def test_a_stopped_reply_sketches_nothing_more(network, monkeypatch) -> None:
    for after, sketches in ((6, 0), (7, 1)):
        got, asked = list[Sketch](), iter(range(20))
        options = StreamOptions(percepts=percepts(), opened=lambda medium: None, sketched=got.append)
        model = scripted(network, True, monkeypatch)
        list(model.stream([ASKED], SHELF, options, lambda asked=asked, after=after: next(asked) >= after))
        assert len(got) == sketches


def test_the_state_that_points_is_the_same_on_what_was_read_before(network) -> None:
    """Read at once, token by token, on a kept prefix and after a glance ahead: one state, one prompt, one mask."""
    sheet = Scribe(vocabulary(), shared_reader().cut).write([ASKED], SHELF, percepts=percepts())
    plan = [vocabulary()[name] for name in ("c:plan_segment", "c:go", "g:<task>", "n:segment", "a: image#", "i:1")]
    whole = Reply(network, shared_reader(), sheet, forced=plan)
    whole.read(whole.rest)
    slow = Reply(network, shared_reader(), sheet)
    for token in [*slow.rest, *plan[:-1]]:
        slow.read([token])
    slow.peek([vocabulary()["c:talk"]])
    held = Prefixes()
    held.keep(slow.prefix())
    slow.read(plan[-1:])
    kept = Reply(network, shared_reader(), sheet, held, plan)
    assert len(kept.rest) == 1
    kept.read(kept.rest)
    with torch.inference_mode():
        prompts = [network.seg(reply.state) for reply in (whole, slow, kept)]
    masks = [shares(network, prompt, PIXELS, "cpu") for prompt in prompts]
    for prompt, mask in zip(prompts[1:], masks[1:], strict=True):
        assert torch.allclose(prompt, prompts[0], atol=1e-4)
        assert np.allclose(mask, masks[0], atol=1e-4)


# -- cutting out ---------------------------------------------------------------------------------------------------------------

BOX = Box(0.24, 0.23, 0.83, 0.77)


def two_discs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A picture of a large red disc and a small blue one beside it, and where each is; BOX is round both."""
    pixels, large = disc_scene(centre=(140, 120), radius=60)
    small = disc(240, 320, (236, 120), 24)
    pixels[small] = texture(240, 320, (50, 70, 200), 7)[small]
    return pixels, large, small


def cut(pixels: np.ndarray, sketch: np.ndarray | None, region: Region | None = None) -> Any:
    inputs = make_inputs(pixels, [region] if region else [])
    if sketch is not None:
        inputs.sketches = {("a.png", BOX): lambda: sketch}
    expert = segment_grabcut.load(Checkpoint("segment_grabcut"), "cpu")
    return expert(make_call("segment", Ref("image#1"), Ref("region#1") if region else BOX), inputs, silent)


def coarse(mask: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.resize(mask.astype(np.float32), (20, 15), interpolation=cv2.INTER_AREA)


def test_a_sketch_tells_what_of_a_box_is_meant() -> None:
    pixels, large, small = two_discs()
    plain, told = cut(pixels, None), cut(pixels, coarse(large))
    assert iou(plain.array[0], large | small) > 0.9
    assert iou(told.array[0], large) > 0.95
    assert any("was used beside its box" in note for note in told.meta["notes"])
    assert not plain.meta["notes"]


def test_a_sketch_that_does_not_fill_the_box_is_not_used_and_that_is_told() -> None:
    pixels, _, small = two_discs()
    plain = cut(pixels, None)
    for sketch in (coarse(small), np.zeros((15, 20), np.float32)):
        told = cut(pixels, sketch)
        assert (told.array == plain.array).all()
        assert any("did not fill its box and was not used" in note for note in told.meta["notes"])


def test_a_box_that_a_person_drew_is_cut_out_as_it_was() -> None:
    pixels, large, _ = two_discs()
    drawn = Region(1, "image#1", box=BOX)
    one, other = cut(pixels, None, drawn), cut(pixels, coarse(large), drawn)
    assert (one.array == other.array).all()
    assert one.meta["notes"] == other.meta["notes"]
