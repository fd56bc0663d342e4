"""Every example card of an empty conversation runs as it stands: with the nano model where its weights are, and in any case
with a scripted model that makes the call the card promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from PIL import Image

from app.engine import Engine
from app.examples import EXAMPLES, FOLDER, card_icon, example_file, make_examples
from app.settings import Settings
from app.ui import build
from app.ui_actions import Actions
from models.values import Failure, Grounding, Media, Step
from tests.browser.stage import Scripted, has_model

CALLS = {
    "Cut out what is marked": ("segment image#1 region#1", {"mask"}),
    "Blur the background": ("adjust image#1 region#1 op=blur where=outside", {"image"}),
    "Take something away": ("remove image#1 region#1", {"image"}),
    "Turn a picture into a sketch": ("adjust image#1 op=sketch", {"image"}),
    "Follow a thing through a clip": ("video_segment video#1 region#1", {"mask", "video"}),
    "Make a clip black and white": ("adjust video#1 op=grayscale", {"video"}),
    "Fade a sound out": ("audio_adjust audio#1 op=fade_out seconds=2", {"audio"}),
    "Draw a scene and ask about it": ('image "a cow, a horse and three apples on a farm"', {"image"}),
    "Draw, move and hear a scene": ('image "two cats left of a pizza on grass at night"', {"image"}),
    "Film a scene": ('video "a dog running along the beach"', {"video"}),
    "Make a sound and ask about it": ('audio "a dog barking twice, then rain"', {"audio"}),
    "Dress up what is circled": ('inpaint image#1 region#1 "put a hat on the cat"', {"image"}),
}
THEN = {
    "now make the pizza fly away": ('animate image#1 "make the pizza fly away"', {"video"}),
    "what would the clip sound like?": ("sound_for video#1", {"audio", "video"}),
    "cut out the horse": ('segment image#1 "the horse"<box>500,300,900,800</box>', {"mask"}),
}
ANSWERS = {
    "what do you see?": ({"cow", "horse", "apples"}, {"cat", "dog"}),
    "how many apples are there?": ({"three", "apples"}, {"cow", "horse"}),
    "what do you hear?": ({"dog", "rain"}, {"cat", "thunder"}),
    "what comes first?": ({"dog"}, {"rain"}),
}
"""The words by which a reply that calls nothing points at what is there, and words by which it must not."""
NAMES = [example.title for example in EXAMPLES]


class Told(Scripted):
    """A scripted model that is told the call behind each of the words in turn."""

    def __init__(self, example):
        self.calls = iter([CALLS[example.title][0], *(THEN.get(text, ("",))[0] for text in example.then)])

    def stream(self, messages, shelf, options, cancel):
        call = next(self.calls)
        yield f"<task>{call}</task>" if call else "It is not asked of me."


def run(example, folder, model):
    """Return the last events of the card's replies."""
    engine = Engine(Settings(data=folder / "data", profile="nano"), model=model)
    engine.start()
    files = make_examples(folder / "examples")
    session = engine.open("o" * 32)
    handles = [engine.attach(session, files / name, name).handle for name in example.files]
    regions = example.regions(handles, engine.shelf(session), 1)
    ends = [list(engine.reply(session, example.text, handles, regions))[-1]]
    ends += [list(engine.reply(session, text))[-1] for text in example.then]
    engine.close()
    return ends


def check(example, ends, *, asked):
    """Check the last events of a card's replies; what is said to questions only where they were *asked* of the model."""
    first, *others = ends
    matches(CALLS[example.title], first)
    for text, last in zip(example.then, others, strict=True):
        if text in THEN:
            matches(THEN[text], last)
        elif asked:
            answers(ANSWERS[text], last)


def answers(words, last):
    wanted, wrong = words
    assert last.reason == "done"
    assert not [part for part in last.message.parts if isinstance(part, Failure | Step)]
    said = {word for part in last.message.parts if isinstance(part, Grounding) for word in part.phrase.split()}
    assert wanted <= said
    assert not said & wrong


def matches(wanted, last):
    call, kinds = wanted
    assert last.reason == "done"
    assert [part for part in last.message.parts if isinstance(part, Failure)] == []
    (step,) = [part for part in last.message.parts if isinstance(part, Step)]
    settings = dict(word.split("=") for word in call.split() if "=" in word)
    assert step.task == call.split()[0]
    assert {name: str(step.settings.get(name)).removesuffix(".0") for name in settings} == settings
    assert {part.kind for part in last.message.parts if isinstance(part, Media)} == kinds


def test_every_example_has_a_call_behind_it():
    assert sorted(CALLS) == sorted(NAMES)
    assert sorted([*THEN, *ANSWERS]) == sorted(text for example in EXAMPLES for text in example.then)


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_call_behind_an_example_gives_its_result(example, tmp_path):
    check(example, run(example, tmp_path, Told(example)), asked=False)


@pytest.mark.skipif(not has_model(), reason="the nano model's weights are not there")
@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_model_understands_an_example(example, tmp_path):
    check(example, run(example, tmp_path, None), asked=True)


def test_examples_are_drawn_once(tmp_path):
    folder = make_examples(tmp_path)
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    make_examples(tmp_path)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    assert {name for example in EXAMPLES for name in example.files} == set(before)


def test_two_who_press_a_card_at_once_get_its_whole_file(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda _: example_file(tmp_path / "examples", "cat.png").read_bytes(), range(4)))
    assert len(set(files)) == 1
    with Image.open(tmp_path / "examples" / "cat.png") as picture:
        assert picture.size == (640, 448)


def test_the_start_draws_the_pictures_on_the_cards_and_nothing_else_and_a_card_makes_its_files(tmp_path):
    engine = Engine(Settings(data=tmp_path, profile="nano"), model=Told(EXAMPLES[0]))
    build(engine)
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == {f"icon-{e.icon}" for e in EXAMPLES}
    session = engine.open("o" * 32)
    for _ in Actions(engine, {}).example(
        session.owner, SimpleNamespace(index=0), SimpleNamespace(session_hash="a tab")
    ):
        pass
    assert {path.name for path in (tmp_path / FOLDER).iterdir() if "icon" not in path.name} == {"balloon.png"}
    (talk,) = engine.conversations(session.owner)
    kinds = {medium.kind for medium in engine.media(engine.open(session.owner, talk.id)).values()}
    assert kinds == {"image", "mask"}
    engine.close()


def test_the_pictures_on_the_cards_are_light(tmp_path):
    icons = {card_icon(tmp_path, example.icon) for example in EXAMPLES}
    assert sum(path.stat().st_size for path in icons) < 100_000
    for path in icons:
        with Image.open(path) as icon:
            assert 64 <= max(icon.size) <= 96
