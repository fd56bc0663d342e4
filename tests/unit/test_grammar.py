"""The token grammar: what is written reads back, and what a model may write never breaks the parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.grammar import (
    BODY_LIMIT,
    PHRASE_LIMIT,
    Event,
    Opening,
    Parser,
    escape_phrase,
    escape_text,
    join,
    parse,
    write,
    write_arg,
    write_call,
)
from models.tasks import TASKS
from models.values import (
    Arg,
    Box,
    Failure,
    Grounding,
    Labelled,
    Media,
    Part,
    Phrase,
    Point,
    Ref,
    Span,
    Step,
    TaskCall,
    Text,
)
from tests.unit import strategies as values

pytestmark = pytest.mark.filterwarnings("error")


def in_pieces(text: str, cuts: list[int]) -> list[Event]:
    parser, events, last = Parser(), [], 0
    for cut in sorted(c % (len(text) + 1) for c in cuts):
        events += parser.feed(text[last:cut])
        last = cut
    return [*events, *parser.feed(text[last:]), *parser.close()]


def only_call(text: str) -> TaskCall:
    (call,) = parse(text)
    assert isinstance(call, TaskCall)
    return call


@given(values.replies())
@settings(max_examples=600, deadline=None)
def test_every_reply_that_is_written_reads_back_the_same(parts: tuple[Text | Grounding | TaskCall, ...]) -> None:
    assert parse(write(parts)) == parts


@given(values.words)
@settings(max_examples=400, deadline=None)
def test_any_words_of_a_person_stay_words(words: str) -> None:
    assert parse(escape_text(words)) == ((Text(words),) if words else ())


@given(values.words)
@settings(max_examples=400, deadline=None)
def test_any_words_between_quotes_come_back_as_one_phrase(words: str) -> None:
    assert only_call(f'<task>image "{escape_phrase(words)}"</task>').args == (Phrase(words),)


@given(values.args)
@settings(max_examples=300, deadline=None)
def test_every_argument_reads_back_the_same(arg: Arg) -> None:
    assert only_call(f"<task>unheard_of {write_arg(arg)}</task>").args == (arg,)


@given(values.hostile, st.lists(st.integers(0, 2000), max_size=30))
@settings(max_examples=1000, deadline=None)
def test_hostile_streams_give_the_same_parts_however_they_are_cut(text: str, cuts: list[int]) -> None:
    assert join(in_pieces(text, cuts)) == parse(text)


@given(values.hostile)
@settings(max_examples=400, deadline=None)
def test_hostile_streams_give_the_same_parts_character_by_character(text: str) -> None:
    assert join(in_pieces(text, list(range(len(text))))) == parse(text)


@given(values.hostile)
@settings(max_examples=400, deadline=None)
def test_what_was_read_from_a_hostile_stream_can_be_written_and_read_again(text: str) -> None:
    def bare(parts: tuple[Part, ...]) -> list[Part]:
        kept: list[Part] = []
        for part in parts:
            if isinstance(part, TaskCall):
                kept.append(TaskCall("", part.task, part.args, part.params))
            elif isinstance(part, Grounding):
                kept.append(Grounding(part.phrase, part.boxes, part.points, part.spans, part.seg, part.of))
            elif isinstance(part, Text) and kept and isinstance(kept[-1], Text):
                kept[-1] = Text(kept[-1].text + part.text)
            elif not isinstance(part, Failure):
                kept.append(part)
        return kept

    once = bare(parse(text))
    twice = bare(parse(write(once)))
    assert [type(p) for p in twice] == [type(p) for p in once]
    assert [p for p in twice if isinstance(p, Text)] == [p for p in once if isinstance(p, Text)]


@given(values.hostile, st.lists(st.integers(0, 2000), max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_tag_is_ever_shown_in_part(text: str, cuts: list[int]) -> None:
    shown = [e.text for e in in_pieces(f"{text}<task>image</task>", cuts) if isinstance(e, Text)]
    assert all(shown)
    whole = "".join(p.text for p in parse(f"{text}<task>image</task>") if isinstance(p, Text))
    assert "".join(shown) == whole


@pytest.mark.parametrize(
    "character", ["\x00", "\ud7ff", "\ue000", "\uffff", "\U0001f600", "\U0010ffff", "\u202e", "\ud800"]
)
def test_every_plane_of_unicode_passes(character: str) -> None:
    parts = (
        Text(character),
        TaskCall("t1", "image", (Phrase(character * 3),), {"color": character}),
        Grounding(character),
    )
    assert parse(write(parts)) == parts


@pytest.mark.parametrize("task", TASKS.values(), ids=str)
def test_the_example_of_every_task_is_its_own_canonical_spelling(task: object) -> None:
    example = task.example  # type: ignore[attr-defined]
    call = only_call(example)
    assert write_call(call) == example
    assert call.warnings == ()


def test_a_reply_streams_words_at_once_and_shows_the_call_being_written() -> None:
    parser = Parser()
    assert parser.feed("Sure, here ") == [Text("Sure, here ")]
    assert parser.feed("it is: <ta") == [Text("it is: ")]
    assert parser.feed('sk>image "a f') == [Opening('image "a f')]
    assert parser.feed('ox"</ta') == [Opening('image "a fox"')]
    assert parser.feed("sk> Do") == [TaskCall("t1", "image", (Phrase("a fox"),)), Text(" Do")]
    assert parser.close() == []


def test_a_lone_less_than_sign_is_held_no_longer_than_needed() -> None:
    parser = Parser()
    assert parser.feed("1 <") == [Text("1 ")]
    assert parser.feed(" 2") == [Text("< 2")]
    assert parser.feed("<") == []
    assert parser.close() == [Text("<")]


def test_ids_come_from_the_caller() -> None:
    ids = iter(("t7", "t8"))
    assert [c.id for c in parse("<task>a</task><task>b</task>", lambda: next(ids)) if isinstance(c, TaskCall)] == [
        "t7",
        "t8",
    ]


def test_a_cut_off_call_says_so_and_keeps_what_it_has() -> None:
    call = only_call('<task>segment image#1 "the dog')
    assert call.args == (Ref("image#1"), Phrase("the dog"))
    assert call.warnings == ("the call was cut off", "a quote was not closed")


def test_a_call_inside_a_call_closes_the_first() -> None:
    first, second = parse('<task>image "a" <task>image "b"</task>')
    assert isinstance(first, TaskCall)
    assert isinstance(second, TaskCall)
    assert first.args == (Phrase("a"),)
    assert first.warnings == ("the call was not closed before the next one",)
    assert second == TaskCall("t2", "image", (Phrase("b"),))


def test_a_call_that_names_no_task_is_a_failure_with_a_sentence() -> None:
    empty, nameless = parse("<task> </task><task>image#1 7</task>")
    assert isinstance(empty, Failure)
    assert isinstance(nameless, Failure)
    assert empty.what == "A task call is empty."
    assert nameless.what == "A task call names no task: “image#1 7”."
    assert "segment" in nameless.hint


def test_only_so_many_failures_are_told_of_one_reply() -> None:
    assert len(parse("<task></task>" * 500)) == 20


def test_a_call_that_grows_beyond_the_limit_is_shown_as_text() -> None:
    body = 'image "' + "x" * BODY_LIMIT
    text, fault, rest = parse(f"<task>{body}</task> done")
    assert isinstance(text, Text)
    assert text.text == f"<task>{body}"[: BODY_LIMIT + len("<task>")]
    assert isinstance(fault, Failure)
    assert "too long" in fault.what
    assert rest == Text("x" * 7 + "</task> done")


def test_a_call_of_just_the_limit_is_run() -> None:
    phrase = "x" * (BODY_LIMIT - len('image ""'))
    assert only_call(f'<task>image "{phrase}"</task>').args == (Phrase(phrase),)
    assert len(parse(f'<task>image "{phrase}y"</task>')) == 3


@given(st.integers(-9, 9), st.lists(st.integers(0, 5000), max_size=8))
@settings(max_examples=200, deadline=None)
def test_the_limits_do_not_depend_on_the_cuts(extra: int, cuts: list[int]) -> None:
    for text in (f"<task>{'x' * (BODY_LIMIT + extra)}</task>!", f"<ref>{'x' * (PHRASE_LIMIT + extra)}</ref><seg>"):
        near = [c + BODY_LIMIT - 3 for c in range(20)] + [c + PHRASE_LIMIT - 3 for c in range(20)]
        assert join(in_pieces(text, cuts + near)) == parse(text)
        assert join(in_pieces(text[:-9], cuts + near)) == parse(text[:-9])


@pytest.mark.parametrize(
    "spelling",
    ["102,330,540,880", " 102 , 330 , 540 , 880 ", "(102,330),(540,880)", "(102, 330), (540, 880)", "[102,330,540,880]",
     "[[102, 330, 540, 880]]", "0.102,0.330,0.540,0.880", "[0.102, 0.330, 0.540, 0.880]", "540,880,102,330", "102 330 540 880"],
)  # fmt: skip
def test_boxes_are_read_in_the_spellings_of_other_models(spelling: str) -> None:
    box = Box(0.102, 0.33, 0.54, 0.88)
    assert only_call(f"<task>segment image#1 <box>{spelling}</box></task>").args == (Ref("image#1"), box)
    assert parse(f"<ref>dog</ref><box>{spelling}</box>") == (Grounding("dog", (box,)),)
    qwen = f"<|object_ref_start|>dog<|object_ref_end|><|box_start|>{spelling}<|box_end|>"
    assert parse(qwen) == (Grounding("dog", (box,)),)


def test_boxes_without_tags_are_read_inside_a_call() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    assert only_call("<task>segment image#1 [100, 200, 300, 400]</task>").args == (Ref("image#1"), box)
    assert only_call("<task>segment image#1 (100,200),(300,400)</task>").args == (Ref("image#1"), box)


@pytest.mark.parametrize(
    ("spelling", "args", "warning"),
    [
        ("<box>-5,0,2000,500</box>", (Box(0, 0, 1, 0.5),), "numbers outside 0..1000 were moved to the edge"),
        ("<box>0,0,inf,1e999</box>", (Box(0, 0, 1, 1),), "numbers outside 0..1000 were moved to the edge"),
        ("<box>nan,0,5,5</box>", (), "a box with a number that is not a number was left out"),
        ("<box>5,5,5,9</box>", (), "an empty box was left out"),
        ("<box>2000,0,3000,9</box>", (), "an empty box was left out"),
        ("<box>1,2,3</box>", (), "a box without four numbers was left out"),
        ("<box>1,2,3,4", (Box(0.001, 0.002, 0.003, 0.004),), "<box> was not closed"),
        ("<pt>5,nan</pt>", (), "a point with a number that is not a number was left out"),
        ("<pt>5000,-1</pt>", (Point(1, 0),), "numbers outside 0..1000 were moved to the edge"),
        ("<t>5-5</t>", (), "an empty or endless time span was left out"),
        ("<t>1-inf</t>", (), "an empty or endless time span was left out"),
        ("<t>nan-2</t>", (), "a time span with a number that is not a number was left out"),
        ("<t>7</t>", (), "a time span without two numbers was left out"),
        ("seed=", (), "seed= has no value"),
        ("seed=1 seed=2", (), "seed was given twice; the last one counts"),
        ("<blink>", (), "ignored “<”"),
    ],
)
def test_what_had_to_be_mended_is_named(spelling: str, args: tuple[Arg, ...], warning: str) -> None:
    call = only_call(f"<task>extract {spelling}</task>")
    assert call.args == args
    assert warning in call.warnings


def test_a_time_span_may_be_written_backwards_and_with_units() -> None:
    assert only_call("<task>extract video#1 <t>5.5s - 2s</t></task>").args == (Ref("video#1"), Span(2, 5.5))


def test_a_phrase_with_a_box_is_one_item_for_a_layout_and_two_things_for_a_segmentation() -> None:
    box = Box(0.1, 0.1, 0.9, 0.9)
    for gap in ("", " "):
        written = f'"a park" "dog"{gap}<box>100,100,900,900</box>'
        assert only_call(f"<task>layout {written}</task>").args == (Phrase("a park"), Labelled("dog", box))
        assert only_call(f"<task>segment {written}</task>").args == (Phrase("a park"), Phrase("dog"), box)


def test_a_description_without_quotes_is_still_read() -> None:
    call = only_call("<task>image a red fox seed=7</task>")
    assert call.args == (Phrase("a red fox"),)
    assert call.params == {"seed": "7"}
    assert call.warnings == ("words without quotes were read as the description",)


def test_a_bare_choice_is_taken_as_the_setting_and_other_words_are_named() -> None:
    call = only_call("<task>audio_adjust audio#1 fade_out please seconds=2,</task>")
    assert call.params == {"op": "fade_out", "seconds": "2"}
    assert call.warnings == ("ignored “please”",)


def test_many_faults_are_told_as_a_few() -> None:
    call = only_call("<task>extract " + " ".join(f"w{n}" for n in range(100)) + "</task>")
    assert len(call.warnings) == 9
    assert call.warnings[-1] == "and 92 more"


def test_a_grounding_points_into_its_medium() -> None:
    written = "See <ref>the dog</ref> <box>1,2,3,4</box><pt>5,6</pt><t>1-2</t><seg>@video#2, there."
    box, point = Box(0.001, 0.002, 0.003, 0.004), Point(0.005, 0.006)
    grounding = Grounding("the dog", (box,), (point,), (Span(1, 2),), True, "video#2")
    assert parse(written) == (Text("See "), grounding, Text(", there."))


def test_words_after_a_handle_do_not_join_its_number() -> None:
    for text in ("2 dogs", "\\2", "\\", " @image#3", "<box>1,2,3,4</box>"):
        parts = (Grounding("a", of="image#1"), Text(text))
        assert parse(write(parts)) == parts


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("<ref>a dog", (Grounding("a dog", warnings=("the reference was not closed",)),)),
        ("<ref>a<ref>b</ref>", (Grounding("a", warnings=("the reference was not closed",)), Grounding("b"))),
        ("<ref><ref>b</ref>", (Text("<ref>"), Grounding("b"))),
        ("<ref>a</ref><box>1,2", (Grounding("a", warnings=("<box> was cut off and left out",)),)),
        (
            "<ref>a</ref><box>x</box>!",
            (Grounding("a", warnings=("a box without four numbers was left out",)), Text("!")),
        ),
        ("</ref></task><box>1</box>", (Text("</ref></task><box>1</box>"),)),
        ("<ref>a</ref>@image#", (Grounding("a"), Text("@image#"))),
        ("<ref>a</ref>@region#1", (Grounding("a"), Text("@region#1"))),
    ],
)
def test_a_broken_reference_degrades(written: str, parts: tuple[Part, ...]) -> None:
    assert parse(written) == parts


def test_ten_thousand_boxes_are_cut_to_a_few_hundred() -> None:
    (grounding,) = parse("<ref>a</ref>" + "<box>1,2,3,4</box>" * 10_000)
    assert isinstance(grounding, Grounding)
    assert len(grounding.boxes) == 256
    assert grounding.warnings == ("places after the first 256 were left out",)


def test_the_writer_leaves_out_what_no_model_writes() -> None:
    step = Step("t1", "image", "Sprites", "", 1, 0.5, "<task>image</task>")
    assert write([Text("a<ta"), Media("image", "image#1", "x.png"), Failure("no"), step, Text("sk>")]) == "a<\\task>"


@pytest.mark.parametrize(
    "call",
    [TaskCall("t1", "No Name"), TaskCall("t1", ""), TaskCall("t1", "image", (Ref("x#1"),)), TaskCall("t1", "image", (), {"a b": "1"}),
     TaskCall("t1", "image", (Ref("image#01"),))],
)  # fmt: skip
def test_the_writer_refuses_names_that_could_not_be_read_back(call: TaskCall) -> None:
    with pytest.raises(ValueError, match="is not a"):
        write_call(call)
