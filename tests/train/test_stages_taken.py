"""The text-only network taken over into one with senses: what it says of words alone stays the same, token for token."""

from __future__ import annotations

import copy
from itertools import islice
from pathlib import Path

import pytest
import torch

from models.percepts import SETTING
from models.reader import Reader
from models.unified.native import ASSETS, NativeModel, handles
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.noticing import HIT, THERE
from models.unified.prompt import Scribe
from models.unified.rules import Rules
from models.unified.stream import StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Media, Message
from training.dialogues import examples
from training.stages.taken import extended, new_rows

SHIPPED = ASSETS / "nano/unified"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ASSETS / "nano/text_encoder")


def wider(before: Vocabulary) -> Vocabulary:
    """Return *before* with new words, topics and things, so that nearly every token has another id."""
    kinds = {kind: [before.names[n][2:] for n in before.by_kind[kind]] for kind in "wtk"}
    words = [*kinds["w"], " zebras", " glimpse", " overhears"]
    return Vocabulary.build(words, ["aaa.seen", *kinds["t"], "zzz.seen"], ["aardvark", *kinds["k"]])


@pytest.fixture(scope="module")
def text_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what of the shipped network reads words alone."""
    folder = tmp_path_factory.mktemp("words")
    whole = UnifiedForConditionalGeneration.from_pretrained(SHIPPED, dtype=torch.float32)
    config = copy.deepcopy(whole.config)
    config.senses, config.source_kinds = {}, 3
    network = UnifiedForConditionalGeneration(config)
    had = whole.state_dict()
    kept = {name: had[name][:3] if name == "read_kind.weight" else had[name] for name in network.state_dict()}
    assert len(kept) < len(had)
    network.load_state_dict(kept)
    network.save_pretrained(folder)
    Vocabulary.load(SHIPPED).save(folder)
    return folder


def replies(model: NativeModel, asked: list[tuple[Message, ...]]) -> list[list[str]]:
    """Return the tokens of the likeliest reply to each conversation, by their names."""
    found = []
    for messages in asked:
        shelf = {part.handle: part for message in messages for part in message.parts if isinstance(part, Media)}
        sheet = Scribe(model.vocabulary, model.reader.cut).write(messages, shelf)
        rules = Rules(model.vocabulary, sheet, handles(messages, shelf), [])
        size = len(model.vocabulary)
        tokens = model.tokens(sheet, rules, StreamOptions(), lambda: False)
        found.append([model.vocabulary.names[t] if t < size else f"row {t - size}" for t in islice(tokens, 60)])
    return found


def test_replies_without_percepts_are_the_same_to_the_token(reader: Reader, text_only: Path) -> None:
    before = Vocabulary.load(text_only)
    names = wider(before)
    assert any(names[name] != before[name] for name in before.names)
    asked = [example.messages[:-1] for example in islice(examples(11, "held_out"), 14)]
    old = UnifiedForConditionalGeneration.from_pretrained(text_only, dtype=torch.float32)
    wanted = replies(NativeModel(old, before, reader, "cpu"), asked)
    assert sum(map(len, wanted)) > 100
    found = replies(NativeModel(extended(text_only, names, reader), names, reader, "cpu"), asked)
    assert found == wanted


def test_all_that_was_there_is_taken_over_and_what_is_new_is_not_nothing(reader: Reader, text_only: Path) -> None:
    before, old = (
        Vocabulary.load(text_only),
        UnifiedForConditionalGeneration.from_pretrained(text_only, dtype=torch.float32),
    )
    names = wider(before)
    network = extended(text_only, names, reader)
    had, state = old.state_dict(), network.state_dict()
    place = [names[name] for name in before.names]
    for name, value in had.items():
        if name in ("model.embed_tokens.weight", "head.weight", "head.bias"):
            assert torch.equal(state[name][place], value)
        elif name == "read_kind.weight":
            assert torch.equal(state[name][: len(value)], value)
        elif name == "names":
            own = [names.things.index(thing) for thing in before.things]
            assert torch.equal(state[name][own], value)
            new = reader.states(reader.cut("aardvark").ids).float().mean(0)
            assert torch.equal(state[name][names.things.index("aardvark")], new)
        else:
            assert torch.equal(state[name], value), name
    new = new_rows(before, names)
    assert {"w: zebras", "t:aaa.seen", "k:aardvark"} <= {names.names[n] for n in new}
    assert state["model.embed_tokens.weight"][new].abs().sum(1).min() > 0
    assert len(state["read_kind.weight"]) == SETTING + 1
    assert network.config.talk_bias == old.config.talk_bias
    assert set(state) - set(had) == {n for n in state if n.split(".")[0] in ("senses", "noticing", "seg", "masking")}


def test_a_network_that_has_senses_already_keeps_them(reader: Reader, tmp_path: Path) -> None:
    import stage_runs

    names = stage_runs.Vocabulary.load(stage_runs.base(tmp_path / "base"))
    once = extended(tmp_path / "base", names, reader)
    with torch.no_grad():
        once.senses.place.weight.add_(1.0)
        torch.nn.init.normal_(once.noticing.relating.tell.weight)
    once.save_pretrained(tmp_path / "seeing")
    names.save(tmp_path / "seeing")
    more = wider(names)
    again = extended(tmp_path / "seeing", more, reader)
    assert torch.equal(again.senses.place.weight, once.senses.place.weight)
    tells = (again.noticing.relating.tell.weight, once.noticing.relating.tell.weight)
    assert all(torch.equal(tells[0][more[name]], tells[1][names[name]]) for name in names.names)


def test_weights_from_before_a_part_was_there_begin_with_what_it_begins_with(reader: Reader, tmp_path: Path) -> None:
    """What compares places adds nothing to them, and what says that a thing is there is loud."""
    import stage_runs
    from safetensors.torch import load_file, save_file

    names = stage_runs.Vocabulary.load(stage_runs.base(tmp_path / "base"))
    extended(tmp_path / "base", names, reader).save_pretrained(tmp_path / "seeing")
    file = tmp_path / "seeing/model.safetensors"
    older = {
        name: value
        for name, value in load_file(file).items()
        if not any(part in name for part in (".relating.", ".hit.", ".there."))
    }
    save_file(older, file, {"format": "pt"})
    loaded = UnifiedForConditionalGeneration.from_pretrained(tmp_path / "seeing", dtype=torch.float32)
    assert not any(weight.any() for weight in loaded.noticing.relating.parameters())
    spread = [float(layer.weight.detach().std()) for layer in (loaded.noticing.hit, loaded.noticing.there)]
    assert spread == pytest.approx([HIT, THERE], rel=0.5)
    assert torch.equal(loaded.state_dict()["noticing.what.weight"], older["noticing.what.weight"])


def test_a_folder_whose_parts_do_not_belong_together_is_refused(reader: Reader, tmp_path: Path) -> None:
    import stage_runs

    stage_runs.base(tmp_path)
    Vocabulary.build([" other"]).save(tmp_path)
    with pytest.raises(ValueError, match="does not belong"):
        extended(tmp_path, Vocabulary.build(()), reader)
