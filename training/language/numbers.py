"""Slots that are computed: numbers, times and amounts, said in digits or words, with their value for the task call."""

from __future__ import annotations

from random import Random

from training.language.phrasing import Computed

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def words(number: int) -> str:
    """Return a whole number 0..999 in English words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    rest = f" and {words(number % 100)}" if number % 100 else ""
    return f"{ONES[number // 100]} hundred{rest}"


def plain(number: float) -> str:
    """Return *number* without needless zeros: 2.0 -> 2, 2.50 -> 2.5."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _said(rng: Random, number: float) -> str:
    """Return a number as a person would write it: mostly digits, small whole ones sometimes in words."""
    if number == int(number) and number <= 60 and rng.random() < 0.25:
        return words(int(number))
    if number - int(number) == 0.5 and 1 < number < 20 and rng.random() < 0.15:
        return f"{words(int(number))} and a half"
    return plain(number)


def _long(rng: Random, seconds: float) -> str:
    """Return a time of a minute or more as a person would write it, in minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    clock = f"{minutes}:{rest:02d}"
    if rng.random() < 0.5:
        return clock
    number = words if rng.random() < 0.3 else str
    unit = rng.choice(("minute", "min")) if minutes == 1 else rng.choice(("minutes", "min", "mins"))
    if not rest:
        return f"{number(minutes)} {unit}"
    return rng.choice((
        f"{number(minutes)} {unit} {number(rest)} seconds", f"{number(minutes)} {unit} and {number(rest)} seconds",
        f"{minutes} {unit} {rest}", f"{minutes}m{rest}s", f"{minutes}m {rest}s", clock,
    ))  # fmt: skip


def _minutes(rng: Random) -> float:
    return float(
        60 * rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 7, 10)) + rng.choice((0, 0, 5, 10, 15, 20, 30, 30, 45, 7, 12, 38, 52))
    )


def _seconds(rng: Random, low: int, high: int) -> float:
    return rng.randint(low, high) + (0.5 if rng.random() < 0.12 else 0.0)


def _span(rng: Random, slots: dict[str, str]) -> str:
    start = _seconds(rng, 0, 20) if rng.random() < 0.8 else float(rng.randint(10, 60))
    stop = start + _seconds(rng, 1, 10)
    if rng.random() < 0.12:
        start = _minutes(rng)
        stop = start + rng.choice((5, 10, 15, 20, 30, 60, 8, 42))
        slots["start"], slots["stop"] = plain(start), plain(stop)
        joint = rng.choice(
            ("from {} to {}", "between {} and {}", "{} to {}", "{} - {}", "from {} until {}", "{} till {}")
        )
        return joint.format(_long(rng, start), _long(rng, stop))
    slots["start"], slots["stop"] = plain(start), plain(stop)
    pattern = rng.choice((
        "from {a} to {b} seconds", "from second {a} to second {b}", "between {a} and {b} seconds", "from {a}s to {b}s", "{a}-{b}s",
        "{a} to {b} seconds", "{a} s to {b} s", "between second {a} and {b}", "from {a} until {b} seconds", "{a}s-{b}s", "seconds {a} to {b}",
        "seconds {a}-{b}", "{c} to {d}", "from {c} to {d}", "starting at {a} and ending at {b} seconds", "from {a} sec to {b} sec",
        "between {c} and {d}", "{c}-{d}", "{c} - {d}", "{c} until {d}", "{a} through {b} seconds", "from the {a} second mark to the {b} second mark",
    ))  # fmt: skip
    if "}s" in pattern:
        return pattern.format(a=plain(start), b=plain(stop))
    in_words = rng.random() < 0.25 and start == int(start) and stop == int(stop) and stop < 60
    said = {"a": words(int(start)), "b": words(int(stop))} if in_words else {"a": plain(start), "b": plain(stop)}
    if "{c}" in pattern:
        if start != int(start) or stop != int(stop):
            pattern = "from {a} to {b} seconds"
        said["c"], said["d"] = (f"{int(t) // 60}:{int(t) % 60:02d}" for t in (start, stop))
    return pattern.format(**said)


def _first(rng: Random, slots: dict[str, str]) -> str:
    stop = _seconds(rng, 1, 20)
    slots["start"], slots["stop"] = "0", plain(stop)
    return _said(rng, stop)


def _time(rng: Random, slots: dict[str, str]) -> str:
    time = rng.choice((float(rng.randint(1, 30)), rng.randint(2, 60) / 2, rng.randint(10, 200) / 10))
    if rng.random() < 0.15:
        time = _minutes(rng)
        slots["time"] = plain(time)
        return _long(rng, time)
    slots["time"] = plain(time)
    said = _said(rng, time)
    if time == int(time) and rng.random() < 0.2:
        return f"{int(time) // 60}:{int(time) % 60:02d}"
    return said + rng.choice(
        (" seconds", " s", " sec") if said[-1].isalpha() else (" seconds", "s", " s", " sec", " seconds", "s")
    )


def _frame(rng: Random, slots: dict[str, str]) -> str:
    frame = rng.choice((rng.randint(1, 30), rng.randint(10, 300), rng.randrange(0, 500, 10)))
    slots["frame"] = str(frame)
    return str(frame)


def _choice(name: str, *values: float, low: float = 0.25) -> Computed:
    def pick(rng: Random, slots: dict[str, str]) -> str:
        value = rng.choice(values)
        slots[name] = plain(value)
        return words(int(value)) if value == int(value) and value <= 200 and rng.random() < low else plain(value)

    return pick


def _percent(rng: Random, slots: dict[str, str]) -> str:
    percent = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100))
    slots["part"] = plain(percent / 100)
    said = words(percent) if rng.random() < 0.15 else str(percent)
    return (
        said + rng.choice((" percent", " per cent"))
        if said[0].isalpha()
        else said + rng.choice(("%", "%", " percent", " %"))
    )


def _hz(rng: Random, slots: dict[str, str]) -> str:
    hz = rng.choice((80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000, 3000, 4000, 5000, 8000))
    slots["hz"] = str(hz)
    if hz >= 1000 and rng.random() < 0.5:
        return plain(hz / 1000) + rng.choice((" khz", "kHz", " kHz", "k"))
    return f"{hz}" + rng.choice((" Hz", "hz", " hertz", " hz", "Hz"))


def _times(rng: Random, slots: dict[str, str]) -> str:
    value = rng.choice((1.25, 1.5, 1.5, 2, 2, 2, 3, 4, 2.5, 1.75))
    slots["factor"] = plain(value)
    if value == 2 and rng.random() < 0.3:
        return "twice"
    unit = rng.choice(("x", " times", "x"))
    return _said(rng, value) + unit if unit == " times" else plain(value) + unit


def _slow(rng: Random, slots: dict[str, str]) -> str:
    value, said = rng.choice(((0.5, "half"), (0.5, "0.5x"), (0.5, "50%"), (0.75, "0.75x"), (0.75, "75%"), (0.25, "a quarter of the"),
                              (0.25, "0.25x"), (0.8, "0.8x"), (0.8, "80%"), (0.9, "90%"), (0.6, "60%")))  # fmt: skip
    slots["factor"] = plain(value)
    return said


def _said_so(name: str, *pairs: tuple[str, str]) -> Computed:
    """Return a slot that says one of several things, each of which stands for a value of the slot *name*."""

    def pick(rng: Random, slots: dict[str, str]) -> str:
        said, slots[name] = rng.choice(pairs)
        return said

    return pick


def _points(rng: Random, slots: dict[str, str]) -> str:
    """A change on a scale of one hundred, as the sliders of many programs have it."""
    points = rng.choice((5, 10, 10, 15, 20, 20, 25, 30, 30, 40, 50, 60, 70, 80))
    slots["part"] = plain(points / 100)
    return str(points)


def _number(low: int, high: int) -> Computed:
    return lambda rng, slots: str(rng.randint(low, high))


COMPUTED: dict[str, Computed] = {
    "span": _span, "first": _first, "time": _time, "frame": _frame, "percent": _percent, "hz": _hz, "times": _times,
    "slow": _slow, "degrees": _choice("degrees", 90, 90, 180, 45, 30, 15, 10, 270, 5, 60, 20, 120, 3, low=0.05),
    "db": _choice("db", 3, 6, 10, 12, 5, 2, 4, 8, 9, 15, 20), "fade": _choice("seconds", 1, 2, 3, 4, 5, 1.5, 0.5, 2.5, 6, 8, 10),
    "tones": _choice("semitones", 1, 2, 3, 4, 5, 6, 7, 12), "length": _choice("duration", 2, 3, 4, 5, 6, 8, 10, 12, 15, 20),
    "points": _points, "half": _said_so("part", ("half", "0.5")), "quarter": _said_so("part", ("a quarter", "0.25")),
    "twice": _said_so("part", ("twice", "2")), "double": _said_so("part", ("double", "2")),
    "more": _said_so("db", ("a bit ", "3"), ("a little ", "3"), ("slightly ", "3"), ("a touch ", "3"), ("a tad ", "3"), ("much ", "12"),
                     ("a lot ", "12"), ("way ", "12"), ("far ", "12"), ("considerably ", "12")),
    "bit": _said_so("db", ("a bit", "3"), ("a little", "3"), ("slightly", "3"), ("a touch", "3"), ("a lot", "12"), ("a good deal", "12")),
    "loud": _said_so("db", ("twice as loud", "6"), ("two times as loud", "6"), ("double the volume", "6"), ("four times as loud", "12"),
                     ("50% louder", "3.5"), ("20% louder", "1.6"), ("10% louder", "0.8"), ("100% louder", "6")),
    "soft": _said_so("db", ("half as loud", "6"), ("half the volume", "6"), ("a quarter as loud", "12"), ("50% quieter", "6"),
                     ("20% quieter", "1.9"), ("10% quieter", "0.9"), ("30% softer", "3.1"), ("25% quieter", "2.5")),
    "quick": _said_so("factor", ("half as long", "2"), ("twice as fast", "2"), ("two times as fast", "2"), ("double the speed", "2"), ("50% faster", "1.5"),
                      ("25% faster", "1.25"), ("20% faster", "1.2"), ("10% faster", "1.1"), ("three times as fast", "3"), ("a third faster", "1.33")),
    "slowly": _said_so("factor", ("twice as long", "0.5"), ("half as fast", "0.5"), ("twice as slow", "0.5"), ("double the length", "0.5"),
                       ("20% slower", "0.8"), ("25% slower", "0.75"), ("10% slower", "0.9"), ("50% slower", "0.5"), ("a quarter slower", "0.75")),
    "interval": _said_so("semitones", ("an octave", "12"), ("one octave", "12"), ("two octaves", "24"), ("half an octave", "6"), ("a fifth", "7"),
                         ("a fourth", "5"), ("a major third", "4"), ("a minor third", "3"), ("a whole tone", "2"), ("a semitone", "1"), ("a half step", "1")),
    "int.small": _number(2, 12), "int": _number(3, 99), "int.big": _number(100, 9999), "year": _number(1200, 2024),
}  # fmt: skip
