"""Every detector of the hub that a profile names finds by names what is there: small random twins of the true classes, by the loader that
people use, and no network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scenes import make_call, make_inputs, silent

from models.expert import Cancelled, Picture, Refusal, discover
from models.experts import detect_zero_shot
from models.media import load_image
from models.profiles import PROFILES
from models.prompted import detecting, loading
from models.prompted.detecting import LARGEST, SLIMMEST, SMALLEST, Detector, Found, load_detector, presented
from models.prompted.wording import names_of
from models.router import Router
from models.store import Store
from models.values import Box, Checkpoint, Media, Phrase, Ref, Region
from models.vision.suppress import overlaps
from tests.contract import tiny_sights

DETECTORS = {
    checkpoint.source: checkpoint
    for profile in PROFILES.values()
    for checkpoint in profile.experts["detect"]
    if checkpoint.revision
}
SOURCES = sorted(DETECTORS)


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """The checkpoint of a source as the profile has it, but for where it lies."""
    made = {}

    def found(source):
        if source not in made:
            folder = tiny_sights.twin(tmp_path_factory.mktemp("twin"), source)
            made[source] = replace(DETECTORS[source], source=str(folder), revision="")
        return made[source]

    return found


@pytest.fixture(scope="module")
def expert(twin):
    experts = {}

    def found(source):
        if source not in experts:
            experts[source] = detect_zero_shot.load(twin(source), "cpu")
        return experts[source]

    return found


def noise(height=61, width=90, channels=3, seed=5):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def run(expert, pixels, *args, regions=(), report=silent, **settings):
    inputs = make_inputs(pixels, regions, settings={"threshold": 0.001, **settings})
    return expert(make_call("detect", Ref("image#1"), *args), inputs, report)


class Told:
    """A detector that gives what it was told to, and holds what it was asked."""

    network = loading.Network(None, None, "cpu", False)

    def __init__(self, *found, best=0.0):
        self.found, self.best, self.asked = list(found), best, []

    def unread(self, names):
        return []

    def find(self, pixels, names, report, threshold=None, spare=False):
        self.asked.append((tuple(names), threshold, spare))
        return self.found, self.best


def test_every_profile_that_fetches_finds_by_names_with_a_class_that_has_a_twin_and_the_nano_eye_stays_second():
    assert set(SOURCES) <= set(tiny_sights.TWINS)
    for profile in PROFILES.values():
        names = [checkpoint.implementation for checkpoint in profile.experts["detect"]]
        hub = ["detect_zero_shot"] if profile.name != "nano" else []
        assert names == [*hub, "detect_scene", "detect_senses"]


@pytest.mark.parametrize("source", SOURCES)
def test_boxes_with_names_and_certainties_are_shares_of_the_frame_and_drawn(source, expert):
    pixels = noise()
    made = run(expert(source), pixels, Phrase("the dogs and a red car"))
    assert made.pixels.shape == pixels.shape
    assert (made.pixels != pixels).any()
    boxes = [Box(*row[1:]) for row in made.meta["boxes"]]
    assert {row[0] for row in made.meta["boxes"]} <= {"dog", "red car"}
    assert 0 < len(boxes) == len(made.meta["scores"]) <= 100
    assert made.meta["scores"] == sorted(made.meta["scores"], reverse=True)
    assert made.meta["of"] == "image#1"


@pytest.mark.parametrize("source", SOURCES)
def test_boxes_are_those_that_the_classs_own_processor_reads_from_the_network(source, twin):
    import torch

    detector = load_detector(twin(source), "cpu")
    pixels = noise(64, 96)
    text = "a photo of a dog" if twin(source).call["prompt"] == "queries" else "dog."
    reader = detector.network.processor
    images, words = Image.fromarray(pixels), [[text]] if "photo" in text else text
    given = reader(images=images, text=words, return_tensors="pt", max_length=16)
    with torch.inference_mode():
        told = detector.network.model(**given)
    own = reader.post_process_grounded_object_detection(told, threshold=0.0, target_sizes=[(64, 96)])[0]
    boxes, sure = detector._look(presented(pixels)[0], ["dog"], silent, False, twin(source).call["prompt"] == "caption")
    assert sure.shape == (len(boxes), 1)
    assert np.allclose(boxes * [96, 64, 96, 64], own["boxes"].numpy(), atol=1e-3)
    if "photo" in text:
        assert np.allclose(sure[:, 0], own["scores"].numpy(), atol=1e-5)
    else:
        assert (sure[:, 0] <= own["scores"].numpy() + 1e-5).all()


@pytest.mark.parametrize("source", SOURCES)
def test_no_two_boxes_of_a_name_overlap_by_more_than_a_fifth(source, expert):
    rows = run(expert(source), noise(), Phrase("dog, cat")).meta["boxes"]
    for name in ("dog", "cat"):
        boxes = np.array([row[1:] for row in rows if row[0] == name])
        for n in range(len(boxes)):
            assert (np.delete(overlaps(boxes, boxes[n]), n) <= 0.2 + 1e-3).all()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 900), (700, 2), (1500, 1700)])
def test_every_size_of_picture_is_looked_through_and_boxed(source, size, twin):
    pixels = noise(*size)
    found, best = load_detector(twin(source), "cpu").find(pixels, ["dog"], silent, 0.0)
    assert best > 0
    assert (
        found or min(size) / max(size) < 0.1
    )  # of a long thin one a random network's boxes may lie where it was filled up
    told = Told(*found, Found("dog", Box(0, 0, 1, 1), 0.5))
    made = detect_zero_shot.detect(make_call("detect", Ref("image#1")), make_inputs(pixels), silent, told)
    assert made.pixels.shape == (*size, 3)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 900), (700, 2), (90, 61), (4000, 9000)])
def test_what_is_shown_is_of_a_sane_size_and_a_box_in_it_is_brought_back_to_the_picture(size):
    shown, scale = presented(np.full((*size, 3), 7, np.uint8))
    assert max(shown.shape) <= LARGEST
    assert min(shown.shape[:2]) >= min(SMALLEST, max(shown.shape[:2]) / SLIMMEST)
    here = np.argwhere((shown == 7).all(2))
    top, left = here.min(0)
    bottom, right = here.max(0) + 1
    edges = np.array([left, top, right, bottom]) / [*shown.shape[1::-1], *shown.shape[1::-1]]
    assert np.allclose(edges * scale, [0, 0, 1, 1])


@pytest.mark.parametrize("source", SOURCES)
def test_transparent_and_grey_pictures_are_looked_through_as_they_are_seen(source, expert, tmp_path):
    pixels = noise(channels=4)
    pixels[..., 3] = 255
    clear = run(expert(source), pixels, Phrase("dog")).meta
    assert clear["boxes"] == run(expert(source), pixels[..., :3].copy(), Phrase("dog")).meta["boxes"]
    pixels[:, :45] = (1, 2, 3, 0)
    seen = pixels[..., :3].copy()
    seen[:, :45] = 255
    assert (
        run(expert(source), pixels, Phrase("dog")).meta["boxes"]
        == run(expert(source), seen, Phrase("dog")).meta["boxes"]
    )
    Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
    assert run(expert(source), load_image(tmp_path / "grey.png").pixels, Phrase("dog")).meta["boxes"]


def test_a_picture_with_a_turned_camera_is_boxed_in_its_upright_frame(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(noise(40, 100)).save(tmp_path / "turned.png", exif=exif)
    picture = load_image(tmp_path / "turned.png")
    assert picture.pixels.shape == (100, 40, 3)
    made = detect_zero_shot.detect(
        make_call("detect", Ref("image#1"), Phrase("dog")), make_inputs(picture.pixels), silent,
        Told(Found("dog", Box(0.5, 0.1, 1.0, 0.2), 0.9)),
    )  # fmt: skip
    changed = np.argwhere((made.pixels != picture.pixels).any(2))
    assert made.pixels.shape == (100, 40, 3)
    assert made.meta["boxes"] == [["dog", 0.5, 0.1, 1.0, 0.2]]
    assert changed[:, 0].max() < 40


@pytest.mark.parametrize("source", SOURCES)
def test_words_that_could_be_marks_of_a_text_are_letters_to_the_network(source, twin):
    detector = load_detector(twin(source), "cpu")
    cut = detector.network.processor.tokenizer
    begun = set(cut.all_special_tokens)
    for phrase in ("[SEP] dog [MASK]", "<|endoftext|>dog<|startoftext|>", "dog</w> ## {} %s", "dog\x00\n'; drop"):
        names, _ = names_of([phrase])
        assert any("dog" in name for name in names)
        for name in names:
            pieces = cut.convert_ids_to_tokens(cut(name, add_special_tokens=False).input_ids)
            assert not set(pieces) & (begun - {cut.unk_token})
        detector.find(noise(), names, silent, 0.001)


def test_words_that_a_network_reads_in_part_or_not_at_all_are_told(expert):
    long = "a very long name of a thing that nobody has ever seen in any picture"
    notes = run(expert("google/owlv2-large-patch14-ensemble"), noise(), Phrase(f"{long}, dog")).meta["notes"]
    assert ["read the beginning alone" in note for note in notes] == [True]
    notes = run(expert("IDEA-Research/grounding-dino-tiny"), noise(), Phrase("dog, собаки")).meta["notes"]
    assert notes == ["“собаки” is not a word that the detector knows"]


def test_more_names_than_one_text_has_room_for_are_read_in_several(twin):
    detector = load_detector(twin("IDEA-Research/grounding-dino-tiny"), "cpu")
    names = [f"{letter}ery long thing" for letter in "abcdefghijklmnopqrst"]
    groups = detector._captions(names)
    assert len(groups) > 1
    assert [n for group in groups for n in group] == [*range(20)]
    found, best = detector.find(noise(), names, silent, 0.0001)
    assert {one.name for one in found} & {names[n] for n in groups[0]}
    assert {one.name for one in found} & {names[n] for n in groups[-1]}
    assert best == pytest.approx(found[0].sure)


def test_a_mark_narrows_what_is_found_and_what_lies_elsewhere_is_said():
    there, here = Found("dog", Box(0.6, 0.6, 0.9, 0.9), 0.8), Found("dog", Box(0.1, 0.1, 0.3, 0.3), 0.7)
    region = Region(1, "image#1", box=Box(0.0, 0.0, 0.5, 0.5))
    call = make_call("detect", Ref("image#1"), Ref("region#1"), Phrase("dog"))
    made = detect_zero_shot.detect(call, make_inputs(noise(), [region]), silent, Told(there, here))
    assert [row[1:] for row in made.meta["boxes"]] == [[0.1, 0.1, 0.3, 0.3]]
    with pytest.raises(Refusal, match="marked place") as refusal:
        detect_zero_shot.detect(call, make_inputs(noise(), [region]), silent, Told(there))
    assert "elsewhere" in refusal.value.hint


def test_nothing_found_says_how_sure_it_was_and_what_would_show_more():
    call = make_call("detect", Ref("image#1"), Phrase("a submarine"))
    with pytest.raises(Refusal, match="“a submarine” was not found in image#1") as refusal:
        detect_zero_shot.detect(call, make_inputs(noise()), silent, Told(best=0.21))
    assert "21%" in refusal.value.hint
    assert "threshold=0.19" in refusal.value.hint
    with pytest.raises(Refusal) as refusal:
        detect_zero_shot.detect(call, make_inputs(noise()), silent, Told())
    assert "other words" in refusal.value.hint


@pytest.mark.parametrize("source", SOURCES)
def test_a_higher_threshold_finds_less_and_the_checkpoints_own_is_the_usual(source, twin):
    detector = load_detector(twin(source), "cpu")
    every, best = detector.find(noise(), ["dog"], silent, 0.0)
    sure = [one.sure for one in every]
    some, _ = detector.find(noise(), ["dog"], silent, sure[len(sure) // 2])
    assert [one.sure for one in some] == [value for value in sure if value > sure[len(sure) // 2]]
    own, _ = detector.find(noise(), ["dog"], silent)
    assert len(own) == sum(value > DETECTORS[source].call["threshold"] for value in sure)
    assert best == pytest.approx(sure[0])


@pytest.mark.parametrize("source", SOURCES)
def test_stop_ends_it_at_the_next_layer_and_leaves_nothing_behind(source, expert):
    before = run(expert(source), noise(), Phrase("dog")).meta
    told = []

    def stop(fraction, word="", preview=None):
        told.append(fraction)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(expert(source), noise(), Phrase("dog"), report=stop)
    assert len(told) == 3
    assert run(expert(source), noise(), Phrase("dog")).meta == before
    steps = []
    run(expert(source), noise(), Phrase("dog"), report=lambda f, w="", p=None: steps.append(f))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0


def test_where_a_graphics_card_has_no_room_the_processor_does_it_and_that_is_told(monkeypatch):
    told = Told(Found("dog", Box(0.1, 0.1, 0.3, 0.3), 0.7))
    monkeypatch.setattr(told, "network", loading.Network(None, None, "cuda", False), raising=False)
    call = make_call("detect", Ref("image#1"), Phrase("dog"))
    made = detect_zero_shot.detect(call, make_inputs(noise(), settings={"smaller": True}), silent, told)
    assert told.asked == [(("dog",), None, True)]
    assert "graphics card had no room" in made.meta["notes"][0]


def test_what_is_no_number_is_never_a_box(twin, monkeypatch):
    detector = load_detector(twin(SOURCES[0]), "cpu")
    monkeypatch.setattr(Detector, "_look", lambda self, *given: (np.full((2, 4), np.nan), np.ones((2, 1))))
    with pytest.raises(ValueError, match="not numbers"):
        detector.find(noise(), ["dog"], silent)


def test_a_picture_that_was_drawn_here_is_looked_up_and_a_photo_is_looked_at(tmp_path):
    router = Router(PROFILES["gpu-8"], Store(tmp_path), discover())
    call = make_call("detect", Ref("image#1"), Phrase("dog"))
    for meta, expected in (({"scene": {"things": []}}, "detect_scene"), ({}, "detect_zero_shot")):
        shelf = {"image#1": Media("image", "image#1", "a.png", meta)}
        assert router._pick(call, shelf, None, silent)[0].implementation == expected


def test_files_that_are_broken_incomplete_or_pickles_are_refused(twin, tmp_path):
    import shutil

    import safetensors.torch
    import torch

    whole = twin("IDEA-Research/grounding-dino-tiny")

    def copy(name):
        return replace(whole, source=str(shutil.copytree(whole.source, tmp_path / name)))

    lacking = copy("lacking")
    weights = safetensors.torch.load_file(f"{lacking.source}/model.safetensors")
    first = next(name for name in weights if name.endswith("weight"))
    safetensors.torch.save_file(
        {name: value for name, value in weights.items() if name != first},
        f"{lacking.source}/model.safetensors",
        metadata={"format": "pt"},
    )
    with pytest.raises(Refusal, match="not complete"):
        load_detector(lacking, "cpu")
    broken = copy("broken")
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"\x10" * 99)
    with pytest.raises(Refusal, match=r"cannot be loaded|safetensors"):
        load_detector(broken, "cpu")
    pickled = copy("pickled")
    (tmp_path / "pickled" / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "pickled" / "pytorch_model.bin")
    with pytest.raises(Refusal, match="no weights in safetensors"):
        load_detector(pickled, "cpu")


def test_code_of_a_checkpoint_never_runs(twin, tmp_path):
    import json
    import shutil

    whole = twin("IDEA-Research/grounding-dino-tiny")
    folder = shutil.copytree(whole.source, tmp_path / "own")
    canary = tmp_path / "canary"
    (folder / "theirs.py").write_text(f"open({str(canary)!r}, 'w')\n", encoding="utf-8")
    for name, entry in (
        ("config.json", "AutoModelForZeroShotObjectDetection"),
        ("preprocessor_config.json", "AutoImageProcessor"),
    ):
        told = json.loads((folder / name).read_text(encoding="utf-8"))
        told |= {"auto_map": {entry: "theirs.Theirs", "AutoConfig": "theirs.Theirs"}, "model_type": "theirs"}
        (folder / name).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(Refusal):
        load_detector(replace(whole, source=str(folder)), "cpu")
    assert not canary.exists()


def test_a_checkpoint_of_the_hub_that_is_not_here_is_told_and_only_texts_and_safetensors_are_asked_for(monkeypatch):
    asked = {}

    def snapshot(source, **wanted):
        asked.update(source=source, **wanted)
        raise FileNotFoundError("not found in the local cache")

    monkeypatch.setattr(loading, "snapshot", snapshot)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    checkpoint = DETECTORS["IDEA-Research/grounding-dino-tiny"]
    with pytest.raises(Refusal, match="not on this machine yet"):
        load_detector(checkpoint, "cpu")
    assert asked == {
        "source": checkpoint.source, "revision": checkpoint.revision, "allow_patterns": ["*.json", "*.safetensors", "*.txt"],
        "local_files_only": True,
    }  # fmt: skip
    with pytest.raises(Refusal, match="not pinned"):
        load_detector(replace(checkpoint, revision=""), "cpu")


def test_experts_of_one_checkpoint_have_its_weights_once(twin):
    one, other = (load_detector(twin(SOURCES[0]), "cpu") for _ in range(2))
    assert one.network is other.network


def test_a_checkpoint_that_does_not_say_how_it_reads_names_is_no_detector(twin):
    with pytest.raises(ValueError, match="prompt"):
        load_detector(Checkpoint("detect_zero_shot", "nowhere", call={"threshold": 0.3}), "cpu")
    assert isinstance(run(detect_zero_shot.load(twin(SOURCES[0]), "cpu"), noise(), Phrase("dog")), Picture)
    assert detecting.THRESHOLD in detect_zero_shot.PARAMS
