"""The store: what goes in comes out, nothing is half written, nothing outside is reached, and a full disk is survived."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from media_makers import encoded, number_in, run, saved, scene, tone, video
from PIL import Image

from models.expert import Clip, Masks, Picture, Refusal, Sound, Value
from models.media import FULL, LIMITS, load_image
from models.store import Store, Stored
from models.values import Media
from models.video import VideoWriter, clip_info, read_frame


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def media(stored: Stored, handle: str = "") -> Media:
    kind, path, meta = stored
    return Media(kind, handle or f"{kind}#1", path, meta)


def files(store: Store) -> list[str]:
    return sorted(p.relative_to(store.root).as_posix() for p in store.root.rglob("*") if p.is_file())


def picture_file(tmp_path: Path, seed: int = 0, side: int = 40) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), np.uint8)
    return saved(Image.fromarray(pixels), tmp_path / f"p{seed}.png")


def test_a_picture_is_kept_byte_for_byte_under_its_hash_and_opened(store: Store, tmp_path: Path) -> None:
    source = saved(Image.fromarray(scene()), tmp_path / "in.jpg", quality=95)
    kind, path, meta = store.adopt(source, "../../My\x00 photo\u202e.jpg")
    assert (kind, meta["name"], meta["format"], meta["width"], meta["height"]) == (
        "image",
        "My photo.jpg",
        "JPEG",
        48,
        32,
    )
    assert meta["bytes"] == source.stat().st_size
    assert store.path(path).read_bytes() == source.read_bytes()
    assert "photo" not in path
    value = store.open(media((kind, path, meta)))
    assert isinstance(value, Picture)
    assert np.array_equal(value.pixels, load_image(source).pixels)
    assert json.loads(json.dumps(meta)) == meta


def test_the_same_file_twice_is_kept_once(store: Store, tmp_path: Path) -> None:
    source = picture_file(tmp_path)
    first, second = store.adopt(source, "a.png"), store.adopt(source, "b.png")
    assert first[1] == second[1]
    assert (first[2]["name"], second[2]["name"]) == ("a.png", "b.png")
    assert files(store) == [first[1]]
    assert store.used() == source.stat().st_size


def test_what_an_expert_says_of_its_clip_is_kept(store: Store, tmp_path: Path) -> None:
    clip = clip_info(video(tmp_path / "v.mp4", 5, "25"))
    clip.meta = {**clip.meta, "notes": ["I do not know: zeppelin."]}
    _, _, meta = store.put(clip)[0]
    assert meta["notes"] == ["I do not know: zeppelin."]


def test_a_video_and_a_sound_keep_their_facts(store: Store, tmp_path: Path) -> None:
    _, _, meta = stored = store.adopt(video(tmp_path / "v.mp4", 31, "30000/1001", sound=True))
    assert (meta["frames"], meta["width"], meta["has_audio"], meta["name"]) == (31, 160, True, "v.mp4")
    assert meta["duration"] == pytest.approx(31 * 1001 / 30000)
    assert "display" not in meta
    clip = store.open(media(stored))
    assert isinstance(clip, Clip)
    assert (clip.frames, clip.fps, clip.has_audio) == (31, 30000 / 1001, True)
    assert number_in(read_frame(clip, 10)) == 10
    soundfile.write(tmp_path / "s.flac", tone(0.5, 48000, 2), 48000)
    _, _, facts = kept = store.adopt(tmp_path / "s.flac")
    assert (facts["rate"], facts["channels"], facts["duration"]) == (48000, 2, 0.5)
    sound = store.open(media(kept))
    assert isinstance(sound, Sound)
    assert sound.samples.shape == (24000, 2)


def test_what_browsers_do_not_show_gets_a_copy_that_they_do(store: Store, tmp_path: Path) -> None:
    tiff = store.adopt(saved(Image.fromarray(scene()), tmp_path / "p.tiff"))
    assert np.array_equal(load_image(store.path(tiff[2]["display"])).pixels, scene())
    for name, options in (("v.avi", ("-c:v", "mjpeg", "-q:v", "3")), ("v.mkv", ()), ("v.mov", ())):
        kind, path, meta = store.adopt(video(tmp_path / name, 20, "25", *options, sound=True))
        copy = clip_info(store.path(meta["display"]))
        assert (kind, copy.frames, copy.has_audio, copy.meta["plays"]) == ("video", meta["frames"], True, True)
        assert number_in(read_frame(copy, 13)) == number_in(read_frame(store.path(path), 13))
    soundfile.write(tmp_path / "s.aiff", tone(), 44100)
    kind, _, meta = store.adopt(tmp_path / "s.aiff")
    assert (kind, Path(meta["display"]).suffix) == ("audio", ".wav")
    for name in ("s.mp3", "s.ogg", "s.wav"):
        soundfile.write(tmp_path / name, tone(), 44100)
        assert "display" not in store.adopt(tmp_path / name)[2]
    run("-i", tmp_path / "s.wav", tmp_path / "s.m4a")
    assert "display" not in store.adopt(tmp_path / "s.m4a")[2]


def test_results_of_every_kind_come_back_as_they_were(store: Store, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 255, (20, 30, 4), np.uint8)
    (picture,) = store.put(Picture(rgba, "cut out", {"notes": ["soft edge"]}), {"call": "t1", "of": "image#1"})
    assert picture[0] == "image"
    assert {k: picture[2][k] for k in ("width", "height", "label", "call", "of", "notes")} == {
        "width": 30, "height": 20, "label": "cut out", "call": "t1", "of": "image#1", "notes": ["soft edge"],
    }  # fmt: skip
    value = store.open(media(picture))
    assert isinstance(value, Picture)
    assert np.array_equal(value.pixels, rgba)
    assert value.label == "cut out"

    with store.scratch() as folder:
        with VideoWriter(folder / "v.mp4", 32, 32, 12.5) as writer:
            for shade in (0, 100, 200):
                writer.write(np.full((32, 32, 3), shade, np.uint8))
        (clip,) = store.put(writer.clip)
    assert not folder.exists()
    opened = store.open(media(clip))
    assert isinstance(opened, Clip)
    assert (opened.frames, opened.fps, opened.width) == (3, 12.5, 32)
    assert read_frame(opened, 2).mean() == pytest.approx(200, abs=3)

    (sound,) = store.put(Sound(tone(0.2, 22050, 2), 22050, "beep"))
    heard = store.open(media(sound))
    assert isinstance(heard, Sound)
    assert np.abs(heard.samples - tone(0.2, 22050, 2)).max() < 1e-4
    assert (heard.rate, heard.label, sound[2]["duration"]) == (22050, "beep", 0.2)


def test_each_object_of_masks_becomes_a_medium_of_its_own(store: Store) -> None:
    rng = np.random.default_rng(0)
    flat, moving = rng.random((2, 12, 9)) < 0.5, rng.random((2, 4, 12, 9)) < 0.5
    rows = store.put(Masks(flat, ["dog", "cat"], [0.9, 0.4]), {"of": "image#1"})
    rows += store.put(Masks(moving, ["dog", "cat"], [0.9, 0.4], 25.0), {"of": "video#1"})
    for row, mask, label in zip(rows, [*flat, *moving], ["dog", "cat"] * 2, strict=True):
        assert (row[0], row[2]["label"], row[2]["width"], row[2]["height"]) == ("mask", label, 9, 12)
        assert row[1].endswith(".png" if mask.ndim == 2 else ".rle.json")
        value = store.open(media(row))
        assert isinstance(value, Masks)
        assert np.array_equal(value.array, mask[None])
        assert (value.labels, value.scores[0]) == ([label], row[2]["score"])
    assert (rows[2][2]["frames"], rows[2][2]["fps"]) == (4, 25.0)
    media_list = [media(row, f"mask#{i}") for i, row in enumerate(rows)]
    for form, suffix in (("png", ".zip"), ("rle", ".json"), ("coco", ".json")):
        path = store.export(media_list, form)
        assert path.suffix == suffix
        assert path.is_relative_to(store.root)
    document = json.loads(store.export(media_list, "coco").read_text())
    assert len(document["annotations"]) == 2 + 8
    picture = media(store.put(Picture(scene()))[0])
    with pytest.raises(Refusal, match="not a mask"):
        store.export([picture], "png")


@pytest.mark.parametrize("value", [
    Picture(np.zeros((4, 4, 3), np.float32)), Picture(np.zeros((0, 4, 3), np.uint8)),
    Sound(np.full((9, 1), np.nan, np.float32), 44100), Masks(np.zeros((1, 4, 4), np.uint8), ["a"], [1.0]),
    Masks(np.zeros((2, 4, 4), bool), ["a"], [1.0]), Masks(np.zeros((0, 4, 4), bool), [], []),
])  # fmt: skip
def test_an_array_that_is_not_what_it_should_be_is_not_stored(store: Store, value: Value) -> None:
    with pytest.raises(ValueError):
        store.put(value)
    assert files(store) == []


def test_a_refused_file_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    whole = encoded(Image.fromarray(scene()), "PNG")
    for content in (b"", b"<html></html>", whole[: len(whole) // 2], b"%PDF-1.4"):
        path = tmp_path / "photo.png"
        path.write_bytes(content)
        with pytest.raises(Refusal) as caught:
            store.adopt(path)
        assert str(tmp_path) not in caught.value.what + caught.value.hint
    for path in (tmp_path / "missing", tmp_path, Path("/dev/zero"), Path("nul\0byte")):
        with pytest.raises(Refusal):
            store.adopt(path)
    assert files(store) == []
    assert list((store.root / "tmp").iterdir()) == []


def test_a_file_over_the_upload_limit_is_refused_before_it_is_copied(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    with path.open("wb") as file:
        file.truncate(LIMITS.upload_bytes + 1)
    with pytest.raises(Refusal, match="limit is 500 MB"):
        store.adopt(path)


def test_only_files_of_the_store_can_be_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(encoded(Image.fromarray(scene()), "PNG"))
    (store.root / "ab").mkdir()
    for path in ("../secret.png", str(tmp_path / "secret.png"), "ab/../../secret.png", "ab/..", "", ".", "/", "ab", "tmp/x",
                 "ab\\..\\..\\secret.png", "ab/\0", "..", "../..", "ab/./x", "~/x", "ab/missing.png"):  # fmt: skip
        with pytest.raises(Refusal, match="not there any more"):
            store.open(Media("image", "image#1", path))


def test_a_secret_hides_what_is_stored_from_who_knows_its_sum(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", secret=b"of this folder")
    row = store.adopt(source := picture_file(tmp_path))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert row[1] == f"{digest[:2]}/{digest[2:]}.png", "it is known by its sum as ever"
    (name,) = files(store)
    assert digest[2:] not in name
    assert name == store.address(row[1])
    assert store.file(media(row)) == store.root / name
    assert store.adopt(source)[1] == row[1]
    assert files(store) == [name], "equal files are kept once"
    assert Store(store.root, secret=b"of this folder").open(media(row)) is not None
    assert Store(tmp_path / "other", secret=b"of another").address(row[1]) != name
    assert store.export([media(store.put(Masks(np.ones((1, 4, 4), bool), ["a"], [1.0]))[0])], "png").is_file()
    store.clean({row[1]}, max_age=0, grace=-1)
    assert files(store) == [name]
    store.remove({row[1]}, grace=-1)
    assert files(store) == []


def test_files_of_a_store_without_a_secret_get_their_new_names_once(tmp_path: Path) -> None:
    old = Store(tmp_path / "store")
    rows = [old.adopt(picture_file(tmp_path, 1)), *old.put(Masks(np.ones((1, 3, 4, 4), bool), ["a"], [1.0], fps=5.0))]
    before = [old.file(media(row)).read_bytes() for row in rows]
    for _ in range(2):
        store = Store(old.root, secret=b"new")
        assert files(store) == sorted(store.address(row[1]) for row in rows)
        assert [store.file(media(row)).read_bytes() for row in rows] == before
        assert store.used() == old.used()


def test_a_file_that_could_not_get_its_new_name_is_not_cleaned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Store(tmp_path / "store")
    row = old.adopt(picture_file(tmp_path, 1))

    def held(*_: object) -> None:
        raise PermissionError("another program holds the file")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", held)
        store = Store(old.root, secret=b"new")
    store.clean({row[1]}, max_age=0, grace=-1)
    assert Store(old.root, secret=b"new").file(media(row)).is_file()


def test_a_full_quota_is_said_and_what_is_stored_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", quota_bytes=12_000)
    first = store.adopt(picture_file(tmp_path, 1))
    second = store.adopt(picture_file(tmp_path, 2))
    for _ in range(2):
        with pytest.raises(Refusal, match="disk is full") as caught:
            store.adopt(picture_file(tmp_path, 3))
        assert "Delete" in caught.value.hint
    with pytest.raises(Refusal, match="disk is full"):
        store.put(Picture(np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8)))
    assert files(store) == sorted([first[1], second[1]])
    assert store.adopt(picture_file(tmp_path, 1))[1] == first[1], "what is there already needs no room"


def test_a_file_refused_for_want_of_room_leaves_no_copy_for_browsers(tmp_path: Path) -> None:
    source = saved(Image.fromarray(scene()), tmp_path / "scan.tiff")
    roomy = Store(tmp_path / "roomy")
    _, path, meta = roomy.adopt(source)
    sizes = [roomy.path(name).stat().st_size for name in (path, meta["display"])]
    for quota in (max(sizes), sum(sizes) - 1):
        store = Store(tmp_path / str(quota), quota_bytes=quota)
        with pytest.raises(Refusal, match="disk is full"):
            store.adopt(source)
        assert files(store) == []
        assert store.used() == 0
    store = Store(tmp_path / "just", quota_bytes=sum(sizes))
    assert store.adopt(source)[2]["display"] == meta["display"]
    assert store.used() == sum(sizes)


@pytest.mark.parametrize("number", FULL)
def test_a_full_disk_is_said_and_leaves_no_half_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    kept = store.adopt(picture_file(tmp_path, 1))
    source = picture_file(tmp_path, 2)

    def full(*_: object) -> None:
        raise OSError(number, "no room")

    for module_name, values in (
        ("fsync", [Picture(scene()), Sound(tone(), 44100), Masks(np.ones((1, 4, 4), bool), ["a"], [1.0])]),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(os, module_name, full)
            with pytest.raises(Refusal, match="disk is full"):
                store.adopt(source)
            for value in values:
                with pytest.raises(Refusal, match="disk is full"):
                    store.put(value)
    assert files(store) == [kept[1]]
    assert store.adopt(source)[0] == "image", "with room again the store goes on"


def test_cleaning_takes_what_nobody_needs_and_never_what_somebody_does(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    rows = [store.adopt(picture_file(tmp_path, i)) for i in range(5)]
    for age, (_, path, _) in zip((5, 4, 3, 2, 0), rows, strict=True):
        os.utime(store.path(path), (time.time() - age * 86400,) * 2)
    keep = {rows[0][1]}
    assert store.clean(keep) == 0, "within the quota and without an age limit nothing goes"
    freed = store.clean(keep, max_age=3.5 * 86400)
    assert freed == rows[1][2]["bytes"]
    assert files(store) == sorted(rows[i][1] for i in (0, 2, 3, 4))
    store.quota = store.used() - 10
    store.clean(keep)
    assert rows[0][1] in files(store)
    assert rows[2][1] not in files(store), "the oldest goes first"
    assert rows[4][1] in files(store), "a new file may not be written down yet"
    assert store.used() == sum(store.path(p).stat().st_size for p in files(store))
    assert Store(store.root).used() == store.used()


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    kept = store.adopt(picture_file(tmp_path))
    for name in ("old", "new"):
        (store.root / "tmp" / name).mkdir()
        (store.root / "tmp" / name / "half").write_bytes(b"half a file")
    os.utime(store.root / "tmp" / "old", (0, 0))
    again = Store(store.root)
    assert files(again) == sorted([kept[1], "tmp/new/half"]), "a second process may still be at work on the new one"


def test_many_threads_store_the_same_and_different_files(store: Store, tmp_path: Path) -> None:
    sources = [picture_file(tmp_path, i % 4) for i in range(16)]
    rows: list[Stored] = []
    threads = [threading.Thread(target=lambda s=s: rows.append(store.adopt(s))) for s in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows) == 16
    assert len({row[1] for row in rows}) == 4 == len(files(store))
    assert store.used() == sum(store.path(p).stat().st_size for p in files(store))


def test_a_damaged_mask_is_refused(store: Store) -> None:
    row = store.put(Masks(np.ones((1, 2, 4, 4), bool), ["a"], [1.0], 25.0))[0]
    store.path(row[1]).write_bytes(b'{"format": "coco-rle"')
    with pytest.raises(Refusal, match="damaged"):
        store.open(media(row))
