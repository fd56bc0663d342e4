"""The leak test finds what is planted, whatever words stand round it, and nothing in training conversations."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from models.values import Message, Text
from training.held_out import held
from training.language.numbers import COMPUTED
from training.language.phrasing import Book, held_out_lines, plural, sections
from training.sets.__main__ import main
from training.sets.leaks import held_phrasings, search
from training.sets.making import stream
from training.sets.plan import Plan
from training.sets.recognise import compile_phrasing, index, plain, sightings
from training.sets.rows import Row, write_line
from training.sets.writing import write


def kept_out() -> list[str]:
    """Return the objects that training never names."""
    return sorted(
        {line for name, lines in held_out_lines().items() if sections()[name].kind == "things" for line in lines}
    )


def said(*texts: str, reply: str = "") -> Row:
    """A conversation of these requests."""
    parts = [
        message for text in texts for message in (Message("user", (Text(text),)), Message("assistant", (Text(reply),)))
    ]
    return Row("planted/0", "plain", tuple(parts))


def test_no_training_conversation_holds_held_out_material() -> None:
    report = search(islice(stream("conversations", "train", 8), 1500))
    assert report.conversations == 1500
    assert report.leaks == []
    other = search(islice(stream("conversations", "held_out", 8), 150))
    assert other.kinds["phrasing"] > 75
    assert other.kinds["object"] > 75


def test_planted_leaks_are_found() -> None:
    names = kept_out()
    name = names[0]
    assert search([said(f"Draw two {plural(name)}")]).kinds["object"] == 1
    assert search([said("hi", reply=f"I cut out the {name}.")]).kinds["object"] == 1
    animals = [line for line in sections()["animal"].lines if line not in names]
    pair = next(f"a shiny {animal}" for animal in animals if held(f"a shiny {animal}"))
    assert search([said("hello", f"Paint {pair}, please")]).kinds == {"pair": 1}
    both = next(f"a {a} near a {b}" for a in animals for b in animals if a != b and held(f"a {a} near a {b}"))
    assert search([said(both.upper())]).kinds == {"composition": 1}
    assert search([said("draw a dog")]).leaks == []
    drawn = replace(
        said("draw it"), truth={"scene": {"things": [{"name": "cow", "x": 0.5}, {"name": "dog", "x": 0.1}]}}
    )
    assert search([drawn]).kinds == {"drawn": 1}
    assert search([replace(drawn, truth={"events": [{"name": "cow", "start": 0.5}]})]).leaks == []


def test_planted_phrasings_are_recognised_whatever_fills_them() -> None:
    rng, book = Random(2), Book("train", COMPUTED)
    filled = {"it": "it", "noun": "picture", "x": "that", "adv": "slightly", "r": "1", "m": "1", "ref": "image#1"}
    found = tried = 0
    for phrasing in (p for each in held_phrasings().values() for p in each):
        book.lines["planted"] = [Book._compile(phrasing.line)]
        with suppress(KeyError):  # a slot that only its own turn can fill
            report = search([said(f"Hello! {book.text(rng, 'planted', **filled).upper()} please")])
            tried += 1
            found += any(phrasing.line in leak.what for leak in report.leaks)
    assert tried > 400
    assert found > 0.6 * tried  # the others are said in pieces by phrasings of the training split


@pytest.mark.parametrize(
    "words",
    [
        "what have you done with image#1 so far?",  # the end of "what have you done (to|with) {ref} (so far|already|)?"
        "Segment the animal which spins a web in this photograph.",  # "the {head} {rel} {does}"
        "Can you segment the thing, you know, the one that gives an injection?",
        "give video#3 more punch, then the contrast of it is slightly too strong",  # "is {adv}too strong"
        "draw a big pillow and a pale hammock and in the end it needs a bit more light",  # "{x} needs {adv}more light"
    ],
)
def test_what_training_phrasings_say_with_words_of_a_turn_is_no_leak(words: str) -> None:
    report = search([said(words)])
    assert report.leaks == []
    assert report.matched == 1


def test_phrasings_are_told_by_their_own_words() -> None:
    known = index([compile_phrasing("s", "please (cut|clip) the {animal} out of [{place}] neatly, ok?")])

    def seen(text: str) -> bool:
        return any(True for _ in sightings(known, plain(text)))

    assert seen("Hey, please cut the polar bear out of my lovely picture, neatly OK")
    assert seen("please clip the dog out of  it neatly ok! thanks")
    assert not seen("please cut the table out of it neatly ok")
    assert not seen("please cut the dog out of it. Neatly ok")
    assert not seen("cut the dog out of it neatly ok")


def test_leaks_end_the_command_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaks", "--count", "60", "--seed", "3"]) == 0
    assert "No held-out phrasing" in capsys.readouterr().out
    out = tmp_path / "set"
    write(Plan("conversations", "train", 1, 3, out, 3))
    shard = next(out.glob("*.jsonl"))
    name = kept_out()[0]
    lines = shard.read_bytes().splitlines(keepends=True)
    lines[1] = write_line(replace(said(f"draw a {name}"), id="conversations/train/1/1"))
    shard.write_bytes(b"".join(lines))
    assert main(["leaks", "--folder", str(out)]) == 1
    assert f"object {name} in conversations/train/1/1: 'draw a {name}'" in capsys.readouterr().out
