"""Uploads that are never sent do not fill the disk: they lie under the data, as long and as many as there is room for."""

from __future__ import annotations

import json
import os
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from app import hosting, uploads
from app.settings import Settings
from app.uploads import AGE, VARIABLE, YOUNG, Uploads, choose_folder, taken_in

MEGA = bytes(1_000_000)


def lay(folder, name, size, age=0.0):
    """Put an upload there as gradio does, *age* seconds ago."""
    path = folder / name / "file.upload"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(size))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_uploads_lie_under_the_data_unless_another_folder_was_chosen(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(os, "environ", {**os.environ})
    settings = Settings(data=tmp_path / "data")
    assert choose_folder(settings) == (tmp_path / "data" / "uploads").resolve()
    assert choose_folder(settings).is_dir()
    os.environ[VARIABLE] = str(tmp_path / "elsewhere")
    assert choose_folder(settings) == tmp_path / "elsewhere"


def test_what_nobody_took_in_goes_with_time_and_what_is_new_stays(tmp_path):
    old, new = lay(tmp_path, "old", 10, AGE + 60), lay(tmp_path, "new", 10, AGE - 60)
    half = tmp_path / "tmpabc"
    half.write_bytes(b"cut off")
    os.utime(half, (time.time() - AGE - 60,) * 2)
    Uploads(tmp_path, 1000).clean()
    assert [path.exists() for path in (old, old.parent, new, half)] == [False, False, True, False]


def test_the_oldest_makes_room_and_one_that_is_just_coming_never_does(tmp_path):
    old, young = lay(tmp_path, "old", 600, YOUNG + 10), lay(tmp_path, "young", 300, YOUNG - 60)
    room = Uploads(tmp_path, 1000)
    with room.expect(100) as granted:
        assert granted
        assert old.exists()
    with room.expect(500) as granted:
        assert granted
        assert not old.exists()
        with room.expect(300) as another:
            assert not another
    assert young.exists()
    with room.expect(700) as granted:
        assert granted
    with room.expect(701) as granted:
        assert not granted


def test_uploads_leave_room_on_the_disk(tmp_path, monkeypatch):
    full = uploads.SPARE + 500
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _folder: type("Usage", (), {"free": full}))
    with Uploads(tmp_path, 10**12).expect(500) as granted:
        assert granted
    with Uploads(tmp_path, 10**12).expect(501) as granted:
        assert not granted


def test_taking_in_removes_the_file_and_its_folder_and_never_more(tmp_path):
    first = lay(tmp_path, "one", 10)
    second = first.with_name("another.upload")
    second.write_bytes(b"x")
    taken_in(first)
    assert [first.exists(), second.exists()] == [False, True]
    taken_in(second)
    taken_in(second)
    assert not first.parent.exists()
    assert tmp_path.exists()


@pytest.fixture
def served(tmp_path, monkeypatch):
    from tests.browser import stage

    folder = tmp_path / "uploads"
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setattr(hosting, "Uploads", lambda where, _most: Uploads(where, 5_000_000))
    with stage.serve(tmp_path, stage.Scripted()) as site:
        yield site.url, folder


def held(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def post(url, size, who="", name="a.bin"):
    headers = {"x-unison-who": who} if who else {}
    files = {"files": (name, bytes(size))}
    return httpx.post(f"{url}/gradio_api/upload", files=files, headers=headers, timeout=60)


def test_a_storm_of_uploads_that_are_never_sent_stays_within_the_budget(served):
    url, folder = served
    answers = [post(url, 1_000_000 - n, f"somebody-number-{n}") for n in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [507] * 6
    assert "no room" in answers[-1].text
    assert held(folder) <= 5_000_000
    for path in folder.rglob("*.bin"):
        os.utime(path, (time.time() - YOUNG - 1,) * 2)
    assert post(url, 1_000_000, "somebody-else-again").status_code == 200
    assert httpx.get(f"{url}/gradio_api/info", timeout=60).status_code == 200


def test_one_persons_uploads_leave_room_for_those_of_others(served):
    url, folder = served
    mine = [post(url, 1_000_000 - n, "a-greedy-person-1") for n in range(4)]
    assert [answer.status_code for answer in mine] == [200, 200, 507, 507]
    assert mine[-1].text == "Your uploads hold as much as one person's may now, half of what the others leave."
    assert post(url, 1_000_002, "another-person-22").status_code == 200
    assert post(url, 400_000).status_code == 200, "a program, which has its address's share"
    assert post(url, 900_000).status_code == 507
    # Who waits may go on: what was never sent makes room, one's own for one's own.
    for path in folder.rglob("*.bin"):
        os.utime(path, (time.time() - YOUNG - 1,) * 2)
    assert post(url, 1_100_000, "a-greedy-person-1").status_code == 200


def test_a_share_is_half_of_what_the_others_leave_and_counts_what_was_cut_off(tmp_path):
    room = Uploads(tmp_path, 1000)
    with room.expect(500, "ann") as ann, room.expect(250, "ben") as ben, room.expect(126, "eve") as eve:
        assert (bool(ann), bool(ben), eve.why) == (True, True, uploads.FULL)
        ann.taken = 400  # and no more
    lay(tmp_path, "half", 400)
    with room.expect(101, "ann") as more:
        assert more.why == uploads.SHARE
    with room.expect(100, "ann") as less:
        assert less
        path = lay(tmp_path, "one", 100)
        less.answered += json.dumps([str(path)]).encode()
    with room.expect(1, "ann") as more:
        assert more.why == uploads.SHARE
    taken_in(path)
    with room.expect(100, "ann") as more:
        assert more


def test_uploads_that_are_cut_off_hold_no_room_that_another_needs(served):
    url, folder = served
    where = urlsplit(url)
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 4000000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    ).encode()
    for _ in range(3):
        with socket.create_connection((where.hostname, where.port)) as wire:
            wire.sendall(head + MEGA[:500_000])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in folder.rglob("*"):
            if path.is_file():
                os.utime(path, (time.time() - YOUNG - 1,) * 2)
        whole = post(url, 2_300_000, "somebody-who-waited")
        if whole.status_code == 200:
            break
    assert whole.status_code == 200
    assert held(folder) <= 5_000_000
