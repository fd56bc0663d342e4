"""The segmenter of the hub that profiles name cuts out what is marked or named: a small random twin of its true class, by the loader that
people use, and no network. What a random network makes of a place is no truth; where truth counts the network's logits are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scenes import disc, make_call, make_inputs, silent

from models.expert import Cancelled, Masks, Refusal, discover
from models.experts import segment_sam
from models.markings import marking_of
from models.media import load_image
from models.profiles import PROFILES
from models.prompted.detecting import Found
from models.prompted.loading import Network
from models.prompted.masking import ALONG, SURE, Prompt, Segmenter, load_segmenter, prompt_of
from models.router import Router
from models.store import Store
from models.values import Box, Media, Phrase, Point, Polygon, Ref, Region, Stroke
from tests.contract import tiny_sights

HUB = {name: profile for name, profile in PROFILES.items() if profile.experts["segment"][0].revision}
SAM = next(iter(HUB.values())).experts["segment"][0]
BOX = Box(0.25, 0.25, 0.6, 0.75)
WAYS = {
    "a box": {"box": BOX},
    "one click": {"points": (Point(0.5, 0.5),)},
    "a click and a click beside": {"points": (Point(0.5, 0.5), Point(0.05, 0.05, positive=False))},
    "a scribble": {"strokes": (Stroke(((0.42, 0.45), (0.58, 0.55)), 0.03),)},
    "an outline": {"polygons": (Polygon(((0.3, 0.25), (0.7, 0.22), (0.74, 0.75), (0.28, 0.77))),)},
    "a mask": {"mask": "mask#1"},
    "a mask, a box, a click and an outline that is not meant": {
        "mask": "mask#1", "box": BOX, "points": (Point(0.5, 0.5),),
        "polygons": (Polygon(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)), positive=False),),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """The segmenter as a profile has it, with its detector, but for where both lie."""
    root = tmp_path_factory.mktemp("twins")

    def here(one):
        return replace(one, source=str(tiny_sights.twin(root / one.source.replace("/", "--"), one.source)), revision="")

    detector = here(SAM.call["detector"])
    return replace(
        here(SAM), call={**SAM.call, "detector": replace(detector, call={**detector.call, "threshold": 0.001})}
    )


@pytest.fixture(scope="module")
def expert(checkpoint):
    return segment_sam.load(checkpoint, "cpu")


@pytest.fixture(scope="module")
def segmenter(checkpoint):
    return load_segmenter(checkpoint, "cpu")


def noise(height=61, width=90, channels=3, seed=5):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def run(expert, pixels, *args, regions=(), masks=None, report=silent, **settings):
    refs = [Ref(region.handle) for region in regions]
    inputs = make_inputs(pixels, regions, masks, settings=settings)
    return expert(make_call("segment", Ref("image#1"), *refs, *args), inputs, report)


class Told:
    """A segmenter that cuts out what it was told to, and a detector that finds that, both of which hold what they were asked."""

    def __init__(self, masks=(), found=(), best=0.0, device="cpu"):
        self.network = Network(None, None, device, False)
        self.masks, self.found, self.best = list(masks), list(found), best
        self.prompts, self.asked = [], []

    def see(self, pixels, report, spare=False):
        self.spare = spare
        return pixels

    def cut(self, seen, prompt, report, spare=False):
        self.prompts.append(prompt)
        return self.masks[len(self.prompts) - 1].copy(), 0.9

    def unread(self, names):
        return []

    def find(self, pixels, names, report, threshold=None, spare=False):
        self.asked.append((tuple(names), threshold))
        return self.found, self.best

    def __call__(self, pixels, *args, regions=(), masks=None, **settings):
        def plain(call, inputs, report):
            return segment_sam.segment(call, inputs, report, self, lambda _: self)

        return run(plain, pixels, *args, regions=regions, masks=masks, **settings)


def test_every_profile_that_fetches_cuts_out_with_a_class_that_has_a_twin_and_asks_the_detector_it_has():
    assert set(HUB) == set(PROFILES) - {"nano"}
    for profile in PROFILES.values():
        first, *others = profile.experts["segment"]
        if profile.name == "nano":
            assert first.implementation == "segment_grabcut"
            continue
        assert (first.implementation, [other.implementation for other in others]) == (
            "segment_sam",
            ["segment_grabcut"],
        )
        assert first.source in tiny_sights.TWINS
        assert first.call["detector"] == profile.experts["detect"][0]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_whatever_marks_a_thing_gives_a_mask_of_the_pictures_full_size_the_same_each_time(way, expert):
    pixels = noise(361, 490)
    before = {"mask#1": disc(361, 490, (245, 180), 90)}
    region = Region(4, "image#1", label="the ball", **way)
    made = run(expert, pixels, regions=[region], masks=before)
    assert made.array.shape == (1, 361, 490)
    assert made.array.dtype == np.bool_
    assert (made.labels, made.numbers, made.meta["of"]) == (["the ball"], [4], "image#1")
    assert 0 <= made.scores[0] <= 1
    assert np.array_equal(run(expert, pixels, regions=[region], masks=before).array, made.array)


def test_each_kind_of_mark_changes_what_the_network_gives(segmenter):
    seen = segmenter.see(noise(), silent)
    mask = disc(61, 90, (45, 30), 20)
    none = np.zeros((0, 2)), np.zeros(0, np.int64)
    prompts = [
        Prompt(*none, box=BOX),
        Prompt(*none, box=Box(0.5, 0.5, 0.9, 0.9)),
        Prompt(np.array([[0.5, 0.5], [0.2, 0.2]]), np.array([1, 1])),
        Prompt(np.array([[0.5, 0.5], [0.2, 0.2]]), np.array([1, 0])),
        Prompt(*none, box=BOX, mask=mask),
        Prompt(*none, box=BOX, mask=~mask),
    ]
    logits = []
    for prompt in prompts:
        import torch

        told = {name: torch.from_numpy(value) for name, value in segmenter._told(prompt).items()}
        with torch.inference_mode():
            given = segmenter.network.model(image_embeddings=seen.maps, multimask_output=False, **told)
        logits.append(given.pred_masks[0, 0, 0].numpy())
    for n, one in enumerate(logits):
        assert all(np.abs(one - other).max() > 1e-6 for other in logits[n + 1 :])


def test_the_picture_is_brought_to_what_the_network_was_trained_on_and_marks_to_its_pixels(segmenter, monkeypatch):
    given = {}
    own = segmenter.network.model.get_image_embeddings
    monkeypatch.setattr(
        segmenter.network.model, "get_image_embeddings", lambda pixels: given.update(pixels=pixels) or own(pixels)
    )
    segmenter.see(np.full((30, 70, 3), (255, 0, 128), np.uint8), silent)
    side = segmenter.side
    assert given["pixels"].shape == (1, 3, side, side)
    expected = (np.array([255, 0, 128]) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert np.allclose(given["pixels"][0].mean((1, 2)).numpy(), expected, atol=1e-5)
    mask = np.zeros((50, 100), bool)
    mask[:, 50:] = True
    told = segmenter._told(Prompt(np.array([[0.5, 0.25]]), np.array([0]), Box(0, 0.5, 1, 1), mask))
    assert told["input_points"].tolist() == [[[[side / 2 - 0.5, side / 4 - 0.5]]]]
    assert told["input_labels"].tolist() == [[[0]]]
    assert told["input_boxes"].tolist() == [[[-0.5, side / 2 - 0.5, side - 0.5, side - 0.5]]]
    assert told["input_masks"].shape == (1, 1, side // 4, side // 4)
    assert told["input_masks"][0, 0, 0, 0] == pytest.approx(-SURE)
    assert told["input_masks"][0, 0, 0, -1] == pytest.approx(SURE)


def test_logits_a_quarter_as_fine_become_a_mask_at_the_pictures_own_size(segmenter, monkeypatch):
    import torch

    class Answer:
        iou_scores = torch.tensor([[[0.2, 1.4, 0.5]]])
        pred_masks = torch.full((1, 1, 3, 32, 32), -5.0)

    Answer.pred_masks[0, 0, 1, 8:24, 4:16] = 5.0
    seen = segmenter.see(noise(640, 320), silent)
    monkeypatch.setattr(segmenter.network.model, "forward", lambda **given: Answer)
    mask, score = segmenter.cut(seen, Prompt(np.array([[0.3, 0.5]]), np.array([1])), silent)
    truth = np.zeros((640, 320), bool)
    truth[160:480, 40:160] = True
    assert score == 1.0
    assert (mask != truth).mean() < 0.002
    Answer.pred_masks[0, 0, 1, 0, 0] = float("nan")
    with pytest.raises(ValueError, match="not of numbers"):
        segmenter.cut(seen, Prompt(np.array([[0.3, 0.5]]), np.array([1])), silent)


def prompted(region, masks=None):
    inputs = make_inputs(noise(100, 200), [region], masks)
    return prompt_of(region, marking_of(region, 200, 100, inputs))


def test_scribbles_are_points_along_them_and_outlines_and_masks_are_masks_with_a_box_where_nothing_else_is_marked():
    scribble = prompted(Region(1, "image#1", strokes=(Stroke(tuple((0.1 * n, 0.5) for n in range(1, 10)), 0.02),)))
    assert len(scribble.points) == ALONG
    assert np.allclose(scribble.points[[0, -1]], [[0.1, 0.5], [0.9, 0.5]])
    assert (scribble.signs == 1).all()
    assert scribble.box is scribble.mask is None
    dot = prompted(
        Region(1, "image#1", strokes=(Stroke(((0.3, 0.4),), 0.02), Stroke(((0.8, 0.8), (0.8, 0.8)), 0.02, False)))
    )
    assert dot.points.tolist() == [[0.3, 0.4], [0.8, 0.8]]
    assert dot.signs.tolist() == [1, 0]
    before = {"mask#1": np.zeros((100, 200), bool)}
    before["mask#1"][20:60, 40:100] = True
    alone = prompted(Region(1, "image#1", mask="mask#1"), before)
    assert alone.box == Box(0.2, 0.2, 0.5, 0.6)
    assert np.array_equal(alone.mask, before["mask#1"])
    more = prompted(Region(1, "image#1", mask="mask#1", points=(Point(0.9, 0.9),)), before)
    assert more.box is None, "what is added may lie beyond the mask"
    outline = prompted(Region(1, "image#1", polygons=(Polygon(((0.1, 0.1), (0.5, 0.1), (0.5, 0.9), (0.1, 0.9))),)))
    assert outline.mask[50, 60]
    assert not outline.mask[50, 150]
    assert outline.box.x1 == pytest.approx(0.5, abs=0.02)
    hole = Polygon(((0.6, 0.2), (1.0, 0.2), (1.0, 0.8), (0.6, 0.8)), positive=False)
    beside = prompted(Region(1, "image#1", box=BOX, polygons=(hole,)))
    assert beside.points[0] == pytest.approx([0.8, 0.5], abs=0.2)
    assert beside.signs.tolist() == [0]


def test_only_what_is_not_meant_is_answered_with_what_to_do():
    with pytest.raises(Refusal) as refusal:
        Told([np.ones((61, 90), bool)])(
            noise(), regions=[Region(1, "image#1", points=(Point(0.5, 0.5, positive=False),))]
        )
    assert "does not belong" in refusal.value.what
    assert "click" in refusal.value.hint


def test_what_is_scribbled_is_in_the_mask_what_is_crossed_out_and_what_is_clear_is_not():
    pixels = noise(60, 90, 4)
    pixels[..., 3] = 255
    pixels[:20, :, 3] = 0
    strokes = Stroke(((0.1, 0.9), (0.2, 0.9)), 0.05), Stroke(((0.6, 0.5), (0.8, 0.5)), 0.05, positive=False)
    given = np.zeros((60, 90), bool)
    given[:50, 30:] = True
    mask = Told([given])(pixels, regions=[Region(1, "image#1", box=BOX, strokes=strokes)]).array[0]
    assert mask[54, 13]
    assert not mask[30, 63]
    assert not mask[:20].any()
    assert mask[22:25, 32:].all()


def test_several_marks_give_several_masks_and_one_with_nothing_in_it_loses_nothing_of_the_others():
    one, nothing = disc(61, 90, (30, 30), 10), np.zeros((61, 90), bool)
    regions = [
        Region(4, "image#1", box=BOX, label="speck"),
        Region(7, "image#1", box=Box(0.1, 0.1, 0.5, 0.9), label="ball"),
    ]
    made = Told([nothing, one])(noise(), regions=regions)
    assert (made.labels, made.numbers, len(made.array)) == (["ball"], [7], 1)
    assert np.array_equal(made.array[0], one)
    assert [note for note in made.meta["notes"] if note.startswith("speck: ")]
    with pytest.raises(Refusal, match="Nothing was cut out"):
        Told([nothing])(noise(), regions=regions[:1])


def test_what_is_named_and_not_marked_is_cut_out_of_the_boxes_that_the_detector_finds():
    boxes = [Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.6, 0.9, 0.9), Box(0.4, 0.4, 0.5, 0.5)]
    found = [Found("dog", boxes[0], 0.9), Found("dog", boxes[1], 0.8), Found("cat", boxes[2], 0.7)]
    told = Told([disc(61, 90, (20 * n + 20, 30), 8) for n in range(3)], found)
    made = told(noise(), Phrase("the dogs and a cat"), threshold=0.4)
    assert told.asked == [(("dog", "cat"), 0.4)]
    assert [prompt.box for prompt in told.prompts] == boxes
    assert made.labels == ["dog 1", "dog 2", "cat"]
    assert made.numbers == [1, 2, 3]
    assert "dog (90% sure)" in made.meta["notes"][-1]
    many = Told([disc(61, 90, (45, 30), 8)] * 30, [Found("dog", BOX, 0.5)] * 30)
    made = many(noise(), Phrase("dogs"))
    assert len(made.array) == segment_sam.MOST
    assert "30 were found" in made.meta["notes"][0]


def test_a_mark_is_cut_out_and_its_name_is_its_label_without_asking_the_detector():
    told = Told([disc(61, 90, (45, 30), 8)])
    made = told(noise(), Phrase("the dog"), regions=[Region(1, "image#1", box=BOX)])
    assert made.labels == ["the dog"]
    assert told.asked == []


def test_what_is_not_found_and_what_names_nothing_is_said_with_what_to_do():
    with pytest.raises(Refusal, match="“the dog” was not found in image#1") as refusal:
        Told(best=0.2)(noise(), Phrase("the dog"))
    assert "threshold=0.18" in refusal.value.hint
    with pytest.raises(Refusal, match="was not marked"):
        Told()(noise())
    with pytest.raises(Refusal, match="names no thing"):
        Told()(noise(), Phrase("<>?!"))


def test_without_a_detector_a_name_asks_for_a_mark(checkpoint):
    alone = segment_sam.load(replace(checkpoint, call={}), "cpu")
    with pytest.raises(Refusal, match="“the dog”") as refusal:
        run(alone, noise(), Phrase("the dog"))
    assert "Draw a box" in refusal.value.hint


def test_a_name_is_found_by_the_profiles_detector_and_cut_out_of_a_photo_through_the_router(checkpoint, tmp_path):
    store, profile = Store(tmp_path / "media"), HUB["paper"]
    router = Router(replace(profile, experts={**profile.experts, "segment": (checkpoint,)}), store, discover())
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(noise(40, 100)).save(tmp_path / "photo.png", exif=exif)
    kind, path, meta = store.adopt(tmp_path / "photo.png")
    shelf = {"image#1": Media(kind, "image#1", path, meta)}
    call = make_call("segment", Ref("image#1"), Phrase("[SEP] dogs"))
    with router.run(call, shelf, {}, silent, seed=1) as ran:
        (made,) = ran.values
        assert isinstance(made, Masks)
        assert made.array.shape[1:] == (100, 40), "the upright frame, as people see it"
        assert all(label.startswith("SEP dog") for label in made.labels)
        assert any("found by name" in note for note in ran.step.settings["notes"])
        assert "detector" not in ran.step.settings


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 900), (700, 2), (1500, 1700)])
@pytest.mark.parametrize("mark", [{"box": BOX}, {"points": (Point(0.5, 0.5),)}])
def test_every_size_of_picture_gives_a_mask_of_its_size(size, mark, expert):
    made = run(expert, noise(*size), regions=[Region(1, "image#1", strokes=(Stroke(((0.5, 0.5),), 0.02),), **mark)])
    assert made.array.shape == (1, *size)
    assert made.array.any()


def test_a_grey_picture_is_cut_out_of(expert, tmp_path):
    Image.fromarray(noise()[..., 0]).save(tmp_path / "grey.png")
    made = run(
        expert, load_image(tmp_path / "grey.png").pixels, regions=[Region(1, "image#1", points=(Point(0.5, 0.5),))]
    )
    assert made.array.shape == (1, 61, 90)


def test_stop_ends_it_at_the_next_layer_and_progress_only_grows(expert):
    told = []

    def stop(fraction, word="", preview=None):
        told.append(fraction)
        if len(told) == 3:
            raise Cancelled

    regions = [Region(1, "image#1", points=(Point(0.5, 0.5),)), Region(2, "image#1", box=BOX)]
    with pytest.raises(Cancelled):
        run(expert, noise(), regions=regions, report=stop)
    assert len(told) == 3
    for args, marks in (((), regions), ((Phrase("dog"),), ())):
        told = []
        run(expert, noise(), *args, regions=marks, report=lambda *given, to=told: to.append(given))
        steps = [given[0] for given in told]
        assert steps == sorted(steps)
        assert steps[-1] == 1.0
        assert told[-1][2]().dtype == np.uint8


def test_where_a_graphics_card_has_no_room_the_processor_does_it_and_that_is_told():
    told = Told([disc(61, 90, (45, 30), 8)], device="cuda")
    made = told(noise(), regions=[Region(1, "image#1", box=BOX)], smaller=True)
    assert told.spare
    assert "graphics card had no room" in made.meta["notes"][0]


def test_a_mark_on_another_picture_or_a_mask_of_another_shape_is_refused(expert):
    with pytest.raises(Refusal, match="image#2"):
        run(expert, noise(), regions=[Region(1, "image#2", points=(Point(0.5, 0.5),))])
    with pytest.raises(Refusal, match="made on a frame"):
        run(expert, noise(), Ref("mask#1"), masks={"mask#1": np.ones((50, 300), bool)})


def test_a_segmenter_is_loaded_with_every_weight_and_once(checkpoint, segmenter):
    assert type(segmenter.network.model).__name__ == "Sam2Model"
    assert isinstance(segmenter, Segmenter)
    assert load_segmenter(checkpoint, "cpu").network is segmenter.network
