"""Profiles whose experts for drawing, finding and cutting out run published checkpoints of the model hub: data only, each pinned to a commit.

Named is what can be loaded as it stands: with weights in safetensors at a revision that is known, under terms that let anybody use the
results, and without packages beside those of requirements.txt. So these are missing: GLIGEN (its weights are published as pickles), the
Qwen-Image editing models (their processor needs torchvision), FLUX 3 and FLUX.2 of 9 billion parameters (terms), SAM 3 (access), SEEM (no
class of transformers reads it; SAM 2.1 stands in its place).
"""

from __future__ import annotations

from dataclasses import replace

from models.values import Checkpoint, Profile

OPENRAIL, OPENRAIL_XL, APACHE, MIT = "CreativeML-OpenRAIL-M", "CreativeML-OpenRAIL++-M", "Apache-2.0", "MIT"
_HALF = {"variant": "fp16", "offload": True}
_MEGAPIXEL = {"area": 1024 * 1024, "multiple": 16, "offload": True}

SD_IMAGE = Checkpoint(
    "image_diffusers", "stable-diffusion-v1-5/stable-diffusion-v1-5", "451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
    "float16", OPENRAIL, {"pipeline": "StableDiffusionPipeline", "steps": 30, "guidance": 7.5, **_HALF}, 2.7,
    "Stable Diffusion 1.5",
)  # fmt: skip
SD_INPAINT = Checkpoint(
    "inpaint_diffusers", "stable-diffusion-v1-5/stable-diffusion-inpainting", "8a4288a76071f7280aedbdb3253bdb9e9d5d84bb",
    "float16", OPENRAIL,
    {"pipeline": "StableDiffusionInpaintPipeline", "without": ["safety_checker"], "steps": 30, "guidance": 7.5, **_HALF}, 2.1,
    "Stable Diffusion 1.5 inpainting",
)  # fmt: skip
PIX2PIX = Checkpoint(
    "edit_diffusers", "timbrooks/instruct-pix2pix", "31519b5cb02a7fd89b906d88731cd4d6a7bbf88d", "float16", MIT,
    {"pipeline": "StableDiffusionInstructPix2PixPipeline", "without": ["safety_checker"], "steps": 30, "guidance": 7.5,
     "image_guidance": 1.5, "offload": True}, 4.3, "InstructPix2Pix",
)  # fmt: skip
XL_IMAGE = Checkpoint(
    "image_diffusers", "stabilityai/stable-diffusion-xl-base-1.0", "462165984030d82259a11f4367a4eed129e94a7b", "float16",
    OPENRAIL_XL, {"pipeline": "StableDiffusionXLPipeline", "steps": 30, "guidance": 5.0, **_HALF, **_MEGAPIXEL}, 6.9,
    "Stable Diffusion XL",
)  # fmt: skip
XL_INPAINT = Checkpoint(
    "inpaint_diffusers", "diffusers/stable-diffusion-xl-1.0-inpainting-0.1", "115134f363124c53c7d878647567d04daf26e41e",
    "float16", OPENRAIL_XL,
    {"pipeline": "StableDiffusionXLInpaintPipeline", "steps": 30, "guidance": 7.5, "strength": 0.99, **_HALF, **_MEGAPIXEL}, 6.9,
    "Stable Diffusion XL inpainting",
)  # fmt: skip
_KLEIN = Checkpoint(
    "image_diffusers", "black-forest-labs/FLUX.2-klein-4B", "e7b7dc27f91deacad38e78976d1f2b499d76a294", "bfloat16", APACHE,
    {"pipeline": "Flux2KleinPipeline", "steps": 4, "fixed": {"guidance_scale": 1.0}, **_MEGAPIXEL}, 16.0,
    "FLUX.2 klein",
)  # fmt: skip
KLEIN_IMAGE, KLEIN_EDIT = _KLEIN, replace(_KLEIN, implementation="edit_diffusers")
KLEIN_INPAINT = replace(
    _KLEIN,
    implementation="inpaint_diffusers",
    call={**_KLEIN.call, "pipeline": "Flux2KleinInpaintPipeline", "strength": 1.0},
)
Z_IMAGE = Checkpoint(
    "image_diffusers", "Tongyi-MAI/Z-Image-Turbo", "f332072aa78be7aecdf3ee76d5c247082da564a6", "bfloat16", APACHE,
    {"pipeline": "ZImagePipeline", "steps": 9, "fixed": {"guidance_scale": 0.0, "negative_prompt": None}, **_MEGAPIXEL}, 32.8,
    "Z-Image Turbo",
)  # fmt: skip
QWEN_IMAGE = Checkpoint(
    "image_diffusers", "Qwen/Qwen-Image-2512", "25468b98e3276ca6700de15c6628e51b7de54a26", "bfloat16", APACHE,
    {"pipeline": "QwenImagePipeline", "steps": 50, "guidance": 4.0, "guidance_name": "true_cfg_scale", "least_steps": 2,
     "negative": " ", **_MEGAPIXEL, "area": 1328 * 1328}, 57.7, "Qwen-Image 2512",
)  # fmt: skip
QWEN_INPAINT = replace(
    QWEN_IMAGE,
    implementation="inpaint_diffusers",
    call={**QWEN_IMAGE.call, "pipeline": "QwenImageInpaintPipeline", "strength": 1.0, "area": 1024 * 1024},
)

OWL = Checkpoint(
    "detect_zero_shot", "google/owlv2-large-patch14-ensemble", "95e26936e865f87db1742128404b3c035d47d89d", "float32", APACHE,
    {"prompt": "queries", "template": "a photo of a {}", "square": True, "threshold": 0.2, "offload": True}, 1.8, "OWLv2",
)  # fmt: skip
_DINO = {"prompt": "caption", "threshold": 0.3, "offload": True}
DINO_TINY = Checkpoint(
    "detect_zero_shot", "IDEA-Research/grounding-dino-tiny", "a2bb814dd30d776dcf7e30523b00659f4f141c71", "float32", APACHE, _DINO, 0.7,
    "Grounding DINO tiny",
)  # fmt: skip
DINO_BASE = Checkpoint(
    "detect_zero_shot", "IDEA-Research/grounding-dino-base", "12bdfa3120f3e7ec7b434d90674b3396eccf88eb", "float32", APACHE, _DINO, 0.9,
    "Grounding DINO base",
)  # fmt: skip
SAM = Checkpoint(
    "segment_sam", "facebook/sam2.1-hiera-large", "665f8e2ad61cf5f53d65644ff27c8ee525124610", "float32", APACHE, {"offload": True}, 0.9,
    "SAM 2.1",
)  # fmt: skip


def _sight(detector: Checkpoint) -> dict[str, Checkpoint]:
    """Return what finds and what cuts out by task: the segmenter asks *detector* where what is named and not marked is."""
    return {"detect": detector, "segment": replace(SAM, call={**SAM.call, "detector": detector})}


CHECKED = frozenset({SD_IMAGE.source})
"""Checkpoints that come with a safety checker that is loaded."""
_TABLE: tuple[tuple[str, dict[str, Checkpoint], dict[str, float], str], ...] = (
    (
        "paper", {"image": SD_IMAGE, "edit": PIX2PIX, "inpaint": SD_INPAINT, **_sight(OWL)}, {"ram": 16.0, "vram": 4.0},
        "Draws, edits and fills with the papers' models: Stable Diffusion 1.5, InstructPix2Pix and Stable Diffusion inpainting, "
        "which stands where the papers have GLIGEN's; finds what is named with OWLv2, and cuts it out with SAM 2.1 in SEEM's place.",
    ),
    (
        "gpu-8", {"image": XL_IMAGE, "edit": PIX2PIX, "inpaint": XL_INPAINT, **_sight(DINO_TINY)}, {"ram": 24.0, "vram": 8.0},
        "Draws and fills with Stable Diffusion XL and edits with InstructPix2Pix, finds with Grounding DINO and cuts out with SAM 2.1, on a "
        "graphics card of 8 GB.",
    ),
    (
        "gpu-16", {"image": KLEIN_IMAGE, "edit": KLEIN_EDIT, "inpaint": KLEIN_INPAINT, **_sight(DINO_BASE)}, {"ram": 24.0, "vram": 12.0},
        "Draws, edits and fills with one model, FLUX.2 klein of 4 billion parameters, finds with Grounding DINO and cuts out with "
        "SAM 2.1, on a graphics card of 12 to 16 GB.",
    ),
    (
        "gpu-24", {"image": Z_IMAGE, "edit": KLEIN_EDIT, "inpaint": KLEIN_INPAINT, **_sight(DINO_BASE)}, {"ram": 48.0, "vram": 20.0},
        "Draws with Z-Image Turbo, edits and fills with FLUX.2 klein, finds with Grounding DINO and cuts out with SAM 2.1, on a graphics "
        "card of 24 GB.",
    ),
    (
        "gpu-80", {"image": QWEN_IMAGE, "edit": KLEIN_EDIT, "inpaint": QWEN_INPAINT, **_sight(DINO_BASE)}, {"ram": 96.0, "vram": 64.0},
        "Draws and fills with Qwen-Image 2512, edits with FLUX.2 klein, finds with Grounding DINO and cuts out with SAM 2.1, on a "
        "graphics card of 80 GB.",
    ),
)  # fmt: skip
_REST = " All else, the unified model too, is that of nano."
_KNOWS = (
    "Photographs and paintings: it draws what you describe, changes a picture as you say, and puts something new into a marked place. "
    "Every pixel outside of the place stays as it was.",
    "Things in your own photos, by their names: it draws boxes round them and cuts them out, without a mark.",
)
_LACKS = ("Things in boxes are drawn out of the picture book, as on nano.",)
_SEES = (
    "What photos and recordings show it cannot tell in words: there, name what to find or to cut out, or mark it with a box, a point or a stroke. "
    "Of what it sees it tells some things wrongly; the boxes in its words show what it means."
)


def hub_profiles(base: Profile) -> dict[str, Profile]:
    """Return the profiles of the hub by name: *base* (nano), whose experts stay second to those of the hub and are one click away.
    What they need is calculated from the sizes of weights, not measured."""
    made = {}
    for name, experts, needs, note in _TABLE:
        joined = {**base.experts, **{task: (own, *base.experts[task]) for task, own in experts.items()}}
        profile = replace(
            base, name=name, experts=joined, note=note + _REST, knows=(*_KNOWS, *base.knows),
            lacks=(*_LACKS, *(_SEES if "cannot see" in text else text for text in base.lacks if "paints no photographs" not in text)),
            more="Another profile is chosen when the program starts: --profile NAME. docs/profiles.md tells what each fetches and needs.",
        )  # fmt: skip
        disk = base.needs["disk"] + sum(checkpoint.size for checkpoint in fetched(profile))
        made[name] = replace(profile, needs={"disk": round(disk, 1), **needs})
    return made


def fetched(profile: Profile) -> list[Checkpoint]:
    """Return the checkpoints of *profile* that come from the model hub, each set of files once."""
    every = (c for checkpoints in profile.experts.values() for c in checkpoints if c.revision)
    return list({(c.source, c.revision): c for c in every}.values())


def unchecked(profile: Profile) -> Profile:
    """Return *profile* with no safety checker of any of its models."""

    def without(checkpoint: Checkpoint) -> Checkpoint:
        if not checkpoint.revision:
            return checkpoint
        left = [*dict.fromkeys((*checkpoint.call.get("without", ()), "safety_checker"))]
        return (
            replace(checkpoint, call={**checkpoint.call, "without": left})
            if checkpoint.source in CHECKED
            else checkpoint
        )

    return replace(profile, experts={task: tuple(map(without, every)) for task, every in profile.experts.items()})


def terms(profile: Profile) -> str:
    """Return what *profile* fetches from the hub before it can work, with sizes and licences, and what it needs; empty for a profile
    that fetches nothing."""
    files = fetched(profile)
    if not files:
        return ""
    listed = "; ".join(f"{c.source} ({c.size:.1f} GB, {c.licence})" for c in files)
    return (
        f"Where they are first used, it fetches {sum(c.size for c in files):.0f} GB from the model hub: {listed}. It needs "
        f"{profile.needs['ram']:.0f} GB of memory and {profile.needs['vram']:.0f} GB on the graphics card."
    )
