"""A conversation saved, loaded and run again; and files that somebody forged: each is refused, and nothing of it is kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from dataclasses import replace

import pytest
from engine_stubs import FOX, last, of, picture, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import bundle
from app.bundle_values import fault_of
from app.choosing import annotated
from app.events import Options
from app.programs import part as told_part
from app.render import entries
from app.replay import replay
from models.expert import Refusal
from models.tasks import TASKS
from models.values import Box, Grounding, Labelled, Media, Phrase, Ref, Region, Span, Step, TaskCall, Text


@pytest.fixture
def talk(made, tmp_path):
    """An engine and a conversation with an upload, a region, results, a variant and a branch that was left."""
    engine = made(FOX)
    session = engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png", 40), "Straße \U0001f98a.png")
    region = Region(1, "image#1", Box(0.1, 0.2, 0.3, 0.4), label="it")
    said(engine, session, "first", attachments=["image#1"], regions=[region], options=Options(seed=5))
    said(engine, session, "second", options=Options(seed=6))
    last(engine.retry(session, seed=7))
    last(engine.edit(session, "in other words", n=0))
    return engine, session


@pytest.fixture
def saved(talk, tmp_path):
    engine, session = talk
    return bundle.save(engine, session, tmp_path / "talk.zip")


def everything(engine, session):
    """Return all that a conversation holds, with the sum of each file."""
    tree = engine.history.tree(session.owner, session.conversation)
    sums = {h.medium.handle: hashlib.sha256(engine.store.file(h.medium).read_bytes()).hexdigest() for h in tree.media}
    return tree.title, tree.leaf, [(n.n, n.parent, n.message) for n in tree.nodes], sums


def test_a_loaded_conversation_is_the_saved_one_with_every_branch(talk, saved, made, tmp_path):
    engine, session = talk
    twin = bundle.load(engine, "bob", saved)
    assert everything(engine, twin)[1:] == everything(engine, session)[1:]
    assert len(engine.history.tree(*twin_of(twin)).nodes) == 7
    assert engine.conversations("bob")[0].title == "first"
    engine.choose(twin, 0)
    assert [m.text for m in engine.messages(twin)][::2] == ["first", "second"]
    assert of(said(engine, twin, "go on"), Media)[0].handle == "image#6", "handles go on from all branches"


def twin_of(session):
    return session.owner, session.conversation


def test_a_program_that_never_saw_it_can_load_it(saved, tmp_path):
    from engine_stubs import make_engine

    other = make_engine(tmp_path / "elsewhere", FOX)
    session = bundle.load(other, "eve", saved)
    assert all(other.store.open(medium).pixels.size for medium in other.media(session).values())
    other.close()


def test_calls_that_depend_on_their_seed_alone_give_the_same_bytes_again(talk, saved):
    engine, _ = talk
    session = bundle.load(engine, "bob", saved)
    engine.choose(session, 0)
    before, used = everything(engine, session), engine.store.used()
    assert [(one.outcome, one.task) for one in replay(engine, session)] == [("same", "image")] * 2
    assert (everything(engine, session), engine.store.used()) == (before, used)


def test_a_replay_tells_what_came_out_otherwise_and_what_cannot_run(talk):
    engine, session = talk
    (step,) = of(engine.messages(session)[1], Step)
    message = engine.messages(session)[1]
    n = engine.placed(session)[1].n
    for seed, outcome in ((step.seed + 1, "other"), (step.seed, "same")):
        parts = tuple(replace(p, seed=seed) if isinstance(p, Step) else p for p in message.parts)
        engine.history.replace(*twin_of(session), n, replace(message, parts=parts))
        assert [one.outcome for one in replay(engine, session)] == [outcome]
    lacking = (
        ({"expert": "gone"}, "“gone” is not here."),
        ({"checkpoint": "x/other"}, f"“{step.expert}” with the weights x/other is not here."),
        ({"tokens": "nothing"}, "This call cannot be read here."),
    )
    for changed, reason in lacking:
        parts = tuple(replace(p, **changed) if isinstance(p, Step) else p for p in message.parts)
        engine.history.replace(*twin_of(session), n, replace(message, parts=parts))
        assert [(one.outcome, one.reason) for one in replay(engine, session)] == [("failed", reason)]
    assert list(replay(engine, session, lambda: True)) == []
    with pytest.raises(Refusal, match="nothing to replay"):
        list(replay(engine, engine.open("ann")))


def test_nothing_is_saved_of_an_empty_conversation_or_somebody_elses(talk, tmp_path):
    engine, session = talk
    for wrong in (engine.open("ann"), replace(session, owner="eve")):
        with pytest.raises(Refusal):
            bundle.save(engine, wrong, tmp_path / "no.zip")
    assert not list(tmp_path.glob("no.zip*"))


# Forged files


def remade(source, target, change=None, names=None, **how):
    """Write a copy of the bundle *source* with its manifest changed by *change* and its files by *names* (name -> bytes or None)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", **how) as new:
        told = json.loads(old.read("manifest.json"))
        if change:
            told = change(told) or told
        new.writestr("manifest.json", told if isinstance(told, str | bytes) else json.dumps(told))
        contents = {name: old.read(name) for name in old.namelist() if name != "manifest.json"} | (names or {})
        for name, data in contents.items():
            if data is not None:
                new.writestr(name, data)
    return target


def refused(engine, path, words):
    before = engine.store.used(), engine.history.paths()
    with pytest.raises(Refusal, match=words) as refusal:
        bundle.load(engine, "eve", path)
    assert refusal.value.hint
    assert engine.conversations("eve") == []
    assert engine.history.conversations("eve") == []
    assert (engine.store.used(), engine.history.paths()) == before
    assert not list((engine.settings.media / "tmp").iterdir())


def part(told, kind, message=1):
    return next(p for p in told["messages"][message]["parts"] if p["is"] == kind)


FORGED = {
    "newer version": (lambda t: t.update(version=2), "newer version"),
    "no version": (lambda t: t.update(version="1"), "what version"),
    "another format": (lambda t: t.update(format="zip"), "no saved conversation"),
    "no json": (lambda _: "{", "cannot be read"),
    "not a number": (lambda t: json.dumps(t).replace('"leaf": ', '"leaf": NaN, "x": '), "cannot be read"),
    "deep": (lambda _: "[" * 100_000, "cannot be read"),
    "a list": (lambda _: "[]", "no saved conversation"),
    "no messages": (lambda t: t.update(messages=[]), "could be shown"),
    "messages no list": (lambda t: t.update(messages={"0": {}}), "no list"),
    "leaf nowhere": (lambda t: t.update(leaf=99), "could be shown"),
    "own parent": (lambda t: t["messages"][1].update(parent=1), "follow each other"),
    "later parent": (lambda t: t["messages"][1].update(parent=3), "follow each other"),
    "same number": (lambda t: t["messages"][1].update(n=0), "follow each other"),
    "negative number": (lambda t: t["messages"][0].update(n=-1), "follow each other"),
    "huge number": (lambda t: t["messages"][-1].update(n=1 << 40), "follow each other"),
    "true as number": (lambda t: t["messages"][1].update(n=True), "where it stands"),
    "time in words": (lambda t: t["messages"][1].update(made="now"), "where it stands"),
    "parent is a list": (lambda t: t["messages"][1].update(parent=[0]), "follow each other"),
    "leaf is a list": (lambda t: t.update(leaf=[]), "could be shown"),
    "role": (lambda t: t["messages"][0].update(role="system"), "neither"),
    "running for ever": (lambda t: t["messages"][1].update(state="running"), "neither"),
    "unknown part": (lambda t: t["messages"][0]["parts"].append({"is": "Engine"}), "cannot be read"),
    "a bare box": (lambda t: t["messages"][0]["parts"].append({"is": "Box", "x0": 0, "y0": 0, "x1": 1, "y1": 1}), "should be"),
    "text is a list": (lambda t: part(t, "Text", 0).update(text=[]), "should be"),
    "part is a string": (lambda t: t["messages"][0]["parts"].append("x"), "should be"),
    "seed in words": (lambda t: part(t, "Step").update(seed="five"), "should be"),
    "params not words": (lambda t: part(t, "TaskCall").update(params={"a": 1}), "should be"),
    "args of a wrong kind": (lambda t: part(t, "TaskCall").update(args=["x"]), "should be"),
    "region outside": (lambda t: part(t, "Region", 0)["box"].update(x1=7), "cannot be read"),
    "region without a number": (lambda t: part(t, "Region", 0).update(id=0), "the number 0"),
    "region with an endless number": (lambda t: part(t, "Region", 0).update(id=10**12), "the number"),
    "region that refines a picture": (lambda t: part(t, "Region", 0).update(mask="image#1"), "no mask"),
    "call on no handle": (lambda t: part(t, "TaskCall").update(args=[{"is": "Ref", "handle": "x"}]), "'x' is not a handle"),
    "call on half a handle": (lambda t: part(t, "TaskCall").update(args=[{"is": "Ref", "handle": "image#01"}]), "not a handle"),
    "call on a negative region": (lambda t: part(t, "TaskCall").update(args=[{"is": "Ref", "handle": "region#-1"}]), "not a handle"),
    "call of no task": (lambda t: part(t, "TaskCall").update(task="Evil <x>"), "not a name of a task"),
    "call with a setting of no name": (lambda t: part(t, "TaskCall").update(params={"A b": "x"}), "not a name of a setting"),
    "place in no medium": (lambda t: t["messages"][1]["parts"].append({"is": "Grounding", "phrase": "x", "of": "zz"}), "not a handle"),
    "region on nothing": (lambda t: part(t, "Region", 0).update(of="image#77"), "image#77"),
    "handle of another": (lambda t: part(t, "Media").update(handle="image#99"), "image#99"),
    "handle is a path": (lambda t: t["media"][0].update(handle="../x"), "no handle"),
    "handle with zeros": (lambda t: t["media"][0].update(handle="image#01"), "no handle"),
    "handle twice": (lambda t: t["media"].append(t["media"][0]), "no handle"),
    "medium that no message holds": (lambda t: t["media"].append({**t["media"][0], "handle": "image#50"}), "No message"),
    "file outside": (lambda t: t["media"][0].update(file="../../history.sqlite"), "names no file"),
    "file elsewhere": (lambda t: t["media"][0].update(file="/etc/passwd"), "names no file"),
    "facts no facts": (lambda t: t["media"][0].update(meta=[]), "names no file"),
    "lacking file": (lambda t: t["media"][0].update(file="media/" + "0" * 64 + ".png"), "lacks the content"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_forged_manifest_is_refused_and_leaves_nothing(talk, saved, tmp_path, name):
    change, words = FORGED[name]
    refused(talk[0], remade(saved, tmp_path / "forged.zip", change), words)


def test_files_that_are_not_what_they_should_be_are_refused(talk, saved, tmp_path):
    engine = talk[0]
    with zipfile.ZipFile(saved) as archive:
        name = json.loads(archive.read("manifest.json"))["media"][0]["file"]
    html = b"<script>1</script>"
    renamed = f"media/{hashlib.sha256(html).hexdigest()}.png"

    def other_kind(told):
        told["media"][0]["handle"] = part(told, "Region", 0)["of"] = "video#1"
        for one in (one for message in told["messages"] for one in message["parts"]):
            one |= {"handle": "video#1"} if one.get("handle") == "image#1" else {}
            one |= {"of": "video#1"} if one.get("of") == "image#1" else {}

    cases = [
        (None, {name: b"x" * 100}, "sum is wrong"),
        (None, {name: None}, "lacks the content"),
        (None, {"media/../../evil": b"x"}, "outside"),
        (None, {"/etc/evil": b"x"}, "outside"),
        (None, {"media/" + "a" * 64: b"x"}, "no message uses"),
        (lambda t: t["media"][0].update(file=renamed), {renamed: html, name: None}, "text file"),
        (other_kind, {}, "no video"),
    ]
    for number, (change, names, words) in enumerate(cases):
        refused(engine, remade(saved, tmp_path / f"{number}.zip", change, names), words)


def test_what_is_no_archive_or_a_bomb_is_refused(talk, saved, tmp_path, monkeypatch):
    engine = talk[0]
    whole = saved.read_bytes()
    for number, data in enumerate(
        (b"", b"PK", whole[: len(whole) // 2], whole[:-200], b"\x89PNG\r\n\x1a\n" + whole[8:60])
    ):
        path = tmp_path / f"broken{number}.zip"
        path.write_bytes(data)
        refused(engine, path, "damaged|no saved|no manifest")
    refused(engine, tmp_path / "missing.zip", "cannot be read")
    bomb = remade(
        saved, tmp_path / "bomb.zip", lambda t: json.dumps(t) + " " * 65_000_000, compression=zipfile.ZIP_DEFLATED
    )
    assert bomb.stat().st_size < 1_000_000
    refused(engine, bomb, "larger than")
    many = remade(saved, tmp_path / "many.zip", names={f"media/{n:064x}": b"" for n in range(bundle.MOST_FILES + 1)})
    refused(engine, many, "too many")
    lying = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as archive:
        info = next(i for i in archive.infolist() if i.filename.startswith("media/"))
    at = lying.rindex(info.filename.encode()) - 46 + 24
    lying[at : at + 4] = (info.file_size - 10).to_bytes(4, "little")
    (tmp_path / "lying.zip").write_bytes(lying)
    refused(engine, tmp_path / "lying.zip", "damaged|longer|sum")
    monkeypatch.setattr(engine, "settings", replace(engine.settings, quota_bytes=10))
    refused(engine, saved, "would hold more")


def test_facts_of_a_medium_are_measured_again_and_not_believed(talk, saved, tmp_path):
    engine, _ = talk

    def lie(told):
        told["media"][0]["meta"] |= {
            "width": 10**9,
            "display": "../../x",
            "bytes": 1,
            "wave": "/etc/passwd",
            "label": "mine",
        }

    session = bundle.load(engine, "eve", remade(saved, tmp_path / "lie.zip", lie))
    meta = engine.media(session)["image#1"].meta
    assert (meta["width"], meta["bytes"] > 1, meta["label"]) == (16, True, "mine")
    assert "display" not in meta
    assert "wave" not in meta


def test_a_fault_half_way_takes_out_what_was_taken_in(talk, saved, tmp_path, monkeypatch):
    from engine_stubs import make_engine

    other = make_engine(tmp_path / "elsewhere", FOX)
    monkeypatch.setattr(other.history, "plant", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bundle.load(other, "eve", saved)
    assert other.store.used() == 0
    assert [p for p in other.store.root.rglob("*") if p.is_file()] == []
    other.close()


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_changed_in_the_manifest_is_refused_or_loads_whole(talk, saved, tmp_path_factory, data):
    engine, _ = talk
    junk = st.sampled_from([None, -1, 10**30, 1.5, "x", "../x", [], {}, [None], {"is": "Text"}, True, "image#1"])

    def change(told):
        place, trail = told, []
        while isinstance(place, dict | list) and place:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            trail.append((place, key))
            place = place[key]
            if data.draw(st.integers(0, 3)) == 0:
                break
        trail[-1][0][trail[-1][1]] = data.draw(junk)

    path = remade(saved, tmp_path_factory.mktemp("any") / "x.zip", change)
    with contextlib.suppress(Refusal):
        session = bundle.load(engine, "eve", path)
        engine.messages(session)
        engine.history.search("eve", "x")
        engine.delete(session)
    assert engine.history.conversations("eve") == []


def test_every_type_of_a_part_is_checked_to_its_leaves():
    call = TaskCall(
        "t1", "segment", (Ref("image#1"), Phrase("dog"), Labelled("cat", Box(0, 0, 1, 1)), Span(0, 1)), {"a": "b"}
    )
    for good in (
        call,
        Text("x"),
        Grounding("dog", (Box(0, 0, 1, 1),)),
        Step("t", "a", "b", "", 1, 0.5, "", {"x": [1]}),
    ):
        assert not fault_of(good, type(good))
    for bad in (replace(call, args=(Text("x"),)), replace(call, params={"a": 1}), replace(call, warnings="x"), Text(1),
                Grounding("dog", ([0, 0, 1, 1],)), Step("t", "a", "b", "", True, 0.5, "")):  # fmt: skip
        assert fault_of(bad, type(bad))


def test_a_call_on_what_was_never_there_is_loaded_shown_and_answered(talk, saved, tmp_path):
    """A model may name what is not there, so such a call is no forgery: it must not break what comes after it."""
    engine, _ = talk

    def change(told):
        part(told, "TaskCall")["args"] = [
            {"is": "Ref", "handle": h} for h in ("image#99", "video#3", "region#7", "mask#501")
        ]
        part(told, "Step")["tokens"] = "<task>nonsense"
        told["media"][0]["meta"] |= {"of": 7, "call": [1], "label": {}, "boxes": 3, "score": "x", "changed_outside": []}

    session = bundle.load(engine, "eve", remade(saved, tmp_path / "odd.zip", change))
    engine.choose(session, 0)
    messages, shelf = engine.messages(session), engine.shelf(session)
    shown = entries(messages, shelf, lambda path: path, lambda value: {"value": value})
    assert (
        len(json.dumps(annotated(shown, messages, shelf, TASKS, lambda path: path, lambda value: {"value": value})))
        > 100
    )
    assert all(json.dumps(told_part(item, str)) for message in messages for item in message.parts)
    assert of(said(engine, session, "go on"), Media)
    assert [one.outcome for one in replay(engine, session)] == ["failed", "same", "same"]
