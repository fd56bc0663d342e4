"""Draw a picture from a description: things of the atlas, placed as the words say, before a painted backdrop."""

from __future__ import annotations

from models.expert import Expert, Inputs, Picture, Refusal, Report, Share
from models.several import COUNT, several
from models.values import Checkpoint, TaskCall

TASK = "image"
NAME = "Picture book (drawn from named things)"
PARAMS = (COUNT,)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; the text encoder finds the nearest names for words that the atlas does not know."""
    from models.reader import shared_embedder
    from models.world.hours import unshown
    from models.world.pictures import drawn, near_names, refusal, sides, size_of
    from models.world.placing import place
    from models.world.read import read

    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        caption = " ".join(call.phrases()).strip()
        if not caption:
            raise Refusal(
                "There is no description of the picture.", "Say what shall be in it, such as “a red car by a house”."
            )
        report(0.05, "reading the description")
        wish = read(caption, embed=embed)
        if wish.empty:
            raise refusal(wish, caption, near_names(embed))
        width, height, notes = size_of(inputs.settings.get("size"))

        def one(inputs: Inputs, report: Report) -> Picture:
            report(0.2, "placing the things")
            placed = place(wish, width, height, inputs.seed, report=Share(report, 0.2, 0.4))
            told = [
                *wish.notes(),
                *placed.notes,
                *wish.unposed(),
                *unshown(wish.time, placed.scene.backdrop),
                *sides(wish),
                *notes,
            ]
            if placed.penalty > 1.0:
                told.append("Not everything could stand quite as you said.")
            return drawn(placed.scene, width, height, caption, told, report)

        return several(inputs, report, one)

    return expert
