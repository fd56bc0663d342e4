"""Copies for browsers, of files that they do not show themselves, and pictures of sounds. Each of :func:`picture`, :func:`video`
and :func:`sound` returns None when the file is fine."""

from __future__ import annotations

from pathlib import Path

from models import ffmpeg, magic, sound_picture
from models.expert import Clip, Picture, Refusal
from models.media import encode_png
from models.sound import load_sound, save_wav, sound_meta
from models.video import VideoWriter, clip_info, read_frames, rewrap

DRAWN = 600.0
"""Seconds of a sound up to which its picture is drawn: a longer one would have to be decoded whole for it."""
_SOUND_CODECS = ("aac", "mp3", "opus", "vorbis", "flac")
_WAV_CODECS = ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le")


def picture(value: Picture, found: magic.Format, folder: Path) -> Path | None:
    """Return a PNG of a TIFF picture, which browsers do not show."""
    if found is not magic.TIFF:
        return None
    path = folder / "display.png"
    path.write_bytes(encode_png(value.pixels))
    return path


def video(clip: Clip, folder: Path) -> tuple[Path | None, float | None]:
    """Return an MP4 copy of a video that browsers may not play, and the time of its first frame, s, where that differs
    from the file's. The streams are copied where that is enough, else the frames are coded again."""
    if clip.meta.get("plays"):
        return None, None
    path = folder / "display.mp4"
    if clip.meta.get("codec") == "h264" and rewrap(clip, path):
        copy = clip_info(path)
        if copy.meta["plays"] and copy.frames == clip.frames:
            return path, float(copy.meta["start"])
    with VideoWriter(path, clip.width, clip.height, clip.fps, clip.path if clip.has_audio else None) as writer:
        for frame in read_frames(clip):
            writer.write(frame)
    return path, 0.0


def sound(path: Path, found: magic.Format, folder: Path) -> Path | None:
    """Return a WAV copy of a sound in a form that browsers may not play."""
    if found in (magic.MP3, magic.FLAC, magic.AAC):
        return None
    try:
        track = ffmpeg.header(path, found.reader).audio
    except Refusal:
        track = None
    codec = track.codec if track else ""
    if found is magic.WAV and codec in _WAV_CODECS:
        return None
    if found in (magic.OGG, magic.MP4, magic.M4A, magic.WEBM) and codec in _SOUND_CODECS:
        return None
    copy = folder / "display.wav"
    save_wav(load_sound(path), copy)
    return copy


def wave(path: Path, folder: Path) -> Path | None:
    """Return a PNG with waveform and spectrogram of a sound file; None for one that is very long or whose inside is damaged,
    which is told when somebody works with it."""
    try:
        if float(sound_meta(path).get("duration") or 0) > DRAWN:
            return None
        value = load_sound(path)
    except Refusal:
        return None
    drawn = folder / "wave.png"
    drawn.write_bytes(encode_png(sound_picture.picture(value.samples, value.rate)))
    return drawn
