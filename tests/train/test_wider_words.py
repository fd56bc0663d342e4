"""Requests that name several sounds and stories over several media: each means what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest

from models.values import Media, Message, Region, TaskCall
from training.dialogues import book, examples
from training.language import make, noise, stories
from training.language.phrasing import Split, sections
from training.language.stories import Story
from training.language.talk import ORDINALS, Dialogue

NOUNS = {
    "image": r"pictures?|images?|photos?|pics?|photographs?", "video": r"videos?|clips?|footages?|movies?|films?",
    "audio": r"sounds?|audios?|recordings?|tracks?|audio files?|sound clips?|audio clips?",
}  # fmt: skip
JOINED = re.compile(
    r"\b(?:then|and|while|over|followed by|after|afterwards|later|before|until|as|with|plus|next|under|on top of|in the middle of|during|mixed|along|"
    r"together|meanwhile|turns into|fading into|at the end|finally)\b|,"
)
"""Words that several sounds stand on both sides of."""
FORTY = (
    "audio.all",
    "audio.clauses",
    "sf.all",
    "sound.all",
    "sound.clauses",
    "story.back",
    "story.hand",
)


@pytest.fixture(autouse=True)
def tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's fingers slip: a name that was mistyped is no missing name."""
    monkeypatch.setattr(noise, "NOISY", 0.0)


def told(split: Split, count: int = 300) -> Iterator[Story]:
    for seed in range(count):
        yield stories.story(Random(f"{split} {seed}"), book(split))[0]


def called(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


def test_every_new_section_has_forty_phrasings() -> None:
    assert {name: n for name in FORTY if (n := len(sections()[name].lines)) < 40} == {}


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_a_request_for_several_sounds_is_one_phrase_with_all_of_them(split: Split) -> None:
    starts = Counter[str]()
    for seed in range(200):
        d = Dialogue(Random(seed), book(split))
        make.sounds(d)
        (said,) = d.calls[0].phrases()
        asked = d.messages[0].text
        assert d.calls[0].task == "audio"
        assert said in asked
        assert JOINED.search(said), said
        rest = asked[asked.index(said) + len(said) :]
        assert not re.search(r"\b(?:then|while|followed|over)\b", rest), (said, asked)
        starts["sounds of" if "sounds of" in asked else "sound of" if "sound of" in asked else "else"] += 1
    assert min(starts.values()) > 10, starts


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_each_request_of_a_story_is_about_the_medium_that_its_words_mean(split: Split) -> None:
    seen = Counter[str]()
    for d in told(split):
        shelf: list[Media] = []
        assert 4 <= len(d.messages) // 2 <= 9
        assert len(d.log) == len(d.messages) // 2
        for (how, handle), user, reply in zip(d.log, d.messages[::2], d.messages[1::2], strict=True):
            sent = [part for part in user.parts if isinstance(part, Media)]
            shelf += sent
            text = user.text.lower()
            calls = called(reply)
            if how in ("it", "kind", "nth", "sent", "original", "made", "other", "other.one", "new"):
                first = calls[0].refs("image", "video", "audio")[0]
                assert first == handle, (text, calls)
                kind = first.partition("#")[0]
                same = [one for one in shelf if one.kind == kind]
                own = [one for one in same if "call" not in one.meta]
                right = {
                    "it": [shelf[-1]], "kind": [same[-1]], "new": sent, "original": own, "made": [one for one in same if "call" in one.meta],
                    "nth": [one for n, one in enumerate(same[:6]) if ORDINALS[n] in text or re.search(rf"\b(?:{n + 1}|{stories.ONES[n + 1]})\b", text)],
                    "sent": [one for n, one in enumerate(own[:6]) if ORDINALS[n] in text], "other": own, "other.one": own,
                }[how]  # fmt: skip
                marked = any(isinstance(part, Region) for part in user.parts)
                assert marked or first in [one.handle for one in right], (how, text, first)
                assert how not in ("original", "made") or len(right) == 1
                assert how not in ("other", "other.one") or len(right) == 2
                if how in ("kind", "nth", "sent", "original", "made", "other") and not marked:
                    assert re.search(rf"\b(?:{NOUNS[kind]})\b", text), (how, text)
            shelf += [part for part in reply.parts if isinstance(part, Media)]
            seen[how] += 1
        assert len({medium.kind for medium in shelf} - {"mask"}) > 1 or len(d.shelf) > 1
    assert set(seen) >= {
        "it",
        "kind",
        "nth",
        "sent",
        "original",
        "made",
        "other",
        "other.one",
        "new",
        "hand",
        "mask",
        "same",
    }


def test_after_a_clip_was_followed_black_and_white_is_meant_for_the_clip() -> None:
    clips = Counter[bool]()
    for d in told("train", 300):
        for before, reply, (how, _) in zip(d.messages[1::2], d.messages[3::2], d.log[1:], strict=False):
            if how == "it" and any(call.task == "video_segment" for call in called(before)):
                made = [part.handle for part in before.parts if isinstance(part, Media) and part.kind == "video"]
                clips[called(reply)[0].refs("video")[:1] == made] += 1
    assert clips[True] > 20
    assert clips[False] == 0


def test_stories_come_in_training() -> None:
    groups = Counter(example.group.split(".")[0] for example in islice(examples(8), 3000))
    assert groups["story"] > 80
