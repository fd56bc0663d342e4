"""Media, marks, steps and progress as the JSON of the components: pure functions, no gradio, no disk.

Nothing is escaped here: the browser shows every string of a card as a text node.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models import grammar
from models.box_files import boxes_of
from models.palette import index_of
from models.values import Box, Failure, Labelled, Media, Phrase, Point, Ref, Region, Span, Step, TaskCall

from app.events import Progress
from app.proof import badge

Link = Callable[[str], str]
FACTS = ("width", "height", "fps", "frames", "duration", "start", "poster")
"""Facts of a medium that the browser needs; *start* is the time of a video's first frame, *poster* that of the frame that it shows
until it is played, where that is not the first."""


def medium_card(medium: Media, shelf: Mapping[str, Media], link: Link) -> dict[str, Any]:
    """Return what the browser needs to show *medium* in the tray and to draw on it."""
    meta = medium.meta
    known = {name: meta[name] for name in FACTS if _is_number(meta.get(name))}
    wave = {"wave": link(str(meta["wave"]))} if meta.get("wave") else {}
    return {
        "ref": medium.handle,
        "kind": medium.kind,
        "url": url_of(medium, link),
        "name": str(meta.get("name") or ""),
        **known,
        **wave,
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def url_of(medium: Media, link: Link) -> str:
    """Return the address of what a browser can show of *medium*: its displayable copy where it has one."""
    path = str(medium.meta.get("display") or medium.path)
    return "" if medium.kind == "mask" and not path.endswith(".png") else link(path)


def key(handle: str) -> str:
    """Return the word by which the page's parts that stand for *handle* light up together."""
    return handle.replace("#", "-")


def _twin(medium: Media, shelf: Mapping[str, Media]) -> str:
    """Return words that name an earlier medium with the very same bytes, or ""."""
    earlier = itertools.takewhile(lambda other: other.handle != medium.handle, shelf.values())
    return next((f"the same bytes as {other.handle}" for other in earlier if other.path == medium.path), "")


def _sizes(medium: Media) -> list[str]:
    """Return how large and how long *medium* is, in words."""
    meta, facts = medium.meta, []
    if meta.get("width") and meta.get("height"):
        facts.append(f"{meta['width']} × {meta['height']}")
    if medium.kind == "video" and meta.get("frames"):
        facts.append(f"{meta['frames']} frames at {float(meta.get('fps') or 0):.4g} per second")
    if medium.kind in ("video", "audio") and meta.get("duration"):
        facts.append(f"{float(meta['duration']):.1f} s")
    return facts


def _caption(medium: Media, shelf: Mapping[str, Media]) -> str:
    meta, facts = medium.meta, [medium.handle]
    facts += [str(meta["name"])] if meta.get("name") else []
    facts += [str(meta["label"])] if meta.get("label") else []
    facts += _sizes(medium)
    twin = _twin(medium, shelf)
    facts += [twin] if twin else []
    notes = meta.get("notes") or ()
    facts += [str(note) for note in (notes if isinstance(notes, list | tuple) else [notes])]
    return " · ".join(facts)


def _download(medium: Media) -> str:
    """Return a file name to save under: the handle and the real ending."""
    ending = medium.path.partition("/")[2] or medium.path
    dot = ending.rfind(".")
    return medium.handle.replace("#", "-") + (ending[dot:] if dot > 0 else "")


def item(medium: Media, shelf: Mapping[str, Media], link: Link, regions: Sequence[Region] = ()) -> dict[str, Any]:
    """Return *medium* as an item of a card, with what the person marked on it."""
    tray = medium_card(medium, shelf, link)
    shown: dict[str, Any] = {
        **{name: tray[name] for name in (*FACTS, "wave") if name in tray},
        "kind": medium.kind,
        "ref": medium.handle,
        "url": tray["url"],
        "file": link(medium.path),
        "download": _download(medium),
        "caption": _caption(medium, shelf),
        "named": [medium.handle],
        "alt": " ".join(filter(None, (medium.handle, str(medium.meta.get("label") or medium.meta.get("name") or "")))),
        "uses": [tray],
    }
    # What a file tells of itself is a table; pictures of the picture book have a word in its place.
    if medium.kind == "image" and isinstance(medium.meta.get("made"), dict):
        shown["recipe"] = True
    if medium.kind in ("image", "video", "audio"):
        at = next((region.time for region in regions if region.time is not None), None)
        shown["draw"] = {**tray, "at": at} if at is not None else tray
    if regions:
        shown["regions"] = [_marked(region, medium) for region in regions]
    labelled = boxes_of(medium)
    if labelled:
        # They are drawn in the picture already: here they only answer to a pointer and to their names.
        where = key(medium.handle)
        shown["boxes"] = [
            {"box": box, "label": label, "key": f"{where}-b{number}", "hue": number, "quiet": True}
            for number, (label, box) in enumerate(labelled)
        ]
    return shown


def with_source(shown: dict[str, Any], medium: Media, call: TaskCall | None, shelf: Mapping[str, Media], link: Link) -> dict[str, Any]:  # fmt: skip
    """Return the item of a result with what it can be compared with, and what was measured against it."""
    proof, source = badge(medium, call), _source(medium, call, shelf)
    more: dict[str, Any] = {"badge": proof} if proof else {}
    if source:
        sides = [(one.meta.get("width"), one.meta.get("height")) for one in (source, medium)]
        same = sides[0] == sides[1] and all(sides[0])
        before = medium_card(source, shelf, link)
        sound = {name: before[name] for name in ("wave", "duration") if name in before and source.kind == "audio"}
        more["before"] = {"kind": source.kind, "ref": source.handle, "url": before["url"], "same": same, **sound}
    return {**shown, **more}


def _source(medium: Media, call: TaskCall | None, shelf: Mapping[str, Media]) -> Media | None:
    """Return the medium of the same kind that the call made *medium* from."""
    named = [*call.refs(medium.kind)[:1], str(medium.meta.get("of") or "")] if call else []
    known = (shelf[handle] for handle in named if handle in shelf and handle != medium.handle)
    return next((source for source in known if source.kind == medium.kind), None)


def _marked(region: Region, medium: Media) -> dict[str, Any]:
    words = " ".join(filter(None, (region.handle, region.label)))
    if region.time is not None:
        start = float(medium.meta.get("start") or 0)
        frame = round((region.time - start) * float(medium.meta.get("fps") or 0))
        words += f" · frame {frame} ({region.time:.2f} s)"
    if region.mask:
        words += f" · refines {region.mask}"
    return {
        "number": region.id, "text": words, "key": key(region.handle), "time": region.time, "shapes": _shapes(region),
    }  # fmt: skip


def region_json(region: Region) -> dict[str, Any]:
    """Return *region* as the editor's JSON: what :func:`app.regions.region_from_json` reads."""
    shapes = _shapes(region)
    return {"ref": region.of, "time": region.time, "mask": region.mask, "label": region.label, "shapes": shapes}


def _shapes(region: Region) -> list[dict[str, Any]]:
    box = region.box
    shapes: list[dict[str, Any]] = [{"type": "box", "box": [box.x0, box.y0, box.x1, box.y1]}] if box else []
    shapes += [{"type": "poly", "pts": p.points, "neg": not p.positive} for p in region.polygons]
    shapes += [{"type": "scribble", "pts": s.points, "width": s.width, "neg": not s.positive} for s in region.strokes]
    shapes += [{"type": "point", "xy": [p.x, p.y], "neg": not p.positive} for p in region.points]
    return shapes


def mask_items(masks: Sequence[Media], shelf: Mapping[str, Media], link: Link) -> list[dict[str, Any]]:
    """Return masks as items, those of one picture or clip together. Each can be drawn on, to refine it, and so can what it is of."""
    by_source: dict[str, list[Media]] = {}
    for mask in masks:
        by_source.setdefault(str(mask.meta.get("of") or ""), []).append(mask)
    items = []
    for of, members in by_source.items():
        source = shelf.get(of)
        tray = medium_card(source, shelf, link) if source and source.kind in ("image", "video") else {}
        size = tray if tray.get("width") else medium_card(members[0], shelf, link)
        moving = any(map(_moves, members))
        facts = [name for name in FACTS if moving or name in ("width", "height")]
        shown: dict[str, Any] = {name: size[name] for name in facts if name in size}
        shown |= {
            "kind": "masks",
            "ref": members[0].handle,
            "masks": [_mask(m, shelf, link) for m in members],
            "source": {"kind": tray.get("kind", ""), "url": tray.get("url", "")},
            "caption": ", ".join(m.handle for m in members)
            + (f" · {'mask' if len(members) == 1 else 'masks'} of {of}" if of else ""),
            "named": [*(m.handle for m in members), *filter(None, [of])],
            "alt": f"masks of {of}",
            "uses": [medium_card(mask, shelf, link) for mask in members],
        }
        if tray.get("url"):
            shown["before"] = {"kind": tray["kind"], "ref": of, "url": tray["url"], "same": True}
            drawn_on = [mask for mask in members if url_of(mask, link) or _moves(mask)]
            shown["draw"] = tray
            shown["refine"] = [{**tray, "mask": mask.handle, "mask_url": url_of(mask, link)} for mask in drawn_on]
        items.append(shown)
    return items


def is_drawn_in(shown: Mapping[str, Any], medium: Media) -> bool:
    """Tell whether *medium* is the clip of the masks that the item *shown* shows, with these drawn in."""
    before = shown.get("before", {})
    if medium.kind != "video" or shown["kind"] != "masks" or before.get("kind") != "video":
        return False
    return medium.meta.get("of") == before["ref"] and all("file" in mask for mask in shown["masks"])


def with_drawn(shown: dict[str, Any], medium: Media, shelf: Mapping[str, Media], link: Link) -> dict[str, Any]:
    """Return the item of a clip's masks with the clip *medium*, in which they are drawn: it is at hand there and is not shown once
    more."""
    drawn = item(medium, shelf, link)
    caption = ", drawn in as ".join(filter(None, (shown["caption"], drawn["caption"])))
    named = [*shown["named"], medium.handle]
    return {
        **shown,
        "caption": caption,
        "named": named,
        "drawn": {name: drawn[name] for name in ("ref", "file", "download", "uses")},
    }


def _moves(mask: Media) -> bool:
    """Tell whether *mask* is one of a clip: its file holds run lengths and no picture."""
    return mask.kind == "mask" and mask.path.endswith(".json")


def label_of(medium: Media) -> str:
    """Return what a person or an expert called the thing, or "" where nobody knew: an expert's own word for that is "object"."""
    label = str(medium.meta.get("label") or "").strip()
    return "" if label == "object" else label


def _mask(mask: Media, shelf: Mapping[str, Media], link: Link) -> dict[str, Any]:
    """Return one mask of an item; its colour, *hue*, goes by its number, so that it is the same wherever it is shown. Of a clip's
    mask the browser reads the *file*."""
    return {
        "ref": mask.handle,
        "url": url_of(mask, link),
        "text": " · ".join(filter(None, (_mask_words(mask), _twin(mask, shelf)))),
        "label": label_of(mask),
        "key": key(mask.handle),
        "hue": index_of(mask.handle, mask.meta),
        **({"file": link(mask.path)} if _moves(mask) else {}),
    }


def _mask_words(mask: Media) -> str:
    score: Any = mask.meta.get("score")
    words = " ".join(filter(None, (mask.handle, label_of(mask))))
    return f"{words} · score {float(score):.2f}" if _is_number(score) else words


def step_json(
    call: TaskCall | None,
    step: Step | None,
    made: Sequence[Media] = (),
    shelf: Mapping[str, Media] | None = None,
    *,
    seeded: bool = True,
) -> dict[str, Any]:
    """Return the record of a call: what was asked for, what ran, and how large was what it took from *shelf* and *made*. *seeded*: what
    it gives hangs on the seed, which is then seen without opening the record."""
    task = step.task if step else call.task if call else ""
    rows: list[list[str]] = []
    if call:
        rows += [["argument", _argument(arg)] for arg in call.args]
        rows += [[name, value] for name, value in call.params.items()]
    brief, tokens, notes = "", "", list(call.warnings) if call else []
    if step:
        facts = [step.expert, f"{step.seconds:.1f} s", *([f"seed {step.seed}"] if seeded else [])]
        brief, tokens = " · ".join(facts), step.tokens
        rows += [["expert", step.expert], ["checkpoint", step.checkpoint or "none: a classical algorithm"]]
        rows += [["seed", str(step.seed)], ["time", f"{step.seconds:.2f} s"]]
        known = {row[0] for row in rows}
        for name, value in step.settings.items():
            if name == "notes":
                notes += [str(note) for note in (value if isinstance(value, list | tuple) else [value])]
            elif name not in known:
                rows.append([str(name), _plain(value)])
    elif call:
        tokens = grammar.write_call(call)
    taken = [shelf[handle] for handle in call.refs() if handle in shelf] if call and shelf else []
    for word, media in (("took", taken), ("made", made)):
        rows += [[word, " · ".join((medium.handle, *_sizes(medium)))] for medium in media]
    return {"title": task, "brief": brief, "tokens": tokens, "rows": rows, "notes": notes}


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _argument(arg: Any) -> str:
    if isinstance(arg, Ref):
        return arg.handle
    if isinstance(arg, Phrase):
        return f"“{arg.text}”"
    if isinstance(arg, Labelled):
        return f"“{arg.phrase}” in {_argument(arg.box)}"
    if isinstance(arg, Box):
        return f"box {arg.x0:.3f}, {arg.y0:.3f} to {arg.x1:.3f}, {arg.y1:.3f}"
    if isinstance(arg, Point):
        return f"point {arg.x:.3f}, {arg.y:.3f}"
    if isinstance(arg, Span):
        return f"{arg.start:g} to {arg.end:g} s"
    return str(arg)


def again_json(
    call: TaskCall | None, step: Step | None, failure: Failure | None = None, experts: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the page needs to ask for a call once more: its id, which the server looks up, and the names of the *experts* of its task
    *others* than the one that ran it or could not. A call that failed before it came to an expert fails with every one."""
    tokens = step.tokens if step else grammar.write_call(call) if call else ""
    made = step.call if step else call.id if call else ""
    was = step.expert if step else failure.expert if failure else ""
    others = [name for name in experts if name != was] if was else []
    return {
        "id": made,
        "ran": step is not None,
        "seed": str(step.seed) if step else "",
        "tokens": tokens,
        "others": others,
    }


def progress_json(now: Progress, preview: str = "") -> dict[str, Any]:
    """Return how far a call is; *preview* is the address of a picture made on the way."""
    title = now.task or "the model"
    time = f"{now.seconds:.0f} s" + (f", about {now.left:.0f} s left" if now.left else "")
    return {
        "call": now.call,
        "title": f"{title} · {now.expert}" if now.expert else title,
        "word": now.word,
        "fraction": now.fraction,
        "time": time,
        "preview": preview,
    }
