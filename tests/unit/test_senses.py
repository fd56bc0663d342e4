"""The senses: rows of pictures, marks, clips and sounds, of any shape and length, the same every time, with names and places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.expert import Refusal
from models.percepts import MARKED, MOMENT, PATCH, PLACE, SETTING, SOUND, THING, TRACK, Percept
from models.reader import shared_embedder
from models.senses import ear, eye, gate, kept, naming, perceive, picture, sureness
from models.senses.clip import linked
from models.values import Box, Point, Region, Stroke
from models.video import VideoWriter, clip_info
from models.vision.frames import pooled
from models.vision.regions import region_weights, roi_align
from models.world.composer import compose
from models.world.scene import Backdrop, Scene, Thing

WIDTH, HEIGHT = 240, 160


@pytest.fixture(scope="module")
def senses() -> perceive.Senses:
    return perceive.load()


@pytest.fixture(scope="module")
def drawn() -> NDArray[np.uint8]:
    things = (Thing("pizza", 0.25, 0.5, 0.55), Thing("whale", 0.72, 0.5, 0.6))
    return compose(Scene(things, Backdrop("plain", "day", "light blue")), WIDTH, HEIGHT, truth=False).pixels


def by_kind(rows: tuple[Percept, ...]) -> dict[int, Percept]:
    return {one.kind: one for one in rows}


def test_a_picture_is_its_cells_and_its_things(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    found = by_kind(senses.picture(drawn, gated=False).percepts)
    cells, things = found[PATCH], found[THING]
    assert cells.features.shape == (25, 384)
    assert cells.features.dtype == np.float16
    assert np.allclose(cells.places[7, :4], (0.4, 0.2, 0.6, 0.4))
    assert things.features.shape == (len(things), 1024)
    assert 1 <= len(things) <= 12
    assert {"pizza", "whale"} & set(things.names)
    assert list(things.sure) == sorted(things.sure, reverse=True)
    assert (things.sure >= sureness.LEAST - 1e-6).all()
    assert np.allclose(np.linalg.norm(things.features[:, :384].astype(np.float32), axis=1), 1, atol=0.01)
    assert (things.places[:, :4] == things.places[:, 4:8]).all()
    assert (things.places[:, 8:] == 0).all()


def test_what_is_perceived_is_the_same_every_time(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    one, two = (senses.picture(drawn, gated=False).percepts for _ in range(2))
    for a, b in zip(one, two, strict=True):
        assert a.names == b.names
        assert np.array_equal(a.features, b.features)
        assert np.array_equal(a.places, b.places)


def test_a_things_stages_are_the_mean_of_their_alignment(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    look = senses.look([drawn])[0]
    things = picture.things(look, senses.judge)
    wide = roi_align(look.stages, [torch.from_numpy(things.boxes)], (56, 56), 0).mean((2, 3)).numpy()
    assert np.allclose(things.features[:, 384:], wide, atol=1e-4)


def test_moments_are_the_means_of_the_frames_maps(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    frames, seconds = [drawn, np.roll(drawn, 40, 1), drawn[:, ::-1]], [0.5, 1.5, 2.5]
    rows = by_kind(senses.frames(frames, seconds, gated=False).percepts)[MOMENT]
    temporal, spatial = pooled(torch.stack([look.grid for look in senses.look(frames)])[None])
    assert rows.features.shape == (3 + 25, 384)
    assert np.array_equal(rows.features, torch.cat([temporal, spatial], 1)[0].numpy().astype(np.float16))
    assert rows.places[:3, 8].tolist() == seconds
    assert (rows.places[3:, 8] == 0.5).all()
    assert (rows.places[3:, 9] == 2.5).all()
    assert np.allclose(rows.places[-1, :4], (0.8, 0.8, 1, 1))


def test_a_drawn_box_reads_what_a_things_box_reads(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    look = senses.look([drawn])[0]
    things = picture.things(look, senses.judge)
    x0, y0, x1, y1 = (float(value) for value in things.boxes[0].clip(0, 1))
    row = picture.marked_rows(look, [Region(1, "image#1", Box(x0, y0, x1, y1))], (WIDTH, HEIGHT))[0]
    assert row.kind == MARKED
    assert np.allclose(row.features[0, 384:].astype(np.float32), things.features[0, 384:], atol=0.02)
    assert row.names == naming.things().of(things.features[:1, :384])


def test_every_kind_of_mark_is_a_row_of_its_own(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[60:100, 40:80] = True
    regions = [
        Region(1, "image#1", Box(0.1, 0.2, 0.4, 0.8)),
        Region(2, "image#1", points=(Point(0.25, 0.5),), time=1.5),
        Region(3, "image#1", strokes=(Stroke(((0.6, 0.5), (0.8, 0.5)), 0.05),)),
        Region(4, "image#1", mask="mask#1"),
    ]
    rows = senses.marks(drawn, regions, {"mask#1": mask}, gated=False)
    assert [(one.kind, one.features.shape, one.places.shape) for one in rows] == [(MARKED, (1, 1024), (1, PLACE))] * 4
    assert rows[0].names[0] == "pizza"
    assert np.allclose(rows[3].places[0, :4], (40 / 240, 60 / 160, 80 / 240, 100 / 160))
    assert rows[1].places[0, 8:].tolist() == [1.5, 1.5]
    # the phrase is the mean over the region's area of the patches' phrases, by how sure each is
    look = senses.look([drawn])[0]
    height, width = look.stages[0].shape[2:]
    fine = region_weights([regions[3]], (WIDTH, HEIGHT), height, width, {"mask#1": mask})
    both = torch.nn.functional.interpolate(look.phrases * look.sure, (height, width), mode="bilinear")[0]
    meant = torch.nn.functional.normalize(torch.einsum("hw,chw->c", fine[0], both), dim=0)
    assert float(meant @ torch.from_numpy(rows[3].features[0, :384].astype(np.float32))) > 0.99
    with pytest.raises(Refusal, match="marks nothing"):
        senses.marks(drawn, [Region(5, "image#1", points=(Point(0.5, 0.5, positive=False),))], gated=False)


@pytest.mark.parametrize("shape", [(1, 4000, 3), (4000, 1, 3), (1, 1, 3), (31, 17, 4), (8, 8, 3)])
def test_pictures_of_any_shape_are_perceived(senses: perceive.Senses, shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    found = by_kind(senses.picture(pixels, gated=False).percepts)
    assert found[PATCH].features.shape == (25, 384)
    assert all(np.isfinite(one.features.astype(np.float32)).all() for one in found.values())
    assert all(((one.places >= 0) & (one.places <= 1)).all() for one in found.values())


def test_what_is_no_picture_is_refused(senses: perceive.Senses) -> None:
    for shape in ((4, 4), (0, 4, 3), (4, 4, 2)):
        with pytest.raises(ValueError, match="a picture is"):
            senses.picture(np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="one for each"):
        senses.frames([], [])
    with pytest.raises(ValueError, match="of one size"):
        senses.frames([np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8, 3), np.uint8)], [0.0, 1.0])
    with pytest.raises(ValueError, match="nothing is perceived of"):
        perceive.perceive("smell", None)


def test_a_clear_picture_is_seen_on_white(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    clear = np.concatenate([drawn, np.zeros((HEIGHT, WIDTH, 1), np.uint8)], 2)
    white = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    one, two = (senses.picture(pixels, gated=False).percepts[0] for pixels in (clear, white))
    assert np.array_equal(one.features, two.features)


def test_a_moving_thing_is_one_track(senses: perceive.Senses) -> None:
    def frame(n: int) -> NDArray[np.uint8]:
        scene = Scene((Thing("pizza", 0.2 + 0.08 * n, 0.5, 0.5),), Backdrop("plain", "day", "light blue"))
        return compose(scene, WIDTH, HEIGHT, truth=False).pixels

    rows = by_kind(senses.frames([frame(n) for n in range(8)], [0.5 * n for n in range(8)], gated=False).percepts)[
        TRACK
    ]
    row = rows.names.index("pizza")
    assert rows.features.shape == (len(rows), 1024)
    assert rows.places[row, 8:].tolist() == [0.0, 3.5]
    assert rows.places[row, 4] - rows.places[row, 0] == pytest.approx(0.56, abs=0.08)


def test_things_that_pass_each_other_keep_their_tracks() -> None:
    def found(n: int) -> picture.Things:
        x = 0.1 * n
        boxes = np.array([[x, 0.4, x + 0.2, 0.6], [0.8 - x, 0.4, 1 - x, 0.6]], np.float32)
        phrases = np.array([[1, 0.1, 0], [1, 0, 0.1]], np.float32)
        return picture.Things(boxes, phrases / np.linalg.norm(phrases, axis=1, keepdims=True), np.ones(2, np.float32))

    tracks = linked([found(n) for n in range(9)], 3)
    assert [track.frames for track in tracks] == [list(range(9))] * 2
    assert tracks[0].boxes[-1][0] == pytest.approx(0.8)
    assert tracks[1].boxes[-1][0] == pytest.approx(0.0, abs=1e-6)


def test_one_frame_and_a_file_are_clips(senses: perceive.Senses, drawn: NDArray[np.uint8], tmp_path: Path) -> None:
    single = by_kind(senses.frames([drawn], [0.02], gated=False).percepts)
    assert single[MOMENT].features.shape == (26, 384)
    assert len(single[TRACK]) >= 1
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, WIDTH, HEIGHT, 12) as writer:
        for _ in range(20):
            writer.write(drawn)
    clip = clip_info(path)
    rows = by_kind(perceive.perceive("video", clip, gated=False).percepts)
    assert rows[MOMENT].features.shape == (33, 384)
    assert rows[MOMENT].places[0, 8] == pytest.approx(1.5 / 12)


def test_silence_has_no_rows_and_an_hour_is_heard_in_parts(senses: perceive.Senses) -> None:
    assert senses.sound(np.zeros((48_000, 2), np.float32), 48_000) == perceive.Perceived()
    assert senses.sound(np.zeros((0, 1), np.float32), 16_000).percepts == ()
    hour = np.zeros((3600 * 8000, 1), np.float32)
    hour[::3] = 0.2
    found = senses.sound(hour, 8000, gated=False)
    assert found.left_out == pytest.approx(3600 - perceive.WINDOWS * 2.56)
    assert all(one.kind == SOUND and len(one) <= ear.MOST for one in found.percepts)
    with pytest.raises(ValueError, match="finite"):
        senses.sound(np.full((100, 1), np.nan, np.float32), 16_000)


def test_events_have_their_time_and_come_in_order() -> None:
    def event(begin: float, end: float, axis: int) -> ear.Event:
        phrase = np.eye(3, dtype=np.float32)[axis]
        return ear.Event([begin, begin + 0.16], [begin + 0.16, end], [phrase] * 2, [phrase] * 2, [0.9, 0.9])

    names = naming.Names(("dog", "rain", "bell"), np.eye(3, dtype=np.float32))
    blip = ear.Event([5.0], [5.16], [np.eye(3, dtype=np.float32)[2]], [np.zeros(3, np.float32)], [0.9])
    found = ear.merged([event(0, 1, 0), event(1.5, 2, 0), event(0.5, 3, 1), event(6, 7, 0), blip], names)
    assert [(min(one.begins), max(one.ends)) for one in found] == [(0, 2), (0.5, 3), (6, 7)]
    assert names.of(np.stack([one.phrase for one in found])) == ("dog", "rain", "dog")


def test_a_gate_lets_in_by_the_mean_of_the_parts() -> None:
    line = gate.Gate(np.zeros(2, np.float32), np.ones(2, np.float32), np.array([1, -1], np.float32), 0.5)
    assert line.passes(np.array([[2, 0], [0, 1]], np.float32))
    assert not line.passes(np.array([[1, 0], [0, 1]], np.float32))
    assert line.passes(np.zeros((0, 2), np.float32))
    assert float(line.score(np.array([[100.0, 0]], np.float32))[0]) == 6


def test_kept_percepts_are_made_once_and_bounded(drawn: NDArray[np.uint8]) -> None:
    made = []

    def make(n: int) -> perceive.Perceived:
        made.append(n)
        row = Percept(
            PATCH, np.zeros((10, 10), np.float16), np.zeros((10, PLACE), np.float32), (), np.zeros(10, np.float32)
        )
        return perceive.Perceived((row,))

    store = kept.Kept(2 * kept.size(make(0)))
    for n in (1, 2, 1, 3, 1, 2):
        store.get(str(n), lambda n=n: make(n))  # type: ignore[misc]
    assert made == [0, 1, 2, 3, 2]
    assert len(store) == 2
    assert store.bytes == 2 * kept.size(make(0))
    with pytest.raises(Refusal):
        store.get("broken", lambda: (_ for _ in ()).throw(Refusal("no")))
    assert len(store) == 2


def test_a_file_is_perceived_once_by_its_content(drawn: NDArray[np.uint8], tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "drawn.png"
    Image.fromarray(drawn).save(path)
    first = kept.perceive_file("image", path, "a" * 64)
    path.unlink()
    assert kept.perceive_file("image", path, "a" * 64) is first
    with pytest.raises(Refusal):
        kept.perceive_file("image", path, "b" * 64)


def test_weights_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        perceive.load(low=str(tmp_path / "nowhere"))


def test_any_stock_vision_transformer_makes_the_grid() -> None:
    from transformers import SiglipVisionConfig, SiglipVisionModel, ViTConfig, ViTModel

    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    for model in (
        SiglipVisionModel(SiglipVisionConfig(image_size=28, patch_size=14, **sizes)),
        ViTModel(ViTConfig(image_size=32, patch_size=8, **sizes), add_pooling_layer=False),
    ):
        side = model.config.image_size
        maps = eye.low_maps(model.eval(), eye.low_pixels([np.zeros((9, 30, 3), np.uint8)], side))
        assert maps.shape == (1, 32, side // model.config.patch_size, side // model.config.patch_size)


def test_the_encoders_come_back_through_the_auto_classes() -> None:
    from transformers import ASTModel, AutoModel, SiglipVisionModel

    from models.vision.tower import VisionTower

    kinds = {perceive.LOW: SiglipVisionModel, perceive.HIGH: VisionTower, perceive.HEARING: ASTModel}
    for folder, kind in kinds.items():
        loaded = AutoModel.from_pretrained(perceive.ASSETS / folder, dtype=torch.float32, local_files_only=True)
        assert isinstance(loaded, kind)


@pytest.mark.parametrize(
    ("backdrop", "place", "hour"),
    [(Backdrop("beach", "day", seed=3), "a beach", "day, and the weather is good"), (Backdrop("forest", "night", seed=5), "a forest", "night"),
     (Backdrop("bricks", "day", seed=2), "a brick wall", "day, and the weather is good")],
)  # fmt: skip
def test_place_hour_and_look_are_read_as_what_their_words_mean(
    senses: perceive.Senses, backdrop: Backdrop, place: str, hour: str
) -> None:
    pixels = compose(Scene((Thing("pizza", 0.4, 0.6, 0.4),), backdrop), WIDTH, HEIGHT, truth=False).pixels
    rows = by_kind(senses.picture(pixels, gated=False).percepts)[SETTING]
    assert rows.features.shape == (3, 384)
    assert rows.names == ()
    assert (rows.places[:, :4] == (0, 0, 1, 1)).all()
    embed = shared_embedder("cpu")
    for row, words in ((0, place), (1, hour)):
        own, other = (
            np.asarray(embed([said]), np.float32)[0] for said in (words, "a kitchen" if row == 0 else "snowing")
        )
        seen = rows.features[row].astype(np.float32)
        assert seen @ own / np.linalg.norm(own) > max(0.7, seen @ other / np.linalg.norm(other))


def test_frames_of_a_clip_have_one_setting(senses: perceive.Senses, drawn: NDArray[np.uint8]) -> None:
    found = by_kind(senses.frames([drawn, drawn], [0.0, 1.5], gated=False).percepts)
    assert found[SETTING].features.shape == (3, 384)
    assert (found[SETTING].places[:, 9] == 1.5).all()
    assert np.allclose(
        found[SETTING].features, by_kind(senses.picture(drawn, gated=False).percepts)[SETTING].features, atol=2e-3
    )
