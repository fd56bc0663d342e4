"""The router: choosing an expert, loading it once, one run at a time, and what is added to a call."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_stubs import picture, write_expert

from models.device import Slot, hardware, loading, out_of_memory
from models.expert import Cancelled, Expert, Masks, Picture, Refusal, Report, Sound, discover
from models.outcome import Unusable, check_values
from models.router import LOADING_OTHER, Broken, Router, with_drawn
from models.store import Store
from models.tasks import TASKS
from models.values import Box, Checkpoint, Media, Phrase, Profile, Ref, Region, TaskCall
from models.weights import faults

ROOT = Path(__file__).resolve().parents[2]
FOX = TaskCall("t1", "image", (Phrase("a fox"),))


def quiet(fraction, word="", preview=None):
    """A report that nobody reads."""


@pytest.fixture
def router(tmp_path):
    def make(*names: str, **bodies: str) -> Router:
        for name in names:
            write_expert(tmp_path / "experts", name)
        for name, body in bodies.items():
            write_expert(tmp_path / "experts", name, "image", body)
        experts = {"image": tuple(Checkpoint(name) for name in (*names, *bodies))}
        profile = Profile("stub", Checkpoint("none"), experts)
        return Router(profile, Store(tmp_path / "media"), discover(tmp_path / "experts"))

    return make


def test_the_machine_is_described():
    machine = hardware()
    assert machine.cores >= 1
    assert "processor cores" in str(machine)


def test_an_expert_is_loaded_once_and_given_seed_and_settings(router, tmp_path):
    made = router(count="report(0.1)\nreturn Picture(np.full((2, 2, 3), inputs.seed, np.uint8))")
    loads = []
    found = made._found["count"]
    made._found["count"] = replace(found, load=lambda *a: loads.append(a) or found.load(*a))
    for seed in (1, 2):
        with made.run(FOX, {}, {}, quiet, seed) as ran:
            assert ran.values[0].pixels[0, 0, 0] == seed
            assert ran.step.seed == seed
    assert len(loads) == 1


def test_a_seed_is_drawn_when_none_is_given(router):
    made = router("ok")
    seeds = set()
    for _ in range(5):
        with made.run(FOX, {}, {}, quiet) as ran:
            seeds.add(ran.step.seed)
    assert len(seeds) == 5
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_files_of_the_scratch_folder_live_until_the_block_ends(router):
    body = """
        (inputs.scratch / "note").write_text("x")
        return Picture(np.ones((2, 2, 3), np.uint8), meta={"scratch": inputs.scratch})
    """
    made = router(writes=body)
    with made.run(FOX, {}, {}, quiet) as ran:
        folder = ran.values[0].meta["scratch"]
        assert (folder / "note").exists()
    assert not folder.exists()


def test_defaults_of_the_checkpoint_are_overridden_by_the_call(router, tmp_path):
    made = router(sized='return Picture(np.ones((2, 2, 3), np.uint8), meta={"notes": [str(inputs.settings["size"])]})')
    experts = {"image": (Checkpoint("sized", call={"size": "8x8"}),)}
    made.profile = replace(made.profile, experts=experts)
    with made.run(FOX, {}, {}, quiet) as ran:
        assert ran.step.settings["notes"] == ["8x8"]
    with made.run(replace(FOX, params={"size": "64x64"}), {}, {}, quiet) as ran:
        assert ran.step.settings["notes"] == ["64x64"]


def test_a_default_of_the_checkpoint_goes_before_one_of_the_task(router):
    made = router(sized='return Picture(np.ones((2, 2, 3), np.uint8), meta={"notes": [str(inputs.settings["size"])]})')
    params = [replace(p, default="16x16") if p.name == "size" else p for p in made.tasks["image"].params]
    made.tasks["image"] = replace(made.tasks["image"], params=tuple(params))

    def size(call: TaskCall = FOX) -> str:
        with made.run(call, {}, {}, quiet) as ran:
            return str(ran.step.settings["notes"][-1])

    assert size() == "16x16"
    made.profile = replace(made.profile, experts={"image": (Checkpoint("sized", call={"size": "8x8"}),)})
    assert size() == "8x8"
    assert size(replace(FOX, params={"size": "64x64"})) == "64x64"
    assert size(replace(FOX, params={"size": " "})) == "8x8", "what is unusable counts as not given"


def test_a_seed_of_the_checkpoint_is_only_a_default(router):
    made = router("ok")
    made.profile = replace(made.profile, experts={"image": (Checkpoint("ok", call={"seed": 7}),)})
    for call, seed, used in ((FOX, None, 7), (FOX, 8, 8), (replace(FOX, params={"seed": "9"}), 8, 9)):
        with made.run(call, {}, {}, quiet, seed=seed) as ran:
            assert ran.step.seed == used


def test_media_are_decoded_only_when_they_are_used(router, tmp_path):
    made = router(
        looks='return Picture(inputs.values["image#1"].pixels)',
        counts="return Picture(np.full((1, 1, 3), len(inputs.values), np.uint8))",
    )
    store = Store(tmp_path / "media")
    kind, path, meta = store.adopt(picture(tmp_path / "a.png", 7), "a.png")
    shelf = {"image#1": Media(kind, "image#1", path, meta), "image#2": Media("image", "image#2", "gone.png", {})}
    with made.run(FOX, shelf, {}, quiet) as ran:
        assert (ran.values[0].pixels == 7).all()
    with made.run(FOX, shelf, {}, quiet, implementation="counts") as ran:
        assert ran.values[0].pixels[0, 0, 0] == 2


def test_an_unknown_task_or_expert_is_refused_with_what_there_is(router):
    made = router("ok")
    with pytest.raises(Refusal, match="not something"):
        made.run(TaskCall("t1", "levitate"), {}, {}, quiet)
    with pytest.raises(Refusal, match="stub has no expert for video"):
        made.run(TaskCall("t1", "video"), {}, {}, quiet)
    with pytest.raises(Refusal) as refused:
        made.run(FOX, {}, {}, quiet, implementation="nobody")
    assert "ok" in refused.value.hint


def test_a_check_may_refuse_before_any_work(router):
    made = router("ok")
    refusal = Refusal("Not this one.", "Another.")
    found = made._found["ok"]
    made._found["ok"] = replace(found, check=lambda call, inputs: refusal)
    with pytest.raises(Refusal) as caught:
        made.run(FOX, {}, {}, quiet)
    assert caught.value is refusal


def test_a_fault_carries_the_incident_number_under_which_it_is_logged(router, caplog):
    with pytest.raises(Broken) as broken:
        router("raises").run(FOX, {}, {}, quiet)
    assert broken.value.incident in caplog.text
    assert "secret detail" in caplog.text


def test_a_cancel_passes_and_frees_the_slot(router):
    made = router("ok")

    def stop(fraction, word="", preview=None):
        if fraction == 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        made.run(FOX, {}, {}, stop)
    with made.run(FOX, {}, {}, quiet) as ran:
        assert ran.values


def test_memory_that_ran_out_drops_the_other_experts(router):
    made = router("ok", "oom")
    made.run(FOX, {}, {}, quiet).__exit__(None, None, None)
    assert len(made._experts) == 1
    with made.run(FOX, {}, {}, quiet, implementation="oom") as ran:
        assert ran.step.settings["smaller"] is True
    assert [key.split()[0] for key in made._experts] == ["oom"]


def test_one_run_at_a_time(router):
    body = """
        inside.append(1)
        time.sleep(0.05)
        inside.append(-1)
        return Picture(np.ones((2, 2, 3), np.uint8))
    """
    made = router(one=body.replace("inside", 'inputs.settings["inside"]'))
    inside: list[int] = []
    made.profile = replace(made.profile, experts={"image": (Checkpoint("one", call={"inside": inside}),)})
    threads = [threading.Thread(target=made.run, args=(FOX, {}, {}, quiet)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert inside == [1, -1] * 4


def test_the_wait_for_another_load_can_be_stopped(router):
    made = router("ok")
    words: list[str] = []
    stopped: list[BaseException] = []

    def stop(fraction, word="", preview=None):
        words.append(word)
        if word == LOADING_OTHER:
            raise Cancelled

    def run() -> None:
        try:
            made.run(FOX, {}, {}, stop)
        except Cancelled as cancelled:
            stopped.append(cancelled)

    thread = threading.Thread(target=run, daemon=True)
    with loading:
        thread.start()
        thread.join(20)
    assert stopped, words
    with made.run(FOX, {}, {}, quiet) as ran:
        assert ran.values


def test_a_load_that_hangs_and_was_given_up_does_not_stop_the_others(router):
    made = router("ok")
    entered, go_on, made_later = threading.Event(), threading.Event(), threading.Event()

    def load(checkpoint: Checkpoint, device: str) -> Expert:
        entered.set()
        go_on.wait(60)
        raise Refusal("It came too late.")

    made._found["hung"] = replace(made._found["ok"], implementation="hung", load=load)
    made.profile = replace(made.profile, experts={"image": (Checkpoint("ok"), Checkpoint("hung"))})

    def hang(fraction, word="", preview=None):
        """The report of the run that hangs."""

    def run(implementation: str, report: Report) -> None:
        with contextlib.suppress(Refusal), made.run(FOX, {}, {}, report, implementation=implementation):
            made_later.set()

    hung = threading.Thread(target=run, args=("hung", hang), daemon=True)
    hung.start()
    assert entered.wait(20)
    made.abandon(hang)
    threading.Thread(target=run, args=("ok", quiet), daemon=True).start()
    assert made_later.wait(20)
    with loading:  # what comes back late frees nothing that others hold
        go_on.set()
        hung.join(20)
        assert not loading._take("another")


def test_a_slot_can_be_taken_from_one_that_hangs():
    slot, waits = Slot(), []
    with slot.turn("first", lambda: None):
        assert not slot.give_up("second")
        assert slot.give_up("first")
        with slot.turn("second", lambda: waits.append(1)):
            pass
    assert waits == []


def region(number: int, of: str = "image#1") -> Region:
    return Region(number, of, Box(0, 0, 0.5, 0.5))


@pytest.mark.parametrize(
    ("call", "drawn", "expected"),
    [
        (TaskCall("t", "segment", (Ref("image#1"),)), [region(1), region(2)], ["image#1", "region#1", "region#2"]),
        (TaskCall("t", "segment", (Ref("image#1"),)), [region(1, "image#2")], ["image#1"]),
        (TaskCall("t", "segment", (Ref("image#1"), Ref("mask#1"))), [region(1)], ["image#1", "mask#1"]),
        (TaskCall("t", "segment", (Ref("image#1"), Box(0, 0, 1, 1))), [region(1)], ["image#1"]),
        (TaskCall("t", "adjust", (Ref("image#1"),), {"op": "blur", "where": "all"}), [region(1)], ["image#1"]),
        (TaskCall("t", "extract", (Ref("video#1"),)), [region(1, "video#1")], ["video#1"]),
        (TaskCall("t", "adjust", (Ref("video#1"),)), [region(3, "video#1")], ["video#1", "region#3"]),
    ],
)
def test_what_was_drawn_is_added_to_a_call_that_names_no_place(call, drawn, expected):
    assert with_drawn(call, TASKS[call.task], drawn).refs() == expected


PIXELS = np.ones((2, 2, 3), np.uint8)
MASKS = np.ones((1, 2, 2), bool)


@pytest.mark.parametrize(
    ("task", "values"),
    [
        ("image", []),
        ("image", [PIXELS]),
        ("image", [Picture(PIXELS.astype(np.float32))]),
        ("image", [Picture(np.ones((2, 2, 5), np.uint8))]),
        ("image", [Picture(np.ones((0, 2, 3), np.uint8))]),
        ("image", [Picture("pixels")]),
        ("image", [Masks(MASKS, ["a"], [1.0])]),
        ("segment", [Masks(MASKS, [], [1.0])]),
        ("segment", [Masks(MASKS.astype(np.uint8), ["a"], [1.0])]),
        ("audio", [Sound(np.zeros((3, 1)), 8000)]),
        ("audio", [Sound(np.zeros(3, np.float32), 8000)]),
        ("audio", [Sound(np.full((3, 1), np.inf, np.float32), 8000)]),
        ("audio", [Sound(np.zeros((3, 1), np.float32), 0)]),
    ],
)
def test_what_is_no_result_is_named(task, values):
    with pytest.raises(Unusable):
        check_values(values, TASKS[task])


def test_empty_results_are_allowed_but_noted():
    silent = Sound(np.zeros((3, 1), np.float32), 8000)
    nothing = Masks(np.zeros((1, 2, 2), bool), ["a"], [1.0])
    check_values([silent], TASKS["audio"])
    check_values([nothing], TASKS["segment"])
    assert silent.meta["notes"] == ["the sound is silent"]
    assert nothing.meta["notes"] == ["the mask is empty"]


class OutOfMemoryError(RuntimeError):
    """Named as torch's own."""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (OutOfMemoryError("anything"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), True),
        (RuntimeError("shapes differ"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_every_way_to_run_out_of_memory_is_known(error, expected):
    assert out_of_memory(error) is expected


@pytest.mark.skipif(not (ROOT / "assets" / "nano").exists(), reason="no weights here")
def test_the_shipped_weights_are_what_their_manifests_say():
    assert faults(ROOT / "assets" / "nano") == []
