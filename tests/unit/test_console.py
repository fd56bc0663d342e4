"""The console chat over the real engine with a scripted model: what a person types, and what is printed."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.console import OWNER_FILE, chat
from app.engine import Engine
from app.events import Progress
from app.history import History
from app.screen import Screen, plain
from app.session import owner_of
from app.settings import Settings
from models.expert import Refusal
from models.values import (
    Box,
    Checkpoint,
    Failure,
    Grounding,
    Media,
    Message,
    Point,
    Polygon,
    Profile,
    Region,
    Step,
    Stroke,
    TaskCall,
    Text,
)
from models.video import VideoWriter

EXPERT = """
TASK = "segment"
NAME = "Left half (test)"

def load(checkpoint, device):
    import numpy as np
    from models.expert import Masks

    def run(call, inputs, report):
        report(0.5, "cutting")
        pixels = inputs.values[inputs.first(call, "image")].pixels
        array = np.zeros((1, *pixels.shape[:2]), bool)
        array[0, :, : pixels.shape[1] // 2] = True
        return Masks(array, ["left"], [1.0])

    return run
"""


class Scripted:
    """A model that writes what it was told to, piece by piece, and keeps what it was asked."""

    name = "scripted"

    def __init__(self) -> None:
        self.replies: list[list[str]] = []
        self.asked: list[Message] = []

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        self.asked.append(messages[-1])
        for piece in self.replies.pop(0):
            if piece == "^C":
                raise KeyboardInterrupt
            yield piece


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    from PIL import Image

    path = tmp_path / "photo of a dog.png"
    Image.new("RGB", (40, 20), "red").save(path)
    return path


@pytest.fixture
def talk(tmp_path: Path, model: Scripted) -> Iterator[Callable[..., str]]:
    folder = tmp_path / "experts"
    folder.mkdir()
    (folder / "left_half.py").write_text(EXPERT)
    profile = Profile("test", Checkpoint("scripted"), {"segment": (Checkpoint("left_half"),)})
    engine = Engine(Settings(data=tmp_path / "data", experts_folder=folder, device="cpu"), model, profile)

    def run(*lines: str) -> str:
        waiting = list(lines)

        def read(_prompt: str) -> str:
            if not waiting:
                raise EOFError
            if waiting[0] == "^C":
                waiting.pop(0)
                raise KeyboardInterrupt
            return waiting.pop(0)

        out = io.StringIO()
        assert chat(engine, read, out) == 0
        return out.getvalue().partition("/quit leaves.\n")[2]

    yield run
    engine.close()


def test_words_are_printed_once_as_they_come(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [["Hel", "lo ", "<", "3", "\n", "you"], ["Again."]]
    assert talk("hi", "and now?") == "Hello <3\nyou\nAgain.\n"
    assert [m.text for m in model.asked] == ["hi", "and now?"]


def test_an_empty_line_asks_nothing_and_quit_leaves(talk: Callable[..., str], model: Scripted) -> None:
    assert talk("", "  ", "/quit", "never read") == ""
    assert model.asked == []


def test_a_drawn_box_is_cut_out_and_the_result_has_a_path(
    talk: Callable[..., str], model: Scripted, picture: Path
) -> None:
    model.replies = [["Here you are. ", "<task>segment image#1 reg", "ion#1</task>", "Done."]]
    printed = talk(
        f"/add {picture}", "/draw box 0,0,500,1000", "/draw point 250,500", "/draw point 900,500,-", "cut it out"
    )
    assert "image#1 is attached." in printed
    assert "region#1 is drawn on image#1." in printed
    assert printed.count("The point is added to region#1 on image#1.") == 2
    assert "Here you are. \n> <task>segment image#1 region#1</task>\n" in printed
    assert "Left half (test), seed " in printed
    (path,) = [line.split(": ", 1)[1] for line in printed.splitlines() if line.startswith("  mask#1")]
    assert Path(path).is_file()
    assert printed.endswith("Done.\n")
    region = next(part for part in model.asked[0].parts if isinstance(part, Region))
    assert region == Region(1, "image#1", Box(0, 0, 0.5, 1), (Point(0.25, 0.5), Point(0.9, 0.5, False)))


def test_a_slash_command_needs_no_model_and_its_result_can_be_used_and_exported(
    talk: Callable[..., str], model: Scripted, picture: Path
) -> None:
    model.replies = [["I see."]]
    printed = talk(f'/add "{picture}"', "/segment", "/use mask#1", "look", "/export rle", "/export image#1")
    assert "> <task>segment image#1</task>" in printed
    assert "mask#1 goes with the next message." in printed
    assert [part.handle for part in model.asked[0].parts if hasattr(part, "handle")] == ["mask#1"]
    exported = [Path(line.strip()) for line in printed.splitlines()[-2:]]
    assert all(path.is_file() for path in exported)
    assert exported[1].suffix == ".png"
    drawn = Path(talk("/segment", f'/add "{picture}"', "/segment", "/export svg").splitlines()[-1].strip())
    assert "<svg" in drawn.read_text()


def test_every_shape_can_be_typed_named_and_taken_away(
    talk: Callable[..., str], model: Scripted, picture: Path
) -> None:
    model.replies = [["ok"]]
    printed = talk(
        f"/add {picture}", "/draw outline 100,100 900,100 500,800", "/draw line 0.1,0.1 0.5,0.5 - width=0.1",
        "/draw name the  dog", "/draw box 0,0,9,9", "/draw undo", "look",
    )  # fmt: skip
    assert "The scribble is added to region#1 on image#1." in printed
    assert "region#1 is called the dog." in printed
    assert "region#2 is taken away." in printed
    (region,) = [part for part in model.asked[0].parts if isinstance(part, Region)]
    assert (region.label, region.box) == ("the dog", None)
    assert region.polygons == (Polygon(((0.1, 0.1), (0.9, 0.1), (0.5, 0.8))),)
    assert region.strokes == (Stroke(((0.1, 0.1), (0.5, 0.5)), 0.1, False),)


def test_a_moment_of_a_video_is_drawn_on_and_one_outside_is_refused(
    talk: Callable[..., str], model: Scripted, tmp_path: Path
) -> None:
    model.replies = [["ok"]]
    with VideoWriter(tmp_path / "clip.mp4", 32, 32, 10.0) as writer:
        for level in range(20):
            writer.write(np.full((32, 32, 3), 10 * level, np.uint8))
    printed = talk(
        f"/add {tmp_path / 'clip.mp4'}", "/draw point 500,500", "/frame 1.5", "/draw point 100,100", "/frame video#1 #12",
        "/draw box 0,0,500,500", "/frame 9", "/frame now", "look",
    )  # fmt: skip
    assert "What you draw on video#1 lies at 1.50 s." in printed
    assert "! A region is drawn at 9.00 s, outside video#1." in printed
    assert (
        "! /frame needs a moment. Write /frame video#1 1.5 for seconds, or /frame video#1 #12 for a frame." in printed
    )
    regions = [part for part in model.asked[0].parts if isinstance(part, Region)]
    assert [region.time for region in regions] == pytest.approx([0.0, 1.5, 1.2])


def test_an_earlier_mask_is_refined_and_the_answer_made_again(
    talk: Callable[..., str], model: Scripted, picture: Path
) -> None:
    model.replies = [["one"], ["two"]]
    printed = talk(
        f"/add {picture}", "/segment", "/draw mask#1", "/draw point 10,10 image#1", "more", "/retry 5", "/media"
    )
    regions = [part for part in model.asked[0].parts if isinstance(part, Region)]
    assert [(region.of, region.mask) for region in regions] == [("image#1", "mask#1"), ("image#1", None)]
    assert "one\ntwo\n" in printed
    listed = [line.split(":")[0].strip() for line in printed.splitlines()[-2:]]
    assert listed == ["image#1", "mask#1 (left)"]


def test_what_was_drawn_and_attached_goes_with_one_message_only(
    talk: Callable[..., str], model: Scripted, picture: Path
) -> None:
    model.replies = [["a"], ["b"]]
    talk(f"/add {picture}", "/draw box 0.1,0.1,0.5,0.5", "first", "second")
    assert len(model.asked[0].parts) == 3
    assert model.asked[1].parts == (Text("second"),)


def test_a_new_conversation_has_no_media(talk: Callable[..., str], picture: Path) -> None:
    printed = talk(f"/add {picture}", "/new", "/use image#1")
    assert printed.endswith("A new conversation.\n! There is no image#1 here. There are: none yet.\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/add", "! /add needs a file. Write it as in /add photo.jpg."),
        ("/add no such.png", "! There is no such file. Write it as in /add photo.jpg."),
        ("/draw box 1,2,3,4", "! There is nothing to draw on. Attach a picture or video first: /add FILE."),
        (
            "/draw box 1,2,3",
            "! /draw box: a box without four numbers was left out. Write it as in /draw box 100,100,500,500.",
        ),
        ("/draw box [[1,2,3,4],[5,6,7,8]]", "! /draw box: one at a time. Write it as in /draw box 100,100,500,500."),
        ("/draw box nan,0,5,5", "! /draw box: a box with a number that is not a number was left out."),
        (
            "/draw point x",
            "! /draw point: a point without two numbers was left out. Write it as in /draw point 500,500.",
        ),
        ("/draw box 1,2,3,4 image#5", "! There is no image#5 here. There are: none yet."),
        ("/draw", "! /draw needs a shape. Draw box, point, line, outline, stretch, mask#1, name or undo;"),
        ("/draw star 1,2", "! /draw does not know star."),
        (
            "/draw line 5,5",
            "! /draw line: it needs at least 2 points. Write it as in /draw line 100,100 500,200 900,100.",
        ),
        ("/draw outline 5,5 x 7,7", "! /draw outline: a point without two numbers was left out."),
        ("/draw name a dog", "! There is nothing to name. Draw first"),
        ("/draw undo", "! Nothing is drawn."),
        ("/draw mask#3", "! region#1 is drawn on something that is not in this conversation."),
        ("/frame 1", "! There is no video here. Add one: /add clip.mp4."),
        ("/frame image#1 1", "! image#1 is no video here."),
        ("/retry soon", "! /retry takes a seed or nothing."),
        ("/retry", "! There is no such message to go on from. Send a message first."),
        ("/use", "! There is no handle named here. There are: none yet."),
        ("/export", "! There are no masks to export yet."),
        ("/export coco mask#2", "! There is no mask#2 here."),
        ("/segmnt", "! There is no command /segmnt. Did you mean /segment?"),
        ("/segment", "! segment needs a picture to work on. Attach a picture, or name one, such as image#1."),
    ],
)
def test_a_mistyped_command_says_what_to_type(talk: Callable[..., str], line: str, said: str) -> None:
    assert talk(line).startswith(said)


def test_numbers_outside_the_picture_are_moved_with_a_word(talk: Callable[..., str], picture: Path) -> None:
    printed = talk(f"/add {picture}", "/draw box -5,0,3000,500 image#1")
    assert "(numbers outside 0..1000 were moved to the edge)" in printed
    assert "region#1 is drawn on image#1." in printed


def test_a_broken_file_is_refused_in_words(talk: Callable[..., str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    printed = talk(f"/add {broken}")
    assert printed.startswith("! ")
    assert str(tmp_path) not in printed


def test_help_names_the_verbs_and_the_tasks(talk: Callable[..., str]) -> None:
    printed = talk("/help")
    assert "/add FILE" in printed
    assert "/segment: cut out" in printed
    assert talk("/help segment").startswith("/segment: cut out")


def test_ctrl_c_ends_the_reply_and_not_the_chat(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [["Half a", "^C"], ["Whole."]]
    printed = talk("one", "^C", "two")
    assert "(stopped)" in printed
    assert "Type /quit to leave." in printed
    assert printed.endswith("Whole.\n")


def test_a_reply_cannot_steer_the_terminal(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [["\x1b[2J\x9b31mhi\r\ud800\u200d\xa0"]]
    assert talk("hi") == "\ufffd[2J\ufffd31mhi\ufffd\ufffd\u200d\xa0\n"
    assert plain("a\tb\nc") == "a\tb\nc"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def no_file(_handle: str) -> Path:
    raise Refusal("The file is gone.")


def test_progress_overwrites_itself_on_a_terminal_and_is_wiped() -> None:
    out = Terminal()
    screen = Screen(out, no_file)
    screen.show(Message("assistant", (Text("Wait"),)))
    screen.progress(Progress("t1", "image", "Sprites", 0.25, "drawing", 1.0, 3.0))
    screen.progress(Progress("t1", "image", "Sprites", 0.5, "", 2.0))
    screen.show(Message("assistant", (Text("Wait, done"),)), last=True)
    first = "  Sprites:  25% drawing, 3 s left"
    second = "  Sprites:  50%"
    assert out.getvalue() == f"Wait\n\r{first}\r{second.ljust(len(first))}\r{' ' * len(second)}\r, done\n"


def test_progress_in_a_file_is_a_line_per_quarter() -> None:
    out = io.StringIO()
    screen = Screen(out, no_file)
    for step in range(101):
        screen.progress(Progress("t1", "image", "Sprites", step / 100, "drawing", 1.0))
    assert out.getvalue().count("\n") == 5


def test_every_part_of_a_reply_is_printed() -> None:
    out = io.StringIO()
    Screen(out, no_file).show(
        Message(
            "assistant",
            (
                Text("See "), Grounding("the dog", (Box(0.1, 0.2, 0.3, 0.4),), of="image#1"), Grounding("it"), Text("."),
                TaskCall("t1", "Odd Name", warnings=("mended",)), Step("t1", "image", "Sprites", "", 7, 1.25, ""),
                Failure("No.", "Try.", incident="17"),
            ),
        ),
        last=True,
    )  # fmt: skip
    assert out.getvalue() == (
        "See the dog [<box>100,200,300,400</box> in image#1]it.\n> Odd Name\n  (mended)\n"
        "  Sprites, seed 7, 1.2 s\n! No. Try. (incident 17)\n"
    )


@pytest.mark.parametrize("notes", [["“it” was taken for the dog", "no hat is known"], "no hat is known", None])
def test_what_a_result_notes_is_printed_under_it(notes: Any) -> None:
    out = io.StringIO()
    told = [notes] if isinstance(notes, str) else notes or []
    settings = {"notes": ["by=3 was changed to 1", *told]}
    step = Step("t1", "edit", "Sprites", "", 7, 1.25, "", settings=settings)
    made = [Media("image", f"image#{n}", "", {"label": "made blue", "notes": notes}) for n in (2, 3)]
    Screen(out, lambda handle: Path(f"{handle}.png")).show(Message("assistant", (step, *made)), last=True)
    assert out.getvalue().splitlines() == [
        "  Sprites, seed 7, 1.2 s", "  (by=3 was changed to 1)", *(f"  ({note})" for note in told),
        "  image#2 (made blue): image#2.png", "  image#3 (made blue): image#3.png",
    ]  # fmt: skip
    out = io.StringIO()
    Screen(out, lambda handle: Path(f"{handle}.png")).show(Message("user", (made[0],)), last=True)
    assert out.getvalue().splitlines()[1:] == [f"  ({note})" for note in told]


def test_the_terminals_conversations_cannot_be_asked_for_by_name(
    talk: Callable[..., str], model: Scripted, tmp_path: Path
) -> None:
    model.replies = [["Fine."], ["Again."]]
    talk("a secret")
    talk("another")
    data = tmp_path / "data"
    history = History(Settings(data=data).database)
    assert history.conversations("console") == []
    titles = [entry.title for entry in history.conversations(owner_of(data / OWNER_FILE))]
    assert titles == ["another", "a secret"], "every chat has the same owner"
    assert os.name == "nt" or (data / OWNER_FILE).stat().st_mode & 0o077 == 0
    history.close()
