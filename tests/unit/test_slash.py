"""Slash commands: a person's own words become one call, or a sentence that says what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.expert import Param
from models.grammar import parse, write_call
from models.slash import help_text, parse_slash
from models.tasks import TASKS
from models.values import Box, Failure, Labelled, Media, Phrase, Ref, Region, Span, TaskCall
from tests.unit import strategies as values

BOX = Box(0.1, 0.1, 0.5, 0.5)


def medium(handle: str, **meta: object) -> Media:
    return Media(handle.partition("#")[0], handle, "f", meta)  # type: ignore[arg-type]


SHELF = {h: medium(h) for h in ("image#1", "audio#1", "image#2", "video#1")} | {
    "mask#1": medium("mask#1", of="image#1")
}


def call(text: str, regions: tuple[Region, ...] = (), shelf: dict[str, Media] = SHELF) -> TaskCall:
    result = parse_slash(text, shelf, regions)
    assert isinstance(result, TaskCall), result
    return result


def failure(text: str, shelf: dict[str, Media] = SHELF) -> Failure:
    result = parse_slash(text, shelf)
    assert isinstance(result, Failure), result
    return result


@pytest.mark.parametrize(
    "text", ["hello", "", "segment the dog", "/etc/passwd is a file", "/ segment", "//segment", "1/2"]
)
def test_ordinary_words_are_no_command(text: str) -> None:
    assert parse_slash(text, SHELF) is None


def test_the_latest_medium_that_fits_is_taken() -> None:
    assert call("/segment").args == (Ref("image#2"),)
    assert call("/extract time=2").args == (Ref("video#1"),)
    assert call("/audio_adjust fade_out seconds=2") == TaskCall(
        "t1", "audio_adjust", (Ref("video#1"),), {"op": "fade_out", "seconds": "2"}
    )


def test_a_named_medium_wins() -> None:
    assert call("/segment image#1 the big dog").args == (Ref("image#1"), Phrase("the big dog"))
    assert call("/segment the big dog in @Image#1.").args == (Ref("image#1"), Phrase("the big dog in"))


def test_regions_drawn_for_this_turn_are_added_with_the_medium_they_are_on() -> None:
    drawn = (Region(1, "image#1", BOX), Region(2, "image#1", BOX))
    assert call("/remove", drawn).args == (Ref("image#1"), Ref("region#1"), Ref("region#2"))
    assert call("/remove region#2", drawn).args == (Ref("image#1"), Ref("region#2"))
    assert call("/remove image#2", drawn).args == (Ref("image#2"),)
    assert call("/detect cars", drawn).args == (Ref("image#1"), Phrase("cars"), Ref("region#1"), Ref("region#2"))
    assert call("/image a cat", drawn).args == (Phrase("a cat"),)


def test_a_mask_brings_the_picture_that_it_is_of() -> None:
    assert call("/adjust blur outside mask#1") == TaskCall(
        "t1", "adjust", (Ref("image#1"), Ref("mask#1")), {"op": "blur", "where": "outside"}
    )


def test_words_stay_as_the_person_wrote_them() -> None:
    words = "Two cats, (one black), say: it's 5 o'clock [again]  <task>!"
    assert call(f"/image {words} seed=7") == TaskCall("t1", "image", (Phrase(words),), {"seed": "7"})


def test_quotes_boxes_and_spans_are_read_as_in_a_call() -> None:
    assert call('/image "a red fox"').args == (Phrase("a red fox"),)
    assert call('/layout "a park" "a dog"<box>100,100,500,500</box>').args == (Phrase("a park"), Labelled("a dog", BOX))
    assert call("/extract <t>2-5</t>").args == (Ref("video#1"), Span(2, 5))
    assert call("/segment image#1 <box>100,100,500,500</box>").args == (Ref("image#1"), BOX)


def test_words_between_quotes_are_not_taken_for_settings() -> None:
    result = call('/adjust sharpen the sign "no blur" outside')
    assert result.params == {"op": "sharpen", "where": "outside"}
    assert result.args == (Ref("video#1"), Phrase('the sign "no blur"'))


def test_words_that_a_task_cannot_use_are_named() -> None:
    assert call("/extract the last frame frame=-1").warnings == ("ignored “the last frame”",)


def test_what_is_missing_is_said_in_a_sentence() -> None:
    nothing: dict[str, Media] = {}
    assert failure("/segment", nothing).what == "segment needs a picture to work on."
    assert failure("/segment", nothing).hint == "Attach a picture, or name one, such as image#1."
    assert failure("/image").what == "image needs a description."
    assert failure("/adjust image#1").what == "adjust needs op=: what to do."
    assert failure("/segment image#9").what == "There is no image#9 here."
    assert failure("/segment image#9").hint == "You can use image#1, audio#1, image#2, video#1 or mask#1."
    assert failure("/image " + "x" * 5000).what == "The command is too long."


def test_an_unknown_command_is_told_with_the_nearest_one() -> None:
    assert failure("/segmnt").what == "There is no command /segmnt."
    assert failure("/segmnt").hint.startswith("Did you mean /segment? ")


def test_help_names_every_command_or_all_about_one() -> None:
    assert all(f"/{name}:" in help_text() for name in TASKS)
    assert failure("/help").hint == help_text()
    about = failure("/help audio-adjust").hint
    assert "fade_out" in about
    assert "(-60 to 40)" in about


@given(st.sampled_from(sorted(TASKS)), values.hostile, st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_words_after_a_command_give_a_call_that_can_be_written_or_a_sentence(
    name: str, words: str, empty: bool
) -> None:
    result = parse_slash(f"/{name} {words}", {} if empty else SHELF, [Region(2, "image#1", BOX)])
    if isinstance(result, TaskCall):
        (read,) = parse(write_call(result))
        assert isinstance(read, TaskCall)
        assert (read.task, read.params) == (result.task, result.params)
        assert read.refs() == result.refs()
    else:
        assert isinstance(result, Failure)
        assert result.what.endswith(".")
        assert result.hint


def test_a_choice_by_name_alone_is_no_word_of_a_description() -> None:
    """Euler is a scheduler, and may be whom the picture shall show."""
    by = Param("scheduler", "choice", "by which rule", choices=("euler", "ddim"), bare=False)
    tasks = {**TASKS, "image": replace(TASKS["image"], params=(*TASKS["image"].params, by))}

    def read(text: str) -> TaskCall:
        found = parse_slash(text, {}, (), tasks)
        assert isinstance(found, TaskCall)
        return found

    said = read("/image a portrait of Leonhard Euler")
    assert (said.phrases(), said.params) == (["a portrait of Leonhard Euler"], {})
    assert read("/image a portrait scheduler=Euler").params["scheduler"].lower() == "euler"
    (written,) = parse("<task>image a portrait of Leonhard Euler</task>", tasks=tasks)
    assert isinstance(written, TaskCall)
    assert "scheduler" not in written.params
