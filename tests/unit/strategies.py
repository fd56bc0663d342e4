"""Hypothesis strategies of the values that the grammar can spell, and of hostile streams."""

from __future__ import annotations

from hypothesis import strategies as st

from models.tasks import TASKS
from models.values import GRID, Box, Grounding, Labelled, Phrase, Point, Ref, Span, TaskCall, Text

PIECES = (
    "<task>", "</task>", "<ref>", "</ref>", "<box>", "</box>", "<pt>", "</pt>", "<t>", "</t>", "<seg>", "@image#1", "@mask#",
    "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|im_end|>", "<\\task>", "@\\video#2", "\\",
    '"', "\\n", "\n", ",", " ", "segment", "image", "layout", "adjust", "image#1", "region#2", "image#999999999999", "seed=",
    "op=blur", "7", "1,2,3,4", "(1,2),(3,4)", "[[5,6,7,8]]", "nan", "inf", "-1e999", "0.5,0.5,1.0,1.0", "2-5", "5-2", "<", "@",
    "é", "\u200b", "\U0001f600", "\x00", "“", "”", "9" * 50,
)  # fmt: skip

words = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.text(alphabet='<\\>/taskref"@#1', max_size=30),
)
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join)

grid = st.integers(0, GRID)
numbers = st.integers(1, 999_999_999)
media_handles = st.builds("{}#{}".format, st.sampled_from(("image", "video", "audio", "mask")), numbers)
handles = st.one_of(media_handles, numbers.map("region#{}".format))
boxes = (
    st.tuples(grid, grid, grid, grid).filter(lambda b: b[0] != b[2] and b[1] != b[3]).map(lambda b: Box.from_tokens(*b))
)
points = st.builds(lambda x, y, positive: Point(x / GRID, y / GRID, positive), grid, grid, st.booleans())
seconds = st.floats(0, allow_nan=False, allow_infinity=False)
spans = st.tuples(seconds, seconds).filter(lambda s: s[0] != s[1]).map(lambda s: Span(min(s), max(s)))
args = st.one_of(
    handles.map(Ref), words.map(Phrase), st.builds(Labelled, words, boxes), boxes, points, spans
)  # fmt: skip
names = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
params = st.dictionaries(names, words, max_size=4)


@st.composite
def calls(draw: st.DrawFn, call_id: str = "t1") -> TaskCall:
    """A call of a known task with arguments that it may have, or of an unknown task with any arguments."""
    name = draw(st.one_of(st.sampled_from(sorted(TASKS)), names))
    chosen = tuple(draw(st.lists(args, max_size=6)))
    if name in TASKS:
        lays_out = "labelled" in TASKS[name].takes
        chosen = tuple(a for a in chosen if not isinstance(a, Box if lays_out else Labelled))
    return TaskCall(call_id, name, chosen, draw(params))


groundings = st.builds(
    Grounding, words, st.lists(boxes, max_size=3).map(tuple), st.lists(points, max_size=3).map(tuple),
    st.lists(spans, max_size=2).map(tuple), st.booleans(), st.one_of(st.just(""), media_handles),
)  # fmt: skip


@st.composite
def replies(draw: st.DrawFn) -> tuple[Text | Grounding | TaskCall, ...]:
    """The parts of a reply as the parser would give them: no empty and no neighbouring texts, calls numbered."""
    parts: list[Text | Grounding | TaskCall] = []
    count = 0
    for kind in draw(st.lists(st.sampled_from(("text", "ref", "task")), max_size=6)):
        if kind == "text":
            text = draw(words)
            if text and not (parts and isinstance(parts[-1], Text)):
                parts.append(Text(text))
        elif kind == "ref":
            parts.append(draw(groundings))
        else:
            count += 1
            parts.append(draw(calls(f"t{count}")))
    return tuple(parts)
