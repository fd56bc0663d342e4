"""What people say and what is answered, for sets that come without words of their own: a few natural phrasings a task.

``{x}`` is the name, the description or the caption that the set gives. Wider language comes from ``training/language``;
here it only has to be varied enough that a model does not learn one sentence by heart.
"""

from __future__ import annotations

ASK: dict[str, tuple[str, ...]] = {
    "segment": (
        "cut out {x}", "can you cut out {x} for me?", "I need a mask of {x}", "select {x}, please", "segment {x}",
        "please isolate {x}", "could you mask {x}?", "give me just this: {x}", "{x}, as a mask please",
        "I only want {x}, nothing else of the picture",
    ),
    "segment.region": (
        "cut out what I marked", "cut this out", "make a mask of the thing in my box", "what I drew a box round, as a mask",
        "please isolate the thing I marked", "segment the marked object",
    ),
    "segment.salient": (
        "cut out what the picture is about", "cut out the main thing", "mask whatever stands out most",
        "what catches the eye first? cut it out", "separate the subject from the background",
        "isolate the most eye-catching thing",
    ),
    "where": (
        "where is {x}?", "where can I see {x}?", "point out {x}", "show me where {x} is", "find {x}",
        "can you locate {x}?",
    ),
    "layout": (
        "{x}", "draw this: {x}", "I'd like a picture: {x}", "please paint {x}", "can you make an image of this? {x}",
        "picture this: {x}",
    ),
    "audio": (
        "make this sound: {x}", "I need a sound: {x}", "can you make it sound like this? {x}", "sound, please: {x}",
        "generate audio of the following: {x}", "let me hear this: {x}",
    ),
    "video": (
        "make a clip: {x}", "I'd like a short video: {x}", "can you film this for me? {x}", "generate a video of this: {x}",
        "a few seconds of this as a video please: {x}", "animate this scene: {x}",
    ),
    "listen": (
        "what do you hear?", "what is going on in this recording?", "describe the sound", "what does this sound like to you?",
        "tell me what can be heard here",
    ),
    "watch": (
        "what happens in this clip?", "describe the video", "what is this video about?", "tell me what you see here",
        "sum the clip up in a sentence",
    ),
    "follow": (
        "follow {x}", "track {x} through the clip", "cut out {x} in the whole video", "keep {x} masked from start to end",
        "can you follow {x} for me?", "mask {x} in every frame",
    ),
}  # fmt: skip

DO: dict[str, tuple[str, ...]] = {
    "segment": ("I'll cut that out of {h}.", "Here is the mask.", "Sure, cut out of {h}.", "I found it in {h}."),
    "segment.many": ("I found {n} of them in {h}.", "There are {n}; here are their masks.", "Sure, all {n} of them."),
    "where": ("It is here:", "Here:", "I see it here:", "This is it:"),
    "where.many": ("They are here:", "Here:", "I see {n} of them:"),
    "edit": ("I'll change {h} like that.", "Sure, one moment.", "Here is {h} with that change.", "On it."),
    "inpaint": ("I'll change that place of {h}.", "Sure, only there.", "Here is {h}, changed where you marked it."),
    "layout": ("I'll put each thing in its place.", "Here is how I would lay it out.", "Sure, drawing it."),
    "audio": ("I'll make that sound.", "Here it comes.", "Sure, listen."),
    "video": ("I'll make that clip.", "Here it comes.", "Sure, one moment."),
    "follow": ("I'll follow it through {h}.", "Here is its mask through all of {h}.", "Sure, from start to end."),
    "follow.many": ("I'll follow all {n} of them through {h}.", "There are {n}; here are their masks."),
    "follow.none": (
        "I watched {h} to the end and nothing in it fits that.", "Nothing in {h} does that, so there is nothing to follow.",
        "I can find no such thing in {h}.",
    ),
}  # fmt: skip
