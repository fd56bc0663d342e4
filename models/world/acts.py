"""What a caption says that things do: its verbs with their subjects, goals, directions, manner and order, as plain acts.

A verb's subject is the thing named before it, or after it in a command ("spin the wheel"); "it" and "they" are the last one
named. Which words are verbs is data in :mod:`models.world.verbs`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.world import verbs as lexicon
from models.world.emoji import spelled
from models.world.verbs import AIR, FORMS, RELATIONS, TRAVELS, WITH_OTHERS


@dataclass(frozen=True)
class Mention:
    """Words *start* up to *end* that name things, by their *ids*."""

    start: int
    end: int
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Act:
    """One thing that happens: *ids* do *verb*, maybe to *others*; *to* and *origin* are sides (left, right, up, down, away,
    out, in, near, across, round ...) or ""; *relation* how the others come in (over, behind, to ...); *speed* and *size*
    factors; *times* how often, 0 where nothing is said; *stage* counts the "then"s before it; *beside* when it happens at
    the same time as the act before."""

    verb: str
    ids: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    to: str = ""
    origin: str = ""
    relation: str = ""
    speed: float = 1.0
    size: float = 1.0
    times: int = 0
    stage: int = 0
    beside: bool = False


@dataclass(frozen=True)
class _Clause:
    """One verb among *words*: the canonical *verb* at word *at* with *length* words; what belongs to it reaches from
    *after* (where the verb before ended) up to *stop*; *following* is where the next verb begins, -1 for none."""

    words: Sequence[str]
    verb: str
    at: int
    length: int
    after: int
    stop: int
    following: int

    @property
    def start(self) -> int:
        return self.at + self.length

    @property
    def before(self) -> Sequence[str]:
        return self.words[self.after : self.at]


def words_of(text: str) -> list[str]:
    """Return the words and stops of *text* in lower case."""
    return re.findall(r"[a-z]+(?:'[a-z]+)?|#[0-9a-f]{6}\b|\d+|[,;.!?]", spelled(text, extras=False).lower())


def verb_at(words: Sequence[str], i: int) -> tuple[str, int]:
    """Return the canonical verb whose form begins at word *i* and how many words it has, or ("", 0)."""
    pair = " ".join(words[i : i + 2])
    if pair in FORMS:
        return FORMS[pair], 2
    if i + 2 < len(words) and words[i + 1] in ("quickly", "slowly", "suddenly", "it", "them"):
        apart = f"{words[i]} {words[i + 2]}"
        if apart in FORMS:
            return FORMS[apart], 1
    return (FORMS[words[i]], 1) if words[i] in FORMS else ("", 0)


def read_acts(words: Sequence[str], mentions: Sequence[Mention], everyone: Sequence[int]) -> list[Act]:
    """Return what *words* say that the things do, in the order told; *everyone* are the ids of all things.

    Verbs within a mention (a "fly" that is an insect) do not count. An act without a subject has no ids.
    """
    acts: list[Act] = []
    last: tuple[int, ...] = ()
    taken: list[Mention] = []
    stage = 0
    for clause in _clauses(words, mentions):
        between = clause.before
        if acts and (lexicon.THEN & set(between) or "after that" in " ".join(between)):
            stage += 1
        beside = bool(lexicon.BESIDE & set(between)) or (bool(acts) and _participle(clause))
        ids = _subject(clause, [m for m in mentions if m not in taken], last, tuple(everyone))
        other = _object(clause, mentions, ids)
        if other and not {"which", "who", "that"} & set(words[other.end : other.end + 1]):
            taken.append(other)
        taken += [m for m in mentions if clause.at < m.start < clause.stop and m.ids == ids]  # whom a command was given
        act = Act(clause.verb, ids, other.ids if other else (), stage=stage, beside=beside)
        acts.append(_told(act, clause, mentions, other))
        last = ids or last
    return acts


def _clauses(words: Sequence[str], mentions: Sequence[Mention]) -> list[_Clause]:
    covered = {i for m in mentions for i in range(m.start, m.end)}
    found: list[tuple[int, str, int]] = []
    for i in range(len(words)):
        verb, length = verb_at(words, i)
        if verb and i not in covered and not _noun(words, i) and (not found or i >= found[-1][0] + found[-1][2]):
            found.append((i, verb, length))
    clauses, after = [], 0
    breaks = {",", ";", ".", *lexicon.THEN, *lexicon.BESIDE}
    for n, (i, verb, length) in enumerate(found):
        following = found[n + 1][0] if n + 1 < len(found) else -1
        end = following if following >= 0 else len(words)
        stop = next((j for j in range(i + length, end) if words[j] in breaks), end)
        clauses.append(_Clause(words, verb, i, length, after, stop, following))
        after = i + length
    return clauses


def _noun(words: Sequence[str], i: int) -> bool:
    """Tell whether the word looks like a noun that only has the form of a verb: "the waves", "a rock"."""
    before = words[i - 1] if i else ""
    if before in ("a", "an", "the", "of", "my", "your", "his", "her", "its", "on", "in", "at", "like", "some"):
        return not words[i].endswith("ing") or before in ("of", "the", "a", "like")
    if words[i] in ("rock", "rocks", "party", "ring", "rings", "row", "sets", "waves", "watch"):
        return (
            before not in ("it", "they", "sun", "moon", "to") and i + 1 < len(words) and before in ("", "and", "with")
        )
    return False


def _participle(clause: _Clause) -> bool:
    """Tell whether the verb is a bare "-ing" that goes with the verb before: "runs to the left spinning"."""
    before = clause.words[clause.at - 1] if clause.at else ""
    finite = before in ("is", "are", "was", "were", "starts", "start", "begins", "keeps", "and", "then", ",")
    return clause.words[clause.at].endswith("ing") and not finite


def _subject(
    clause: _Clause, mentions: Sequence[Mention], last: tuple[int, ...], everyone: tuple[int, ...]
) -> tuple[int, ...]:
    """Return who does the verb of *clause*: *last* are those of the verb before."""
    words, i = clause.words, clause.at
    before = [m for m in mentions if clause.after <= m.start < i]
    if before and not {"it", "they"} & set(words[before[-1].end : i]):
        while len(before) > 1 and set(words[before[-2].end : before[-1].start]) & lexicon.BELONGING:
            before.pop()  # "the cat with a hat jumps"
        joined = before[-1:]
        for m in reversed(before[:-1]):  # "the cat and the dog jump"
            if set(words[m.end : joined[0].start]) - {"and", "the", "a", "an", ","}:
                break
            joined.insert(0, m)
        return tuple(dict.fromkeys(id_ for m in joined for id_ in m.ids))
    if {"everything", "everyone", "everybody", "all", "both", "they", "them", "things"} & set(clause.before):
        return last if len(last) > 1 and "all" not in clause.before else everyone
    after = [m for m in mentions if i < m.start < clause.stop]
    command = bool(after) and words[i] in lexicon.BASES and clause.verb not in WITH_OTHERS
    if last and not (command and not set(words[i + 1 : after[0].start]) & set(RELATIONS)):
        return last
    if after:
        return after[0].ids
    named = [m for m in mentions if m.start < i]
    return named[-1].ids if named else everyone if len(everyone) == 1 else ()


def _object(clause: _Clause, mentions: Sequence[Mention], ids: tuple[int, ...]) -> Mention | None:
    """Return the mention after the verb that it is done to, or what "it" there means."""
    words = clause.words
    for m in mentions:
        if not clause.start <= m.start < clause.stop or (ids and set(m.ids) <= set(ids)):
            continue
        lead = set(words[max(clause.start, m.start - 4) : m.start])
        if clause.following >= 0 and m.end <= clause.following and lead & {"and", ",", "while", "as", "then"}:
            break  # rather the subject of the next verb: "the dog runs and the cat jumps"
        return m
    for j in range(clause.start, clause.stop):
        if words[j] in ("it", "them", "him", "her"):
            named = [m for m in mentions if m.end <= clause.at and not set(m.ids) & set(ids)]
            return Mention(j, j + 1, named[-1].ids) if named else None
    return None


def _told(act: Act, clause: _Clause, mentions: Sequence[Mention], other: Mention | None) -> Act:
    """Return *act* with the directions, the relation, the number and the manner that its clause says."""
    words = clause.words
    covered = {i for m in mentions for i in range(m.start, m.end)}
    to = origin = relation = ""
    for j in range(clause.start, clause.stop):
        if j in covered:
            continue
        leads = other is not None and words[j] in RELATIONS and _leads(words, j, other)
        if leads:
            relation = RELATIONS[words[j]]
        elif words[j] in lexicon.SIDES and "from" in words[max(clause.start, j - 2) : j]:
            origin = lexicon.SIDES[words[j]]
        elif side := _side(words, j, clause.stop):
            to = to if to and words[j] in ("off", "out", "along", "about", "in", "air", "sky") else side
    if other and "front" in words[clause.start : other.start]:
        relation = "front"
    speed = size = 1.0
    manner = [words[j] for j in range(clause.start, clause.stop) if j not in covered]
    for word in (*manner, *clause.before[-3:]):
        speed, size = speed * lexicon.FAST.get(word, 1.0), size * lexicon.STRONG.get(word, 1.0)
    times = _times(words, clause.start, clause.stop)
    return replace(act, to=to, origin=origin, relation=relation, times=times, speed=speed, size=size)


def _side(words: Sequence[str], j: int, stop: int) -> str:
    """Return the side that word *j* names, or ""."""
    word, before = words[j], words[j - 1] if j else ""
    if word in lexicon.SIDES:
        return lexicon.SIDES[word]
    if word in ("viewer", "camera", "us", "me"):
        return "away" if tuple(words[j - 2 : j]) == ("away", "from") else "near"
    if word in ("in", "into") and (
        j + 1 == stop or words[j + 1] in ("from", "view") or words[j + 2 : j + 3] == ["picture"]
    ):
        return "in"
    plain = {
        "distance": "away",
        "circles": "round",
        "circle": "round",
        "other": "across" if words[j + 1 : j + 2] == ["side"] else "",
    }
    if word in ("sky", "air"):
        return "up" if before in ("the", "into") else ""
    return plain.get(word, "")


def _leads(words: Sequence[str], j: int, other: Mention) -> bool:
    """Tell whether the preposition at *j* stands right before *other*, articles and adjectives apart."""
    between = set(words[j + 1 : other.start])
    return j < other.start <= j + 4 and not between & (set(RELATIONS) | lexicon.NOT_GOALS)


def _times(words: Sequence[str], start: int, stop: int) -> int:
    for j in range(start, stop):
        if words[j] in ("once", "twice", "thrice"):
            return lexicon.COUNTS[words[j]]
        if words[j] in ("times", "time") and j > start:
            number = words[j - 1]
            return min(20, int(number)) if number.isdigit() else lexicon.COUNTS.get(number, 0)
    return 0


_ALONE_INSTEAD = {"flee": "leave", "hide": "vanish", "peek": "pop up", "eat": "talk", "kiss": "pulse", "jump over": "jump",
                  "circle": "circle", "kick": "jump", "catch": "jump"}  # fmt: skip


def settle(act: Act) -> Act:
    """Return *act* with the verb that its words mean together: "run" after a thing is "chase", "jump" over one "jump over",
    "move" up "rise"; verbs that need another thing and have none become plain ones."""
    verb, relation = act.verb, act.relation if act.others else ""
    if relation and verb in (*TRAVELS, "look", "leave", "enter", "hide", "peek", "land", "fall", "sink"):
        verb = _related(verb, relation)
    elif verb in WITH_OTHERS and not act.others:
        verb = _ALONE_INSTEAD.get(verb, "run")
    elif verb == "walk" and act.to in ("up", "down"):
        verb = {"up": "rise", "down": "sink"}[act.to]
    elif verb == "turn" and act.to in ("left", "right"):
        verb = "look to"
    if verb in TRAVELS and act.to == "in" and verb not in ("jump", "spin", "bounce", "dance", *AIR):
        verb = "enter"
    return replace(act, verb=verb)


def _related(verb: str, relation: str) -> str:
    """Return what *verb* becomes by the *relation* to another thing."""
    if verb in ("hide", "peek") or (verb in ("fall", "sink") and relation in ("from", "past", "to")):
        return verb
    if relation == "over":
        return (
            "jump over"
            if verb in ("jump", "hop", "run", "flip", "bounce")
            else "fly over"
            if verb in AIR
            else "pass in front"
        )
    if relation == "onto":
        return "jump onto" if verb in ("jump", "hop", "fall", "land", "bounce", *AIR) else verb
    if verb in ("spin", "look", "dance", "bounce") and relation != "circle":
        return verb
    goals = {"circle": "circle", "chase": "chase", "behind": "pass behind", "front": "pass in front", "past": "pass in front",
             "from": "flee", "to": "approach"}  # fmt: skip
    return goals.get(relation, verb)
