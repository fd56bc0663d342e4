"""What a person types about messages and whole conversations in the terminal: on the real engine with a scripted model."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_stubs import Scripted, make_engine, picture, write_expert

from app.console import chat

CALLS = {"cut": "<task>segment image#1</task>", "draw": '<task>image "a fox"</task>'}
LEFT = """
    array = np.zeros((1, 12, 16), bool)
    array[0, :, : 8] = True
    return Masks(array, ["left"], [1.0], meta={"notes": [",".join(inputs.regions)]})
"""


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Callable[..., str]]:
    write_expert(tmp_path / "experts", "left", "segment", LEFT)
    engine = make_engine(tmp_path, Scripted(lambda words: CALLS.get(words, f"You said {words}.")))

    def run(*lines: str) -> str:
        waiting = list(lines)

        def read(_prompt: str) -> str:
            if not waiting:
                raise EOFError
            return waiting.pop(0)

        out = io.StringIO()
        assert chat(engine, read, out) == 0
        return out.getvalue().partition("/quit leaves.\n")[2]

    yield run
    engine.close()


def test_messages_are_listed_said_in_other_words_and_their_variants_chosen(talk: Callable[..., str]) -> None:
    printed = talk("one", "two", "/said", "/reword 0 uno", "/said", "/variant 0", "/reword zwei", "/said")
    assert printed == (
        "You said one.\nYou said two.\n"
        "  0 you: one\n  1 reply: You said one.\n  2 you: two\n  3 reply: You said two.\n"
        "You said uno.\n"
        "  4 you: uno [beside 0]\n  5 reply: You said uno.\n"
        "  0 you: one [beside 4]\n  1 reply: You said one.\n  2 you: two\n  3 reply: You said two.\n"
        "You said zwei.\n"
        "  0 you: one [beside 4]\n  1 reply: You said one.\n  6 you: zwei [beside 2]\n  7 reply: You said zwei.\n"
    )


def test_a_number_that_names_no_message_is_a_word(talk: Callable[..., str]) -> None:
    assert talk("one", "/reword 12 cats").endswith("You said 12 cats.\n")


def test_what_was_taken_back_waits_with_its_files_and_marks_or_comes_back(
    talk: Callable[..., str], tmp_path: Path
) -> None:
    photo = picture(tmp_path / "p.png")
    printed = talk(
        f"/add {photo}", "/draw box 0,0,500,500", "look", "/undo", "look again", "/said", "/undo", "/redo", "/redo"
    )
    assert "  Taken back: look\n  image#1, region#1 wait for the next message.\n" in printed
    assert "  2 you: look again (image#1, region#1) [beside 0]\n" in printed
    assert "  Here again: You said look again.\n! Nothing was taken back here." in printed
    assert talk("one", "/undo", "/said") == (
        "You said one.\n  Taken back: one\n  /redo shows it again.\n  There is nothing here yet.\n"
    )


def test_a_message_is_answered_again_as_it_was_meant(talk: Callable[..., str], tmp_path: Path) -> None:
    first, second = picture(tmp_path / "a.png", 10), picture(tmp_path / "b.png", 20)
    printed = talk(
        f"/add {first}", f"/add {second}", "/draw box 0,0,500,500 image#1", "cut", "/meant none", "/meant image#2",
        "/meant task=image", "/meant",
    )  # fmt: skip
    calls = [line for line in printed.splitlines() if line.startswith("> ")]
    assert calls == [
        "> <task>segment image#1</task>", "> <task>segment image#1</task>", "> <task>segment image#2</task>",
        "> <task>segment image#1</task>", '> <task>image "cut"</task>',
    ]  # fmt: skip
    assert printed.endswith("! /meant needs what was meant. Write it as in /meant image#2 region#1 task=remove.\n")


def test_a_branch_goes_its_own_way_and_conversations_are_found_named_and_opened(talk: Callable[..., str]) -> None:
    printed = talk(
        "the old lighthouse", "two", "/branch 1", "three", "/said", "/rename Sea marks", "/search LIGHTHOUSE old", "/open 2",
        "/search ferry", "/open 1",
    )  # fmt: skip
    assert "  A conversation of its own, of everything up to there.\nYou said three.\n" in printed
    assert "  2 you: three\n  3 reply: You said three.\n  It has a new title.\n" in printed
    listed = [line.split(" ", 5)[-1] for line in printed.splitlines() if line.startswith(("  1 20", "  2 20"))]
    assert listed == ["Sea marks (this one)", "the old lighthouse"]
    assert "  2 you: two\n  3 reply: You said two.\n  There is none.\n" in printed, "the first is open again"
    assert printed.endswith("! There is no conversation 1 in the list. See them with /search.\n")


def test_a_deletion_can_be_taken_back(talk: Callable[..., str]) -> None:
    printed = talk("one", "/delete", "/said", "/search", "/restore", "/said", "/restore")
    assert printed.endswith(
        "This is a new conversation.\n  There is nothing here yet.\n  There is none.\n  Here it is again.\n"
        "  0 you: one\n  1 reply: You said one.\n! Nothing was deleted here. Conversations are deleted with /delete.\n"
    )


def test_a_conversation_is_written_taken_in_and_replayed(talk: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "talk.zip"
    printed = talk(f"/add {picture(tmp_path / 'p.png')}", "cut", f"/save {file}", f"/save {file}", "/replay")
    assert json.loads(zipfile.ZipFile(file).read("manifest.json"))["format"] == "unison-conversation"
    assert "! talk.zip is there already. Choose another name.\n  mask#1: the same bytes\n" in printed
    taken = talk(f"/load '{file}'", "and now")
    assert taken.startswith("  0 you: cut (image#1)\n  1 reply: (mask#1)\n")
    assert taken.endswith("You said and now.\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/reword", "! /reword needs words."),
        ("/reword blue", "! There is no such message to answer again."),
        ("/meant image#1", "! There is no such message to answer again."),
        ("/meant task=levitate", "! There is no task called levitate."),
        ("/meant please", "! /meant does not know please."),
        ("/variant", "! /variant needs a message's number. See them with /said."),
        ("/variant x", "! x is no number. Write it as in /variant 3."),
        ("/variant 7", "! There is no such message in this conversation."),
        ("/undo", "! There is no such message to go on from."),
        ("/redo", "! Nothing was taken back here."),
        ("/branch", "! There is nothing to branch off from."),
        ("/branch one", "! one is no number."),
        ("/open", "! There is no conversation named in the list."),
        ("/open 1", "! There is no conversation 1 in the list."),
        ("/rename", "! A conversation needs a name."),
        ("/restore", "! Nothing was deleted here."),
        ("/save", "! /save needs a file. Write it as in /save talk.zip."),
        ("/save x.zip", "! There is nothing to save yet."),
        ("/load", "! /load needs a file."),
        ("/load nowhere.zip", "! There is no such file."),
        ("/replay", "! There is nothing to replay"),
    ],
)
def test_a_mistyped_verb_says_what_to_type(talk: Callable[..., str], line: str, said: str) -> None:
    assert talk(line).startswith(said)


def test_help_names_every_verb_and_the_task_of_the_same_name_still_runs(
    talk: Callable[..., str], tmp_path: Path
) -> None:
    from app.console_chats import VERBS

    printed = talk("/help")
    assert all(f"/{name} " in printed or f"/{name}," in printed or f"/{name}\n" in printed for name in VERBS)
    assert "/edit: change a whole picture" in talk("/help edit")
    assert "edit" not in VERBS
