"""GLIGENs as they are published, in pickles: rewritten once by a command, then run in a profile, and refused by the program as they are."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

pytest.importorskip("diffusers", reason="diffusers is not installed")

from app.engine import Engine
from app.settings import Settings
from models.diffusion.loading import load_pipeline
from models.expert import Inputs, Picture, Refusal, discover
from models.profiles import PROFILES
from models.profiles_local import with_gligen
from models.router import Router
from models.store import Store
from models.values import Box, Checkpoint, Labelled, Media, Phrase, Ref, TaskCall
from models.weights import faults
from tests.contract import tiny_pipelines
from training.rewrite import rewrite

INDEX = {
    "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.2.2",
    "feature_extractor": ["transformers", "CLIPFeatureExtractor"],
    "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"], "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
}  # fmt: skip
"""An index as the published ones are, of 2023: it names a class without boxes, and parts that are not loaded."""
OLD = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
"""What the weights of an autoencoder's attention were called then."""
BOX = Box(0.125, 0.25, 0.875, 0.8125)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Random GLIGENs with open gates, in safetensors: what the published ones hold."""
    root, found = tmp_path_factory.mktemp("originals"), {}
    for name, channels in (("generation", 4), ("inpainting", 9)):
        made = tiny_pipelines.parts(channels, gated=True)
        for weight, value in made["unet"].named_parameters():
            if weight.endswith(("alpha_attn", "alpha_dense")):
                torch.nn.init.constant_(value, 0.9)
        found[name] = tiny_pipelines.saved(root / name, "StableDiffusionPipeline", made=made)
    return found


def published(original: Path, folder: Path, variants: tuple[str, ...] = ("",)) -> Path:
    """Write *original* to *folder* as such checkpoints are published: pickles alone, names of old, and things that no one needs here."""
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model_index.json").write_text(json.dumps(INDEX))
    (folder / "README.md").write_text("a card")
    (folder / "surprise.py").write_text("raise SystemExit")
    for part in ("unet", "vae", "text_encoder"):
        state = load_file(next((original / part).glob("*.safetensors")))
        if part == "vae":
            for new, old in OLD.items():
                state = {
                    key.replace(f"attentions.0.{new}.", f"attentions.0.{old}."): value for key, value in state.items()
                }
            assert any(".query." in key for key in state)
        if part == "text_encoder":
            state = {f"text_model.{key.removeprefix('text_model.')}": value for key, value in state.items()}
            state["text_model.embeddings.position_ids"] = torch.arange(24)[None]
        stem = "pytorch_model" if part == "text_encoder" else "diffusion_pytorch_model"
        for variant in variants:
            kept = {
                key: value.half() if variant and value.is_floating_point() else value for key, value in state.items()
            }
            torch.save(kept, folder / part / f"{stem}{variant}.bin")
    return folder


@pytest.fixture(scope="module")
def rewritten(originals: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with both GLIGENs, fetched as they are published and rewritten."""
    root = tmp_path_factory.mktemp("rewritten")
    for name, original in originals.items():
        rewrite(published(original, root / f"fetched-{name}"), root / "gligen" / name)
    return root / "gligen"


def test_what_is_rewritten_has_no_pickle_no_code_and_a_manifest(originals: dict[str, Path], tmp_path: Path) -> None:
    source = published(originals["generation"], tmp_path / "fetched", ("", ".fp16"))
    told = rewrite(source, tmp_path / "out")
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert not [name for name in names if not name.endswith((".json", ".txt", ".safetensors"))]
    assert names >= {
        "model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "scheduler/scheduler_config.json",
        "unet/diffusion_pytorch_model.fp16.safetensors", "text_encoder/model.safetensors", "text_encoder/model.fp16.safetensors",
    }  # fmt: skip
    assert len(told) == 6
    assert faults(tmp_path / "out") == []
    manifest = json.loads((tmp_path / "out" / "MANIFEST.json").read_text("utf-8"))
    assert set(manifest["pickles"]) == {path.relative_to(source).as_posix() for path in source.rglob("*.bin")}
    wanted = load_file(next((originals["generation"] / "unet").glob("*.safetensors")))
    found = load_file(tmp_path / "out" / "unet" / "diffusion_pytorch_model.safetensors")
    assert wanted.keys() == found.keys()
    assert all(torch.equal(wanted[key], found[key]) for key in wanted)
    with pytest.raises(FileExistsError, match="is there already"):
        rewrite(source, tmp_path / "out")


def run(checkpoint: Checkpoint, tmp_path: Path, call: TaskCall, image: Picture | None = None) -> Picture:
    values = {"image#1": image} if image else {}
    inputs = Inputs(
        values, {handle: Media("image", handle, "") for handle in values}, {}, tmp_path, 3, {"steps": 4, "gates": 1.0}
    )
    small = Checkpoint(
        checkpoint.implementation, checkpoint.source, dtype=checkpoint.dtype, call={**checkpoint.call, "area": 32 * 32}
    )
    made = discover()[checkpoint.implementation].load(small, "cpu")(call, inputs, lambda *_: None)
    assert isinstance(made, Picture)
    return made


def theirs(folder: Path, **given: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return what diffusers' own class makes of the original."""
    from diffusers import StableDiffusionGLIGENPipeline

    pipe = StableDiffusionGLIGENPipeline.from_pretrained(folder, safety_checker=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    made = pipe(
        width=32, height=32, num_inference_steps=4, generator=torch.Generator().manual_seed(3), gligen_phrases=["a red ball"],
        gligen_boxes=[[BOX.x0, BOX.y0, BOX.x1, BOX.y1]], gligen_scheduled_sampling_beta=1.0, **given,
    )  # fmt: skip
    return np.asarray(made.images[0])


def test_rewritten_and_loaded_as_every_checkpoint_is_it_draws_what_the_original_draws(
    rewritten: Path, originals: dict[str, Path], tmp_path: Path
) -> None:
    checkpoint = with_gligen(PROFILES["paper"], rewritten).experts["layout"][0]
    made = run(checkpoint, tmp_path, TaskCall("t1", "layout", (Phrase("a park"), Labelled("a red ball", BOX))))
    assert np.array_equal(made.pixels, theirs(originals["generation"], prompt="a park"))


def test_the_rewritten_one_for_inpainting_fills_what_the_original_fills(
    rewritten: Path, originals: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Picture(np.random.default_rng(5).integers(0, 256, (32, 32, 3), np.uint8))
    checkpoint = with_gligen(PROFILES["paper"], rewritten).experts["inpaint"][0]
    made = run(checkpoint, tmp_path, TaskCall("t1", "inpaint", (Ref("image#1"), BOX, Phrase("a red ball"))), image)
    monkeypatch.setattr(torch, "randn_like", lambda values: torch.randn(values.shape))
    torch.manual_seed(3)
    wanted = theirs(originals["inpainting"], prompt="a red ball", gligen_inpaint_image=Image.fromarray(image.pixels))
    place = (slice(8, 26), slice(4, 28))
    assert np.array_equal(made.pixels[place], wanted[place])
    assert made.meta["changed_outside"] == 0


def test_in_a_profile_it_comes_first_the_books_stay_second_and_no_record_tells_its_folder(
    rewritten: Path, tmp_path: Path
) -> None:
    paper = PROFILES["paper"]
    profile = with_gligen(paper, rewritten)
    assert [c.implementation for c in profile.experts["layout"]][:2] == ["layout_diffusers", "layout_picturebook"]
    assert [c.implementation for c in profile.experts["inpaint"]][:2] == ["inpaint_gligen", "inpaint_diffusers"]
    assert any("Things in boxes" in text for text in paper.lacks)
    assert not any("Things in boxes" in text for text in profile.lacks)
    assert "GLIGEN of this machine" in profile.note
    router = Router(profile, Store(tmp_path / "media"), discover())
    call = TaskCall("t1", "layout", (Phrase("a park"), Labelled("a red ball", BOX)), {"steps": "1", "size": "64x64"})
    with router.run(call, {}, {}, lambda *_: None, seed=3) as ran:
        assert (ran.step.checkpoint, ran.step.expert) == ("local/generation", "GLIGEN (diffusion model)")
        assert str(tmp_path.parent.parent) not in repr(ran.step) + repr(ran.values[0].meta)


def test_half_precision_is_taken_where_it_is_there(originals: dict[str, Path], tmp_path: Path) -> None:
    rewrite(published(originals["generation"], tmp_path / "fetched", (".fp16",)), tmp_path / "gligen")
    checkpoint = with_gligen(PROFILES["nano"], tmp_path / "gligen").experts["layout"][0]
    assert checkpoint.call["variant"] == "fp16"
    whole, half = (load_pipeline(one, "cpu") for one in (
        Checkpoint("x", str(originals["generation"]), call={"pipeline": "StableDiffusionPipeline", "without": ["safety_checker"]}), checkpoint,
    ))  # fmt: skip
    wanted, found = whole.unet.state_dict(), half.unet.state_dict()
    assert all(torch.equal(wanted[key].half().float(), found[key]) for key in wanted)


def test_pickles_are_not_read_by_the_program_and_the_person_is_told_the_command(
    originals: dict[str, Path], tmp_path: Path
) -> None:
    source = published(originals["generation"], tmp_path / "gligen")
    with pytest.raises(Refusal, match="are pickles") as refused:
        with_gligen(PROFILES["paper"], source)
    assert "python -m training.rewrite" in refused.value.hint
    with pytest.raises(Refusal, match="There is no GLIGEN in the folder empty"):
        with_gligen(PROFILES["paper"], tmp_path / "empty")
    plain = tiny_pipelines.saved(tmp_path / "plain" / "one", "StableDiffusionPipeline")
    with pytest.raises(Refusal, match="There is no GLIGEN in the folder plain"):
        with_gligen(PROFILES["paper"], plain.parent)


def test_a_folder_that_is_gone_is_told_by_its_name(rewritten: Path, tmp_path: Path) -> None:
    shutil.copytree(rewritten / "generation", tmp_path / "gligen")
    checkpoint = with_gligen(PROFILES["paper"], tmp_path / "gligen").experts["layout"][0]
    shutil.rmtree(tmp_path / "gligen")
    with pytest.raises(Refusal, match="The folder of local/gligen is gone"):
        load_pipeline(checkpoint, "cpu")


def test_weights_without_gates_are_left_out_or_refused_since_they_would_ignore_boxes_silently(
    originals: dict[str, Path], tmp_path: Path
) -> None:
    """Published half-precision files are of this kind: 1.72 GB, as much as Stable Diffusion's own denoiser."""
    source = published(originals["generation"], tmp_path / "fetched", ("", ".fp16"))
    half = source / "unet" / "diffusion_pytorch_model.fp16.bin"
    state = torch.load(half, weights_only=True)
    torch.save(
        {key: value for key, value in state.items() if not key.startswith("position_net.") and ".fuser." not in key},
        half,
    )
    told = rewrite(source, tmp_path / "gligen")
    assert "unet/diffusion_pytorch_model.fp16.bin was left out: it lacks the weights that place things in boxes" in told
    assert not (tmp_path / "gligen" / "unet" / "diffusion_pytorch_model.fp16.safetensors").exists()
    assert "variant" not in with_gligen(PROFILES["paper"], tmp_path / "gligen").experts["layout"][0].call
    weights = tmp_path / "gligen" / "unet" / "diffusion_pytorch_model.safetensors"
    state = {key: value for key, value in load_file(weights).items() if not key.startswith("position_net.")}
    save_file(state, weights, metadata={"format": "pt"})
    with pytest.raises(Refusal, match="lack those that place things in boxes"):
        with_gligen(PROFILES["paper"], tmp_path / "gligen")


def test_a_pipeline_without_any_denoiser_that_places_things_is_not_written(
    originals: dict[str, Path], tmp_path: Path
) -> None:
    source = published(originals["generation"], tmp_path / "fetched")
    weights = source / "unet" / "diffusion_pytorch_model.bin"
    state = torch.load(weights, weights_only=True)
    torch.save({key: value for key, value in state.items() if not key.startswith("position_net.")}, weights)
    with pytest.raises(ValueError, match=r"unet/diffusion_pytorch_model\.bin lacks the weights .* no other"):
        rewrite(source, tmp_path / "out")
    assert not list(tmp_path.glob("out*")), "whole or not at all"


def test_sums_are_made_without_what_python_has_since_3_11_alone(
    originals: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(hashlib, "file_digest", raising=False)
    source = published(originals["generation"], tmp_path / "fetched")
    rewrite(source, tmp_path / "out")
    sums = json.loads((tmp_path / "out" / "MANIFEST.json").read_text("utf-8"))["pickles"]
    assert sums == {name: hashlib.sha256((source / name).read_bytes()).hexdigest() for name in sums}
    assert len(sums) == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "diffusion_pytorch_model.safetensors",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "weights",
        ),
        ("diffusion_pytorch_model.safetensors", b"", "weights"),
        ("config.json", b"[1, 2]", "settings"),
        ("config.json", b"{", "settings"),
    ],
)
def test_broken_files_in_the_folder_of_the_option_are_refused_in_words(
    name: str, content: bytes, told: str, rewritten: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(rewritten / "generation", tmp_path / "gligen")
    (folder / "unet" / name).write_bytes(content)
    with pytest.raises(Refusal, match=f"The {told} of gligen are broken"):
        with_gligen(PROFILES["paper"], folder)


class Canary:
    """What a pickle may be made to do when it is read: this writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.path, "ran")


def test_a_pickle_that_is_more_than_tensors_is_refused_and_does_nothing(
    originals: dict[str, Path], tmp_path: Path
) -> None:
    source = published(originals["generation"], tmp_path / "fetched")
    torch.save({"a": torch.zeros(2), "b": Canary(tmp_path / "canary")}, source / "vae" / "diffusion_pytorch_model.bin")
    with pytest.raises(ValueError, match=r"diffusion_pytorch_model\.bin is more than tensors, or broken"):
        rewrite(source, tmp_path / "out")
    assert not (tmp_path / "canary").exists()
    assert not list(tmp_path.glob("out*")), "whole or not at all"
    torch.save({"a": {"b": torch.zeros(2)}}, source / "vae" / "diffusion_pytorch_model.bin")
    with pytest.raises(ValueError, match="holds more than tensors"):
        rewrite(source, tmp_path / "out")
    (source / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(ValueError, match="or broken"):
        rewrite(source, tmp_path / "out")
    (source / "unet" / "diffusion_pytorch_model.bin.index.json").write_text("{}")
    with pytest.raises(ValueError, match="weights in several files"):
        rewrite(source, tmp_path / "out")
    with pytest.raises(FileNotFoundError, match=r"no model_index\.json"):
        rewrite(tmp_path / "none", tmp_path / "out")


def test_the_program_takes_the_folder_by_its_option(rewritten: Path, tmp_path: Path) -> None:
    engine = Engine(Settings(data=tmp_path, gligen=rewritten, profile="nano"))
    try:
        assert engine.implementations("layout")[0][1] == "GLIGEN (diffusion model)"
        assert engine.implementations("inpaint")[0][1] == "GLIGEN inpainting (diffusion model)"
    finally:
        engine.close()
    (tmp_path / "none").mkdir()
    with pytest.raises(Refusal, match="There is no GLIGEN in the folder none"):
        Engine(Settings(data=tmp_path, gligen=tmp_path / "none"))
