"""What a program does with conversations: edit, branches, undo, the list and its search, names, deletion, files of them."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from api_stage import BOX, lit, of_type, pair, path_of, photo, serving
from gradio_client import handle_file

CALLS = {"mark": "<task>segment image#1 region#1</task>", "slow": '<task>image "a fox"</task>And more.'}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("chats"), lambda text: CALLS.get(text, f"You said {text}.")) as running:
        yield running


def words(messages):
    """The words of each message."""
    return ["".join(part["text"] for part in message["parts"] if part["type"] == "text") for message in messages]


def test_an_earlier_message_is_said_in_other_words_and_the_branches_are_chosen(client):
    mine = pair(client.predict(text="one", api_name="/chat"))
    client.predict(text="two", **mine, api_name="/chat")
    said = client.predict(**mine, api_name="/messages")
    assert [(m["n"], m["variants"], m["role"]) for m in said] == [
        (0, [0], "user"), (1, [1], "assistant"), (2, [2], "user"), (3, [3], "assistant"),
    ]  # fmt: skip
    reply = client.predict(**mine, text="uno", message=0, api_name="/edit")
    assert reply["parts"] == [{"type": "text", "text": "You said uno."}]
    after = client.predict(**mine, api_name="/messages")
    assert words(after) == ["uno", "You said uno."]
    assert after[0]["variants"] == [0, 4]
    assert client.predict(**mine, message=0, api_name="/choose") == {"shown": [0, 1, 2, 3]}
    assert words(client.predict(**mine, api_name="/messages"))[2:] == ["two", "You said two."]
    client.predict(**mine, text="zwei", api_name="/edit")
    assert words(client.predict(**mine, api_name="/messages"))[2:] == ["zwei", "You said zwei."]
    for wrong, told in (
        (99, "no such message"),
        (1, "no such message"),
        ("first", "by its number"),
        (True, "by its number"),
    ):
        with pytest.raises(Exception, match=told):
            client.predict(**mine, text="x", message=wrong, api_name="/edit")
    with pytest.raises(Exception, match="no such message"):
        client.predict(**mine, message=99, api_name="/choose")
    with pytest.raises(Exception, match="by its number"):
        client.predict(**mine, message="1", api_name="/choose")


def test_an_edited_message_keeps_its_files_and_marks_or_takes_others(client, tmp_path):
    regions = [{"ref": "file#1", "label": "it", "shapes": BOX}]
    mine = pair(client.predict(text="look", files=[photo(tmp_path)], regions=regions, api_name="/chat"))
    kept = client.predict(**mine, text="mark", api_name="/edit")
    assert np.count_nonzero(lit(of_type(kept, "mask")[0])) == 32
    others = [{"ref": "image#1", "shapes": [{"type": "box", "box": [0, 0, 1, 1]}]}]
    moved = client.predict(**mine, text="mark", regions=others, api_name="/edit")
    assert np.count_nonzero(lit(of_type(moved, "mask")[0])) == 128
    asked = client.predict(**mine, api_name="/messages")[0]
    assert [part["type"] for part in asked["parts"]] == ["image", "region", "text"]
    assert of_type(asked, "region")[0]["id"] == 1, "its mark has the number that its words name"


def test_what_was_taken_back_comes_back(client, tmp_path):
    mine = pair(client.predict(text="one", files=[photo(tmp_path)], api_name="/chat"))
    client.predict(text="two", **mine, api_name="/chat")
    taken = client.predict(**mine, api_name="/undo")
    assert (taken["n"], taken["role"], words([taken])) == (2, "user", ["two"])
    assert words(client.predict(**mine, api_name="/messages")) == ["one", "You said one."]
    first = client.predict(**mine, api_name="/undo")
    assert [part["type"] for part in first["parts"]] == ["image", "text"]
    assert client.predict(**mine, api_name="/messages") == []
    with pytest.raises(Exception, match="no such message"):
        client.predict(**mine, api_name="/undo")
    assert client.predict(**mine, api_name="/redo") == {"shown": [0, 1, 2, 3]}
    with pytest.raises(Exception, match="Nothing was taken back"):
        client.predict(**mine, api_name="/redo")


def test_a_branch_becomes_a_conversation_that_goes_its_own_way(client):
    mine = pair(client.predict(text="one", api_name="/chat"))
    client.predict(text="two", **mine, api_name="/chat")
    other = {**mine, "conversation": client.predict(**mine, message=1, api_name="/branch")["conversation"]}
    assert words(client.predict(**other, api_name="/messages")) == ["one", "You said one."]
    client.predict(text="three", **other, api_name="/chat")
    assert words(client.predict(**mine, api_name="/messages"))[2:] == ["two", "You said two."]
    whole = {**mine, "conversation": client.predict(**mine, api_name="/branch")["conversation"]}
    assert len(client.predict(**whole, api_name="/messages")) == 4


def test_conversations_are_listed_searched_named_and_only_ones_own(client):
    first = client.predict(text="the old lighthouse", api_name="/chat")
    mine, owner = pair(first), first["owner"]
    second = client.predict(text="a ferry", owner=owner, api_name="/chat")
    client.predict(text="my secret", api_name="/chat")
    listed = client.predict(owner=owner, api_name="/conversations")
    assert [(c["conversation"], c["title"]) for c in listed] == [
        (second["conversation"], "a ferry"), (first["conversation"], "the old lighthouse"),
    ]  # fmt: skip
    assert listed[0]["updated"] >= listed[1]["updated"] > 1.7e9
    found = client.predict(owner=owner, words="SAID lighthouse", api_name="/conversations")
    assert [c["conversation"] for c in found] == [first["conversation"]]
    assert client.predict(owner=owner, words="secret", api_name="/conversations") == []
    assert client.predict(**mine, title="  Sea \n marks ", api_name="/rename") == {"renamed": True}
    titles = [c["title"] for c in client.predict(owner=owner, api_name="/conversations")]
    assert sorted(titles) == ["Sea marks", "a ferry"]
    with pytest.raises(Exception, match="needs a name"):
        client.predict(**mine, title="  ", api_name="/rename")
    for nobody in ("", "eve"):
        with pytest.raises(Exception, match="owner is missing"):
            client.predict(owner=nobody, api_name="/conversations")


def test_a_deletion_can_be_regretted_where_that_was_asked_for(client):
    mine = pair(client.predict(text="keep me", api_name="/chat"))
    assert client.predict(**mine, regret=True, api_name="/delete") == {"deleted": True}
    with pytest.raises(Exception, match="no such conversation"):
        client.predict(**mine, api_name="/messages")
    with pytest.raises(Exception, match="no such conversation"):
        client.predict(conversation=mine["conversation"], owner="e" * 32, api_name="/restore")
    assert client.predict(**mine, api_name="/restore") == {"restored": True}
    assert words(client.predict(**mine, api_name="/messages")) == ["keep me", "You said keep me."]
    client.predict(**mine, api_name="/delete")
    with pytest.raises(Exception, match="no such conversation"):
        client.predict(**mine, api_name="/restore")


def test_a_conversation_is_saved_loaded_and_replayed(client, served, tmp_path):
    regions = [{"ref": "file#1", "label": "it", "shapes": BOX}]
    first = client.predict(text="mark", files=[photo(tmp_path)], regions=regions, seed=9, api_name="/chat")
    saved = path_of(client.predict(**pair(first), api_name="/save")["file"])
    assert json.loads(zipfile.ZipFile(saved).read("manifest.json"))["format"] == "unison-conversation"
    made = client.predict(file=handle_file(str(saved)), api_name="/load")
    assert made["owner"] != first["owner"], "a new owner where none is named"
    said = client.predict(**made, api_name="/messages")
    assert [part["type"] for part in said[1]["parts"]] == ["call", "step", "mask"]
    assert np.array_equal(lit(of_type(said[1], "mask")[0]), lit(of_type(first, "mask")[0]))
    mine = client.predict(file=handle_file(str(saved)), owner=first["owner"], api_name="/load")
    assert mine["owner"] == first["owner"]
    (went,) = client.predict(**made, api_name="/replay")
    assert (went["task"], went["handles"], went["outcome"]) == ("segment", ["mask#1"], "same")
    with pytest.raises(Exception, match="nothing to replay"):
        client.predict(**pair(client.predict(text="hi", api_name="/chat")), api_name="/replay")
    fresh = {"conversation": served[0].open(first["owner"]).conversation, "owner": first["owner"]}
    with pytest.raises(Exception, match="nothing to save"):
        client.predict(**fresh, api_name="/save")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(saved.read_bytes()[:-200])
    with pytest.raises(Exception, match="Choose a file that Unison saved"):
        client.predict(file=handle_file(str(broken)), api_name="/load")


def test_a_call_is_skipped_and_the_reply_goes_on(client):
    job = client.submit(text="slow", api_name="/chat")
    state = next(state for state in job if state["progress"])
    assert client.predict(**pair(state), call="t99", api_name="/skip") == {"skipped": False}
    assert client.predict(**pair(state), call=state["progress"]["call"], api_name="/skip") == {"skipped": True}
    ended = job.result(timeout=120)
    assert ended["state"] == "done"
    assert [part["type"] for part in ended["parts"]] == ["call", "failure", "text"]
    assert ended["parts"][2]["text"] == "And more."
    assert client.predict(**pair(state), api_name="/skip") == {"skipped": False}
