"""What the pixel operations promise: each does its work, on the right side, and leaves the other side alone."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import disc, disc_scene, make_call, make_inputs, silent, texture

from models.expert import Cancelled, Clip, Masks, Picture, Refusal
from models.experts import adjust as expert
from models.tasks import ADJUST_OPS
from models.values import Box, Checkpoint, Phrase, Point, Ref, Region

PAINTING = [op for op in ADJUST_OPS if op not in ("crop", "rotate", "flip", "cutout", "background")]


def adjust(pixels, *args, regions=(), masks=None, report=silent, **settings):
    run = expert.load(Checkpoint("adjust"), "cpu")
    refs = [Ref(r.handle) for r in regions] + [Ref(m) for m in masks or {}]
    call = make_call("adjust", Ref("image#1"), *refs, *args)
    return run(call, make_inputs(pixels, regions, masks, settings), report)


def luma(pixels):
    return pixels[..., :3].astype(float) @ [0.299, 0.587, 0.114]


def chroma(pixels):
    rgb = pixels[..., :3].astype(float)
    return rgb.max(axis=-1) - rgb.min(axis=-1)


def detail(pixels):
    return np.abs(np.diff(luma(pixels), axis=1)).mean()


PROPERTY = {
    "grayscale": lambda a, b: chroma(b).max() == 0 and abs(luma(b).mean() - luma(a).mean()) < 1,
    "sepia": lambda a, b: (b[..., 0] >= b[..., 1]).all() and (b[..., 1] >= b[..., 2]).all() and chroma(b).mean() > 10,
    "color": lambda a, b: b[..., 2].mean() > b[..., 0].mean() + 40 and np.corrcoef(luma(a).ravel(), luma(b).ravel())[0, 1] > 0.9,
    "brightness": lambda a, b: luma(b).mean() > luma(a).mean() + 15,
    "contrast": lambda a, b: luma(b).std() > 1.3 * luma(a).std(),
    "saturation": lambda a, b: chroma(b).mean() > 1.25 * chroma(a).mean() and abs(luma(b).mean() - luma(a).mean()) < 6,
    "blur": lambda a, b: detail(b) < 0.5 * detail(a) and abs(luma(b).mean() - luma(a).mean()) < 1,
    "pixelate": lambda a, b: len(np.unique(b.reshape(-1, 3), axis=0)) <= 41 * 31 < len(np.unique(a.reshape(-1, 3), axis=0)),
    "sharpen": lambda a, b: detail(b) > 1.3 * detail(a),
    "sketch": lambda a, b: chroma(b).max() == 0 and luma(b).mean() > luma(a).mean() + 40 and luma(b).std() > 5,
    "cartoon": lambda a, b: detail(b) < 0.7 * detail(a) and chroma(b).mean() > 0.8 * chroma(a).mean(),
    "invert": lambda a, b: (b == 255 - a).all(),
}  # fmt: skip


def scene(grain=8):
    pixels, truth = disc_scene()
    pixels[:, :160] = pixels[:, :160] // 2  # shading, so that its loss would show
    noise = np.random.default_rng(2).normal(0, grain, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8), truth


@pytest.mark.parametrize("op", PAINTING)
def test_every_operation_does_what_its_name_says(op):
    pixels, _ = scene()
    out = adjust(pixels, op=op, color="blue" if op == "color" else None)
    assert isinstance(out, Picture)
    assert out.pixels.shape == pixels.shape
    assert out.pixels.dtype == np.uint8
    assert PROPERTY[op](pixels, out.pixels)


def test_the_table_of_operations_is_tested_whole():
    assert set(PROPERTY) == set(PAINTING)


@pytest.mark.parametrize("where", ["inside", "outside", None])
@pytest.mark.parametrize("op", PAINTING)
def test_the_other_side_of_the_mask_is_bit_identical(op, where):
    pixels, truth = scene()
    out = adjust(pixels, masks={"mask#1": truth}, op=op, where=where, color="blue")
    side = ~truth if where == "outside" else truth
    assert np.array_equal(out.pixels[~side], pixels[~side])
    assert out.meta["changed_outside"] == 0
    changed = (out.pixels != pixels).any(axis=2)
    assert out.meta["changed_inside"] == np.count_nonzero(changed & side) > 0.5 * np.count_nonzero(side)


@pytest.mark.parametrize("op", PAINTING)
def test_amount_nought_changes_nothing(op):
    pixels, _ = scene()
    out = adjust(pixels, op=op, amount=0.0, color="blue").pixels
    assert np.abs(out.astype(int) - pixels).max() <= 1


@pytest.mark.parametrize("op", ["brightness", "contrast", "saturation", "sharpen"])
def test_a_negative_amount_reverses(op):
    pixels, _ = scene()
    measure = {"brightness": lambda p: luma(p).mean(), "contrast": lambda p: luma(p).std(),
               "saturation": lambda p: chroma(p).mean(), "sharpen": detail}[op]  # fmt: skip
    assert measure(adjust(pixels, op=op, amount=-1.0).pixels) < 0.95 * measure(pixels)


@pytest.mark.parametrize("op", PAINTING)
def test_alpha_is_kept(op):
    pixels, truth = scene()
    alpha = np.random.default_rng(1).integers(0, 256, truth.shape).astype(np.uint8)
    out = adjust(np.dstack([pixels, alpha]), op=op, color="green").pixels
    assert np.array_equal(out[..., 3], alpha)
    assert not np.array_equal(out[..., :3], pixels)


@pytest.mark.parametrize("op", ADJUST_OPS)
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 2)])
def test_a_tiny_picture_survives_every_operation(op, size):
    pixels = np.full((*size, 3), 77, np.uint8)
    masks = {"mask#1": np.ones(size, bool)} if op in ("crop", "cutout", "background") else None
    out = adjust(pixels, masks=masks, op=op, color="red", degrees=45.0 if op == "rotate" else None)
    assert out.pixels.ndim == 3
    assert out.pixels.shape[2] in (3, 4)


@pytest.mark.parametrize("op", PAINTING)
def test_a_large_picture_done_in_bands_looks_as_if_done_at_once(op, monkeypatch):
    from models import pixels as work

    pixels, truth = scene()
    masks = {"mask#1": truth}
    whole = adjust(pixels, masks=masks, op=op, where="outside", color="teal").pixels.astype(int)
    monkeypatch.setattr(work, "BAND", 320 * 40)
    banded = adjust(pixels, masks=masks, op=op, where="outside", color="teal").pixels
    assert np.abs(banded - whole).mean() < 0.5
    assert np.quantile(np.abs(banded - whole), 0.995) <= 3


def test_a_blurred_ground_does_not_smear_the_thing_in_front():
    pixels, truth = disc_scene()
    pixels[truth] = (255, 0, 0)
    pixels[~truth] = (0, 90, 0)
    out = adjust(pixels, masks={"mask#1": truth}, op="blur", where="outside", amount=3.0).pixels
    assert np.abs(out[~truth].astype(int) - (0, 90, 0)).max() <= 1


def test_the_soft_edge_lies_within_the_changed_side():
    truth = disc(900, 900, (450, 450), 300)
    pixels = texture(900, 900, (120, 120, 120))
    out = adjust(pixels, masks={"mask#1": truth}, op="invert")
    assert out.meta["feather_px"] == 3
    full = 255 - pixels
    partly = truth & (out.pixels != full).any(axis=2)
    assert 0 < np.count_nonzero(partly) < 4 * 2 * np.pi * 300
    assert np.array_equal(out.pixels[~truth], pixels[~truth])


def test_a_named_colour_keeps_the_shading_and_black_and_white_work_too():
    pixels, truth = disc_scene()
    for name, goal in (("blue", 80), ("black", 20), ("white", 230)):
        out = adjust(pixels, masks={"mask#1": truth}, op="color", color=name).pixels
        assert abs(np.median(luma(out)[truth]) - goal) < 30
    red = adjust(pixels, Phrase("green"), masks={"mask#1": truth}, op="color").pixels[truth]
    assert (red[:, 1].astype(int) - red[:, 0]).mean() > 20


def test_an_unknown_colour_is_refused_with_names_that_work():
    pixels, _ = scene()
    with pytest.raises(Refusal) as caught:
        adjust(pixels, op="color", color="blorp")
    assert "blorp" in caught.value.what
    assert "red" in caught.value.hint


@pytest.mark.parametrize("op", [None, "explode"])
def test_a_missing_operation_is_refused_with_the_list(op):
    pixels, _ = scene()
    with pytest.raises(Refusal) as caught:
        adjust(pixels, op=op)
    assert all(name in caught.value.hint for name in ADJUST_OPS)


@pytest.mark.parametrize(
    "settings",
    [{"op": "crop"}, {"op": "cutout"}, {"op": "blur", "where": "inside"}, {"op": "background", "color": "red"}],
)
def test_an_operation_that_needs_a_marked_place_asks_for_one(settings):
    pixels, _ = scene()
    with pytest.raises(Refusal) as caught:
        adjust(pixels, **settings)
    assert "box" in caught.value.hint.lower()


def test_crop_gives_exactly_the_box():
    pixels, truth = scene()
    out = adjust(pixels, regions=[Region(1, "image#1", box=Box.from_pixels(10, 20, 111, 77, 320, 240))], op="crop")
    assert np.array_equal(out.pixels, pixels[20:77, 10:111])
    assert out.meta["box"] == [10, 20, 111, 77]
    tight = adjust(pixels, masks={"mask#1": truth}, op="crop").pixels
    assert tight.shape[:2] == (121, 121)


def test_turning_and_mirroring_are_exact_and_turn_back():
    pixels, _ = scene()
    right = adjust(pixels, op="rotate").pixels
    assert np.array_equal(right, np.rot90(pixels, -1))
    assert np.array_equal(adjust(right, op="rotate", degrees=-90.0).pixels, pixels)
    assert np.array_equal(adjust(pixels, op="rotate", degrees=180.0).pixels, pixels[::-1, ::-1])
    assert np.array_equal(adjust(pixels, op="flip").pixels, pixels[:, ::-1])
    assert np.array_equal(adjust(pixels, op="flip", axis="vertical").pixels, pixels[::-1])


def test_a_slanted_turn_goes_clockwise_loses_nothing_and_has_clear_corners():
    pixels = np.full((100, 200, 3), 60, np.uint8)
    pixels[:50, 100:] = 250  # bright upper right
    out = adjust(pixels, op="rotate", degrees=30.0).pixels
    assert out.shape[2] == 4
    assert out[0, 0, 3] == 0
    assert abs(np.count_nonzero(out[..., 3] > 127) - 100 * 200) < 400
    ys, xs = np.nonzero((out[..., 0] > 200) & (out[..., 3] > 200))
    middle = np.array([xs.mean() - out.shape[1] / 2, ys.mean() - out.shape[0] / 2])
    assert np.allclose(middle, (50 * np.cos(np.pi / 6) + 25 * 0.5, 50 * 0.5 - 25 * np.cos(np.pi / 6)), atol=2)


def test_cut_out_keeps_the_thing_and_makes_the_rest_transparent():
    pixels, truth = scene()
    out = adjust(pixels, masks={"mask#1": truth}, op="cutout").pixels
    assert np.array_equal(out[truth], np.dstack([pixels, np.full(truth.shape, 255, np.uint8)])[truth])
    assert (out[~disc(240, 320, (160, 120), 63)] == 0).all()
    hole = adjust(pixels, masks={"mask#1": truth}, op="cutout", where="outside").pixels
    assert (hole[disc(240, 320, (160, 120), 56), 3] == 0).all()
    assert (hole[~truth, 3] == 255).all()


def test_cut_out_from_a_drawn_box_finds_the_edge_of_the_thing():
    pixels, truth = disc_scene()
    out = adjust(pixels, regions=[Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))], op="cutout")
    assert np.count_nonzero((out.pixels[..., 3] > 127) != truth) < 0.05 * np.count_nonzero(truth)
    assert any("GrabCut" in note for note in out.meta["notes"])


def test_background_is_replaced_by_the_colour_and_the_thing_stays():
    pixels, truth = scene()
    out = adjust(pixels, masks={"mask#1": truth}, op="background", color="#102030")
    assert np.array_equal(out.pixels[truth], pixels[truth])
    assert (out.pixels[~disc(240, 320, (160, 120), 63)] == (16, 32, 48)).all()
    assert out.meta["changed_outside"] == 0


def test_background_of_a_transparent_picture_fills_what_is_transparent():
    pixels, truth = scene()
    clear = np.dstack([pixels, np.where(truth, 255, 0).astype(np.uint8)])
    out = adjust(clear, op="background", color="white").pixels
    assert np.array_equal(out[truth], pixels[truth])
    assert (out[~truth] == 255).all()


def test_a_click_alone_means_the_thing_under_it():
    pixels, truth = disc_scene()
    out = adjust(pixels, Point(0.5, 0.5), op="invert").pixels
    changed = (out != pixels).any(axis=2)
    assert np.count_nonzero(changed & truth) / np.count_nonzero(changed | truth) > 0.9


def test_only_negative_marks_are_not_a_place():
    pixels, _ = scene()
    region = Region(1, "image#1", box=Box(0.2, 0.2, 0.4, 0.4))
    with pytest.raises(Refusal, match="empty"):
        adjust(pixels, masks={"mask#1": np.zeros(pixels.shape[:2], bool)}, op="blur")
    both = adjust(pixels, regions=[region], masks={"mask#1": np.zeros(pixels.shape[:2], bool)}, op="invert").pixels
    assert np.array_equal(both[48:96, 64:128][5:-5, 5:-5], 255 - pixels[48:96, 64:128][5:-5, 5:-5])


CLIP = {"width": 96, "height": 64, "fps": 12.5, "frames": 20}


@pytest.fixture
def clip(tmp_path):
    """Twenty frames in which a bright square walks to the right, with a tone."""
    from models.expert import Sound
    from models.sound import save_wav
    from models.video import VideoWriter

    tone = np.sin(np.arange(int(16000 * 1.6)) * 2 * np.pi * 440 / 16000).astype(np.float32)[:, None] * 0.3
    save_wav(Sound(tone, 16000), tmp_path / "tone.wav")
    with VideoWriter(tmp_path / "clip.mp4", 96, 64, 12.5, tmp_path / "tone.wav") as writer:
        for i in range(20):
            frame = np.full((64, 96, 3), (40, 90, 160), np.uint8)
            frame[20:40, 2 + 3 * i : 22 + 3 * i] = (230, 200, 60)
            writer.write(frame)
    return writer.clip


def adjust_clip(clip, tmp_path, *args, masks=None, regions=(), report=silent, **settings):
    inputs = make_inputs(np.zeros((4, 4, 3), np.uint8), regions, None, settings, scratch=tmp_path, **{"video#1": clip})
    for handle, array in (masks or {}).items():
        inputs.values[handle] = Masks(array[None], ["square"], [1.0])
        inputs.media[handle] = inputs.media["video#1"]
    refs = [Ref(r.handle) for r in regions] + [Ref(m) for m in masks or {}]
    return expert.adjust(make_call("adjust", Ref("video#1"), *refs, *args), inputs, report)


def frames_of(clip):
    from models.video import read_frames

    return np.stack(list(read_frames(clip)))


@pytest.mark.parametrize("op", PAINTING)
def test_a_clip_keeps_its_length_speed_and_sound_under_every_operation(op, clip, tmp_path):
    out = adjust_clip(clip, tmp_path, op=op, color="red")
    assert isinstance(out, Clip)
    assert (out.frames, out.fps, out.width, out.height, out.has_audio) == (20, 12.5, 96, 64, True)
    assert np.abs(frames_of(out).astype(int) - frames_of(clip)).max() > 25


def test_a_clip_in_black_and_white_has_no_colour_left(clip, tmp_path):
    assert chroma(frames_of(adjust_clip(clip, tmp_path, op="grayscale"))).max() < 8


def test_a_clip_mask_is_followed_frame_by_frame(clip, tmp_path):
    track = np.zeros((20, 64, 96), bool)
    for i in range(20):
        track[i, 20:40, 2 + 3 * i : 22 + 3 * i] = True
    out = adjust_clip(clip, tmp_path, masks={"mask#1": track}, op="grayscale", where="outside")
    made = frames_of(out)
    for i in (0, 10, 19):
        assert chroma(made[i])[24:36, 6 + 3 * i : 18 + 3 * i].min() > 80
        assert chroma(made[i])[:14].max() < 12
    assert out.meta["changed_outside"] == 0
    assert out.meta["changed_inside"] > 0


def test_crop_turn_and_mirror_work_on_a_clip(clip, tmp_path):
    source = frames_of(clip).astype(int)
    box = Region(1, "video#1", box=Box.from_pixels(11, 10, 60, 51, 96, 64))
    cropped = adjust_clip(clip, tmp_path, regions=[box], op="crop")
    assert (cropped.width, cropped.height, cropped.frames) == (50, 42, 20)
    assert np.abs(frames_of(cropped) - source[:, 10:52, 11:61]).mean() < 4
    turned = adjust_clip(clip, tmp_path, op="rotate")
    assert (turned.width, turned.height) == (64, 96)
    assert np.abs(frames_of(turned) - np.rot90(source, -1, (1, 2))).mean() < 4
    mirrored = adjust_clip(clip, tmp_path, op="flip")
    assert np.abs(frames_of(mirrored) - source[:, :, ::-1]).mean() < 4


def test_stop_ends_a_clip_within_a_frame_and_leaves_no_file(clip, tmp_path):
    seen = []

    def stop(fraction, word="", preview=None):
        seen.append(fraction)
        if len(seen) == 5:
            raise Cancelled

    before = set(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        adjust_clip(clip, tmp_path, op="blur", report=stop)
    assert len(seen) == 5
    assert set(tmp_path.iterdir()) == before


def test_cutting_out_of_a_clip_is_refused_with_another_way(clip, tmp_path):
    with pytest.raises(Refusal) as caught:
        adjust_clip(clip, tmp_path, regions=[Region(1, "video#1", box=Box(0.1, 0.1, 0.5, 0.5))], op="cutout")
    assert "background" in caught.value.hint


def test_progress_of_a_picture_only_grows_and_stop_is_obeyed():
    pixels, _ = scene()
    steps = []
    region = [Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))]
    adjust(pixels, regions=region, op="cutout", report=lambda f, w="", p=None: steps.append(f))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0

    def stop(fraction, word="", preview=None):
        raise Cancelled

    with pytest.raises(Cancelled):
        adjust(pixels, op="blur", report=stop)
