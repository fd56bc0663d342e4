"""The last message as it was meant: commands are written anew, nudged marks of earlier messages become marks of the new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.cards import region_json
from app.choosing import annotated, marks_json
from app.events import Options
from app.meant import as_meant, marks_used
from models.expert import Refusal
from models.slash import parse_slash
from models.tasks import TASKS
from models.unified.stream import WORDS
from models.values import Box, Media, Message, Phrase, Ref, Region, TaskCall, Text

FACTS = {"width": 300, "height": 200}
SHELF = {f"image#{n}": Media("image", f"image#{n}", f"{n}.png", FACTS) for n in (1, 2)}
OLD = Region(2, "image#1", box=Box(0.1, 0.1, 0.5, 0.5), label="ball")
DRAWN = {"region#2": OLD}
CALL = TaskCall("t1", "remove", (Ref("image#1"), Ref("region#2")))
AUTOMATIC = Options()
COMMAND = Message("user", (Text("/remove image#1 region#2"),))
WORDED = Message("user", (Text("take region#2 away"),))


def sent(*regions: Region) -> list[dict[str, Any]]:
    return [{**region_json(region), "ref": region.handle, "of": region.of} for region in regions]


def meant(asked: Message = COMMAND, options: Options = AUTOMATIC, nudged: Any = None, call: TaskCall = CALL) -> Any:
    return as_meant(asked, [call], options, nudged, 7, SHELF, DRAWN, TASKS)


def test_nothing_picked_is_the_same_once_more() -> None:
    again = meant()
    assert (again.text, again.same, again.options) == (COMMAND.text, True, Options())
    assert meant(nudged=sent(OLD)).same, "marks that came back as they were have not moved"


def test_a_command_is_written_anew_for_another_task_and_another_medium() -> None:
    again = meant(options=Options(task="segment"))
    read = parse_slash(again.text, SHELF, (), TASKS)
    assert isinstance(read, TaskCall)
    assert (read.task, read.refs()) == ("segment", ["image#1", "region#2"])
    assert not again.same
    moved = parse_slash(meant(options=Options(task="segment", media=("image#2",))).text, SHELF, (), TASKS)
    assert isinstance(moved, TaskCall)
    assert moved.refs("image") == ["image#2"]


def test_a_command_that_is_written_anew_is_run_by_the_expert_that_was_picked_beside() -> None:
    for more in ({"task": "segment"}, {"media": ("image#2",)}, {}):
        assert meant(options=Options(implementation="The eye", **more)).options == Options(implementation="The eye")
    named = Message("user", (Text('/remove image#1 region#2 expert="The hand"'),))
    again = meant(named, Options(media=("image#2",), implementation="The eye"))
    assert ("expert=" in again.text, again.options.implementation) == (False, "The eye")


def test_settings_of_another_task_do_not_come_along() -> None:
    blur = TaskCall("t1", "adjust", (Ref("image#1"), Phrase("blur it")), {"op": "blur", "seed": "3"})
    text = meant(Message("user", (Text("/adjust image#1 op=blur"),)), Options(task="edit"), call=blur).text
    assert "op=" not in text
    assert "seed" not in text
    assert text.startswith("/edit image#1")


def test_a_command_is_not_answered_in_words() -> None:
    with pytest.raises(Refusal, match="not answered in words"):
        meant(options=Options(task=WORDS))


def test_a_nudged_mark_of_an_earlier_message_is_a_mark_of_the_new_one_and_stays_what_it_was() -> None:
    larger = replace(OLD, box=Box(0.05, 0.05, 0.55, 0.55))
    again = meant(nudged=sent(larger))
    (mark,) = again.regions
    assert (mark.id, mark.box, mark.label) == (7, larger.box, "ball")
    assert "region#7" in again.text
    assert "region#2" not in again.text
    worded = meant(WORDED, nudged=sent(larger))
    assert worded.text == WORDED.text
    assert worded.options.regions == ("region#7",)
    assert DRAWN["region#2"] is OLD


def test_an_own_mark_keeps_its_number_when_it_is_nudged() -> None:
    own = replace(OLD, id=3)
    asked = Message("user", (own, Text("take it away")))
    call = TaskCall("t1", "remove", (Ref("image#1"), Ref("region#3")))
    larger = replace(own, box=Box(0.05, 0.05, 0.55, 0.55))
    again = as_meant(asked, [call], Options(), sent(larger), 7, SHELF, {**DRAWN, "region#3": own}, TASKS)
    assert again.regions == (larger,)
    assert again.options.regions is None


@pytest.mark.parametrize("nudged", [[], sent(OLD, replace(OLD, id=3)), [3], [{"of": "image#9", "shapes": []}]])
def test_marks_that_are_not_those_of_the_message_are_refused(nudged: Any) -> None:
    with pytest.raises(Refusal):
        meant(nudged=nudged)


def told(*messages: Message, drawn: dict[str, Region] | None = None) -> list[dict[str, Any]]:
    entries = [{"role": m.role, "content": [{"value": {"kind": m.role}}]} for m in messages]
    shown = annotated(entries, messages, SHELF, TASKS, str, lambda v: {"value": v}, drawn=drawn)
    return [{name: data for part in entry["content"] for name, data in part["value"].items()} for entry in shown]


def test_a_mark_of_an_earlier_message_is_echoed_in_the_one_that_means_it_in_its_colour() -> None:
    asked, _ = told(WORDED, Message("assistant", (CALL,)), drawn=DRAWN)
    (echo,) = asked["items"]
    assert (echo["ref"], echo["echo"]) == ("image#1", True)
    (mark,) = echo["regions"]
    assert (mark["number"], mark["key"]) == (2, "region-2")
    assert asked["understood"][0]["colours"] == {"region#2": marks_json([OLD])[0]["index"]}
    own = Message("user", (SHELF["image#1"], OLD, Text("take it away")))
    assert "items" not in told(own, Message("assistant", (CALL,)), drawn=DRAWN)[0], "its own are seen already"


def test_what_a_command_did_can_be_meant_otherwise_and_one_that_did_nothing_not() -> None:
    _, reply = told(COMMAND, Message("assistant", (CALL,)), drawn=DRAWN)
    assert reply["meant"]["command"] is True
    (mark,) = reply["meant"]["drawn"]
    assert (mark["ref"], mark["index"]) == ("region#2", 1)
    assert [m["ref"] for m in reply["meant"]["media"]] == ["image#1", "image#2"]
    assert "meant" not in told(Message("user", (Text("/help"),)), Message("assistant", (Text("..."),)))[1]


def test_marks_used_are_those_of_the_message_and_then_those_of_its_calls() -> None:
    own = replace(OLD, id=3, of="image#2")
    asked = Message("user", (own, Text("and region#2")))
    assert marks_used(asked, [CALL], {**DRAWN, "region#3": own}, TASKS) == [own, OLD]


def test_a_box_that_a_call_wrote_itself_can_be_nudged_and_is_a_mark_then() -> None:
    call = TaskCall("t1", "segment", (Ref("image#1"), Box(0.1, 0.2, 0.5, 0.6)))
    asked = Message("user", (Text("/segment image#1 <box>100,200,500,600</box>"),))
    _, reply = told(asked, Message("assistant", (call,)), drawn={})
    (box,) = reply["meant"]["drawn"]
    assert (box["ref"], box["of"], box["index"]) == ("box 1", "image#1", 0)
    assert as_meant(asked, [call], Options(), [box], 1, SHELF, {}, TASKS).same
    box["shapes"] = [{"type": "box", "box": [0.1, 0.2, 0.6, 0.6]}]
    again = as_meant(asked, [call], Options(), [box], 1, SHELF, {}, TASKS)
    assert again.text == "/segment image#1 region#1"
    (mark,) = again.regions
    assert (mark.id, mark.box) == (1, Box(0.1, 0.2, 0.6, 0.6))
