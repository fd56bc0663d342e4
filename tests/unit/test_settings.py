"""Options from the command line and from variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import Settings, _parser, parse


def test_without_options_the_defaults_hold_and_only_this_machine_is_served():
    settings = parse([], {})
    assert settings == Settings()
    assert (settings.host, settings.share) == ("127.0.0.1", False)


def test_options_and_variables_set_the_same_things_and_options_win(tmp_path):
    line = ["--port", "8000", "--data", str(tmp_path), "--no-browser", "--console", "--quota", "0.5", "--threads", "2"]
    variables = {
        "UNISON_PORT": "8000", "UNISON_DATA": str(tmp_path), "UNISON_NO_BROWSER": "yes", "UNISON_CONSOLE": "1",
        "UNISON_QUOTA": "0.5", "UNISON_THREADS": "2",
    }  # fmt: skip
    assert parse(line, {}) == parse([], variables)
    assert parse([], variables).quota_bytes == 2**29
    assert not parse([], variables).open_browser
    assert parse(["--port", "9000"], variables).port == 9000
    assert parse([], {"UNISON_NO_BROWSER": "0"}).open_browser


def test_every_option_has_a_variable_of_its_own_name(tmp_path):
    (tmp_path / "more").mkdir()
    values = {
        "--profile": "nano", "--host": "0.0.0.0", "--port": "1", "--data": str(tmp_path), "--device": "cpu", "--threads": "3",
        "--experts": str(tmp_path / "more"), "--quota": "3", "--keep-days": "4", "--deadline": "5",
        "--console": "", "--share": "", "--no-browser": "", "--desktop": "", "--mcp": "", "--files": str(tmp_path / "more"),
        "--no-safety-checker": "", "--gligen": str(tmp_path / "more"),
    }  # fmt: skip
    told = _parser().format_help()
    assert set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", told, re.MULTILINE)) == {*values, "--help"}
    for option, value in values.items():
        line = [option, value] if value else [option]
        variable = "UNISON_" + option[2:].upper().replace("-", "_")
        assert parse([], {variable: value or "1"}) == parse(line, {}) != Settings(), option


@pytest.mark.parametrize(
    "line",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--threads", "-1"],
        ["--deadline", "nan"],
        ["--experts", "nowhere"],
        ["--files", "nowhere"],
        ["--gligen", "nowhere"],
        ["--mcp", "smoke"],
        ["--nope"],
    ],
)
def test_a_bad_option_ends_with_a_usage_message(line, capsys):
    with pytest.raises(SystemExit) as end:
        parse(line, {})
    assert end.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_door_may_be_named_and_a_variable_may_switch_it_off(capsys):
    assert (parse(["--mcp"], {}).mcp, parse(["--mcp", "http"], {}).mcp) == ("stdio", "http")
    values = {text: parse([], {"UNISON_MCP": text}).mcp for text in ("1", "http", "0", "", "off")}
    assert values == {"1": "stdio", "http": "http", "0": "", "": "", "off": ""}
    with pytest.raises(SystemExit):
        parse([], {"UNISON_MCP": "smoke"})
    assert "UNISON_MCP" in capsys.readouterr().err


def test_a_bad_variable_is_named(capsys):
    with pytest.raises(SystemExit):
        parse([], {"UNISON_PORT": "many"})
    assert "UNISON_PORT" in capsys.readouterr().err


def test_the_database_is_outside_of_what_a_browser_may_fetch(tmp_path):
    settings = Settings(data=tmp_path)
    assert not settings.database.is_relative_to(settings.media)
    assert isinstance(settings.assets, Path)
