"""``dragoman mrz``."""

from __future__ import annotations

import json

TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")


def test_every_check_digit_is_explained(run):
    result = run("mrz", "".join(TD3))
    assert result.exit_code == 0
    assert "ANNA MARIA ERIKSSON" in result.stdout
    assert result.stdout.count("it holds") == 5


def test_lines_may_be_arguments_or_standard_input(run):
    first = run("mrz", *TD3, "--json")
    second = run("mrz", "-", "--json", stdin="\n".join(TD3))
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert json.loads(first.stdout)["valid"] is True


def test_a_repair_is_told(run):
    result = run("mrz", TD3[0], TD3[1].replace("L898902C3", "L8989O2C3"))
    assert result.exit_code == 0
    assert "O is read as 0, which the check digit of number proves" in result.stderr


def test_a_check_digit_that_fails_is_status_2(run):
    result = run("mrz", TD3[0], TD3[1][:-1] + "7")
    assert result.exit_code == 2
    assert "line 2, position 44: expected 0 as check digit of composite" in result.stderr


def test_what_is_no_zone_is_told_with_what_was_expected(run):
    result = run("mrz", "P<UTO")
    assert result.exit_code == 2
    assert "expected TD1 3 lines of 30" in result.stderr
    assert run("mrz", "-", stdin="").exit_code == 2
