"""A baseline for routing, for measuring alone: some 25 lines of keyword rules, which a model must be worth more than.

The program never routes by such rules, and neither ``app`` nor ``models`` may import ``evaluation``: beside how well the model routes the
table tells how far words alone lead. The rules were written after a look at requests of the file that they are scored on, which favours them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NAME = "baseline: keyword rules"
"""How tables call it."""
_ASKS = "what|who|whose|when|where|which|why|how|is|are|was|were|does|do|did|has|have|describe|tell|explain|identify|provide|discuss|summari[sz]e|analy[sz]e|can you"
_MAKES = "make|create|generate|draw|form|visuali[sz]e|display|depict|illustrate|craft|conjure|exhibit|fabricate|produce|construct|demonstrate|show"
_FILMS = "videos?|clips?|movies?|films?|footage|animate|cinematic|motion picture"
_SOUNDS = "audio|sounds?|songs?|music|voice|noise"
_PICTURES = "image|picture|photo|painting|drawing|snapshot|illustration|scene|portrait"
_NOT_KNOWN = "to speech|into speech|text-to-speech|depth|panorama|stitch|transcribe"
_WHOLE = "background|style|haz|blur|fog|nois|rain|snow|bright|lumin|illumin|watermark|shadow|black and white|watercolor"


def tasks(case: Mapping[str, Any]) -> list[str]:
    """Return the tasks, by the names of a file of requests, that the rules call for *case*; none where words are wanted."""
    text, media = str(case["user_text"]).strip().lower(), set(case.get("media") or ())

    def said(words: str) -> bool:
        return re.search(rf"\b(?:{words})\b", text) is not None

    asks = re.match(rf"(?:{_ASKS})\b", text) is not None or text.endswith("?")
    if "audio" in media or said(_NOT_KNOWN):
        return []
    if said("mask|segment|segments|segmentation"):
        return ["video_segmentation" if "video" in media else "image_segmentation"]
    if "video" in media:
        return [] if asks and not said("replace|change") else ["video_edit"]
    if "image" in media:
        if (asks and not said(_FILMS)) or said("location|locate|find|<region>"):
            return []
        if (said(_MAKES) and said(_FILMS)) or re.match(r"(?:a|an|the|two|three|some) ", text):
            return ["image_to_video"]
        whole = re.search(_WHOLE, text) is not None and not case.get("has_region")
        return ["image_edit_global" if whole else "image_edit_region"]
    if case.get("has_region"):
        return ["layout_to_image"]
    if said(_MAKES):
        wanted = {"text_to_video": _FILMS, "text_to_audio": _SOUNDS, "text_to_image": _PICTURES}
        return next(([task] for task, words in wanted.items() if said(words)), [])
    return []
