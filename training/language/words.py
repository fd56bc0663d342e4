"""Turns that are answered in words: plain talk, questions about media, wishes that no task fulfils."""

from __future__ import annotations

from models.values import Kind

from training.language.phrasing import plural
from training.language.talk import Dialogue

PLAIN = (
    ("chat.maths", "say.maths", 5), ("chat.code", "say.code", 5), ("chat.write", "say.write", 12), ("chat.translate", "say.translate", 3),
    ("chat.fact", "say.fact", 14), ("chat.advice", "say.fact", 9), ("chat.riddle", "say.riddle", 4), ("chat.role", "say.role", 3),
    ("chat.opinion", "say.opinion", 4), ("chat.life", "say.life", 8), ("chat.not", "say.not", 6), ("chat.long", "say.fact", 6),
    ("hi", "say.hi", 8), ("bye", "say.bye", 2), ("thanks", "say.thanks", 6), ("praise", "say.praise", 2), ("blame", "say.blame", 2),
    ("who", "say.who", 11), ("what", "say.what", 18), ("can", "say.can", 9), ("can.see", "say.can.see", 6), ("can.make", "say.can.make", 7), ("how.cut", "say.how.cut", 4),
    ("how.other", "say.how.other", 5),
    ("plain_essay", "say.write", 4),
    ("plain_reason", "say.maths", 4),
    ("plain_code", "say.code", 2),
    ("plain_facts", "say.fact", 5),
    ("plain_life", "say.fact", 4),
    ("plain_long", "say.fact", 2),
    ("text.ask", "say.write", 10),
    ("text.task", "say.write", 7),
    ("decoy", "say.fact", 6),
    ("decoy.life", "say.life", 3),
    ("chat.passage", "say.fact", 9),
)  # fmt: skip
_PLAIN_WEIGHTS = [weight for _, _, weight in PLAIN]
REFUSED = {"speech": 5, "depth": 4, "pose": 4, "text": 6, "three": 5, "web": 4, "weather": 2, "mail": 5, "document": 4, "face": 5, "music": 6, "other": 6,
           "still": 9, "clip": 8, "track": 6}  # fmt: skip
"""Kinds of wishes that no task fulfils, and how often each is met."""
OF_A: dict[str, tuple[Kind, str]] = {
    "still": ("image", "other"),
    "clip": ("video", "other"),
    "track": ("audio", "music"),
}
"""Kinds of wishes about a medium that is there: its kind, and what the reply is about."""
ABOUT_PICTURE = ("depth", "pose", "text", "face", "three")
NEEDS: tuple[tuple[str, Kind], ...] = (
    ("seg.region", "image"), ("remove.region", "image"), ("adj.grayscale", "image"), ("adj.rotate", "image"), ("adj.flip.horizontal", "image"),
    ("adj.blur", "image"), ("seg.all", "image"), ("detect.ask", "image"), ("seg.ask", "image"), ("ext.time", "video"), ("ext.span", "video"),
    ("follow.region", "video"), ("aa.extract", "video"), ("sf.ask", "video"), ("aa.louder", "audio"), ("aa.reverse", "audio"),
    ("aa.fade_out", "audio"), ("aa.higher.by", "audio"), ("aa.trim", "audio"),
)  # fmt: skip


def plain(d: Dialogue) -> str:
    """Talk that has nothing to do with a task; sometimes with a medium attached or in the conversation."""
    bank, reply, _ = d.rng.choices(PLAIN, _PLAIN_WEIGHTS)[0]
    if d.chance(0.05) and not d.shelf:
        d.attach(d.rng.choice(("image", "image", "video", "audio")))
    d.ask(d.say(bank, noun="picture", it="it"), polite=bank not in ("hi", "bye", "thanks", "chat.long", "chat.passage"))
    d.answer(reply)
    return bank if "." in bank else f"chat.{bank}"


def refuse(d: Dialogue) -> str:
    """A wish for something that no task here can do."""
    name = d.rng.choices(list(REFUSED), list(REFUSED.values()))[0]
    kind: Kind | None = None
    topic = name
    if name in OF_A:
        kind, topic = OF_A[name]
    elif name in ABOUT_PICTURE:
        kind = "image" if d.chance(0.85) else None
    elif name == "music":
        kind = "audio" if d.chance(0.6) else "video"
    elif name == "speech":
        kind = d.rng.choice(("video", "audio", "audio", None, None, None))
    elif name in ("mail", "document", "other"):
        kind = d.rng.choice(("image", "video", "audio", None, None, None, None))
    if kind and not (d.of(kind) and d.chance(0.6)):
        d.attach(kind)
    word = d.book.text(d.rng, f"noun.{kind or ('audio' if name == 'speech' else 'image')}")
    it = d.book.text(d.rng, "it.new", noun=word)
    d.ask(d.say(f"refuse.{name}", it=it, noun=word))
    d.answer(f"say.refuse.{topic}")
    return f"refuse.{name}"


def _question(d: Dialogue, kind: Kind, banks: tuple[str, str, str], reply: str) -> str:
    """A question about a medium, now and then with choices or an order how to answer, as in a test."""
    target = d.target(kind, fresh=0.7)
    said = d.say(d.rng.choices(banks, (5, 4, 1.5))[0], target)
    if d.chance(0.12):
        said.pieces.append((" " + d.book.text(d.rng, "vqa.tail"), -1))
    d.ask(said)
    d.answer(f"say.{reply}", h=target.handle)
    return f"vqa.{kind}"


def look(d: Dialogue) -> str:
    """A question about what a picture shows, or about how it would look better."""
    if d.chance(0.16):
        kind: Kind = "image" if d.chance(0.8) else "video"
        target = d.target(kind, fresh=0.7)
        d.ask(d.say("taste.ask", target))
        d.answer("say.taste", h=target.handle)
        return f"vqa.{kind}"
    return _question(d, "image", ("vqa.image", "vqa.image.more", "look.image_extra"), "see")


def look_here(d: Dialogue) -> str:
    """A question about a marked place of a picture, now and then of a video."""
    target = d.target("image", fresh=0.7) if d.chance(0.92) else d.target("video")
    target.ref = ""
    mark = d.mark(target.handle)
    bank = "vqa.region" if d.chance(0.55) else "vqa.region.extra"
    d.ask(d.say(bank, target, r=str(mark.id)))
    d.answer("say.see.region", r=mark.handle)
    return "vqa.region"


def watch(d: Dialogue) -> str:
    """A question about what happens in a video."""
    return _question(d, "video", ("vqa.video", "vqa.video.more", "look.video_extra"), "watch")


def listen(d: Dialogue) -> str:
    """A question about what can be heard in a sound."""
    return _question(d, "audio", ("vqa.audio", "vqa.audio.more", "listen_extra"), "listen")


def hand_over(d: Dialogue) -> str:
    """Attach something, or several of a kind, and say next to nothing."""
    item = d.attach(d.rng.choice(("image", "image", "video", "audio")))
    many = [item] + [d.attach(item.kind) for _ in range(d.rng.choice((0, 0, 0, 1, 2)))]
    if d.chance(0.12):
        d.ask("", polite=False, bare=True)
    else:
        noun = d.book.text(d.rng, f"noun.{item.kind}")
        d.ask(d.say("hear.many" if len(many) > 1 and d.chance(0.7) else "hear.new", noun=noun, nouns=plural(noun)))
    if len(many) > 1:
        names = [each.handle for each in many]
        d.answer("say.got.many", list=", ".join(names[:-1]) + " and " + names[-1])
    else:
        d.answer("say.got.audio" if item.kind == "audio" else "say.got", h=item.handle)
    return "chat.hand_over"


def need(d: Dialogue) -> str | None:
    """A request whose medium is missing: ask for it."""
    bank, kind = d.rng.choice(NEEDS)
    if d.shelf:
        return None
    noun = d.book.text(d.rng, f"noun.{kind}")
    it = d.book.text(d.rng, "it.latest", noun=noun)
    d.ask(d.say(bank, it=it, noun=noun, r="1", m="1", adv="", x=it))
    d.answer(f"say.need.{kind}")
    return f"need.{kind}"


def unmarked(d: Dialogue) -> str:
    """A request about "this thing" with nothing marked and nothing named: ask for a mark."""
    target = d.target("image") if d.chance(0.8) else d.target("video")
    target.ref = ""
    d.ask(d.say("unmarked.ask", target))
    d.answer("say.need.mark", h=target.handle)
    return "need.mark"
