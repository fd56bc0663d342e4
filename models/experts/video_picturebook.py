"""Make a short video from a description: things of the atlas that move as the words say, before a painted backdrop."""

from __future__ import annotations

from models.expert import Clip, Expert, Inputs, Refusal, Report, Share
from models.values import Checkpoint, TaskCall

TASK = "video"
NAME = "Picture book (drawn film)"


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; the text encoder finds the nearest names for words that the atlas does not know."""
    from models.reader import shared_embedder
    from models.world.busts import notes_on
    from models.world.filming import aliases, clip_size, facts_of, finished, readable, roomy, said_of, write
    from models.world.hours import unshown
    from models.world.motion import plan
    from models.world.pictures import near_names, refusal, sides
    from models.world.placing import place
    from models.world.read import read
    from models.world.staging import stage_of

    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Clip:
        """Return the clip; ``meta`` has made, film (see :mod:`models.world.film`), scene (as it is in the first frame before
        anything moves) and notes."""
        caption = " ".join(call.phrases()).strip()
        if not caption:
            raise Refusal(
                "There is no description of the video.", "Say what shall happen, such as “a dog runs on a beach”."
            )
        report(0.02, "reading the description")
        wish = read(readable(caption), embed=embed)
        if wish.empty:
            raise refusal(wish, caption, near_names(embed))
        width, height, notes = clip_size(inputs.settings.get("size"))
        report(0.05, "placing the things")
        placed = place(wish, width, height, inputs.seed, report=Share(report, 0.05, 0.08))
        told = plan(
            roomy(placed.scene, width / height), caption, seconds=inputs.settings.get("duration"), ratio=width / height, seed=inputs.seed,
            free=True, aliases=aliases(wish),
        )  # fmt: skip
        report(0.08, "painting the backdrop")
        stage = stage_of(told.film, width, height)
        clip = write(told.film, stage, inputs.scratch / f"{call.id}-film.mp4", Share(report, 0.12, 1.0))
        said = [
            *said_of(wish),
            *placed.notes,
            *unshown(wish.time, placed.scene.backdrop),
            *sides(wish),
            *notes,
            *told.notes,
            *notes_on(told.film.scene),
        ]
        return finished(clip, caption, said, facts_of(told.film, clip))

    return expert
