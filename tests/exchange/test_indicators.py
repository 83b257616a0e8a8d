"""Indicators: one spelling each, and STIX patterns there and back."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import ValueRefused
from dragoman.exchange.indicators import KINDS, Indicator, read_indicator, read_pattern, refang

SPELLINGS = [
    ("domain", "EVIL[.]Example.", "evil.example"),
    ("domain", "bücher (dot) example", "xn--bcher-kva.example"),
    ("url", "hxxps[:]//Evil[.]example:443/Path?q=1#top", "https://evil.example/Path?q=1"),
    ("url", "http://user@evil.example:8080", "http://user@evil.example:8080/"),
    ("url", "http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
    ("email", "mailto:Name[at]Evil.Example", "name@evil.example"),
    ("hash", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    ("wallet", "0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886e0f7030069857d2e4169ee7"),
    ("wallet", " 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("phone", "tel:+90 212 555-00-00", "+902125550000"),
    ("phone", "0090 212 555 00 00", "+902125550000"),
    ("handle", "https://t.me/Example/", "telegram:example"),
    ("handle", "Telegram:@Example", "telegram:example"),
    ("handle", "https://www.x.com/Example?lang=en", "twitter:example"),
]


@pytest.mark.parametrize(("kind", "text", "value"), SPELLINGS)
def test_every_spelling_becomes_the_one(kind: str, text: str, value: str) -> None:
    assert read_indicator(kind, text).text == value


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, _, value in SPELLINGS])
def test_the_one_spelling_stays_and_comes_back_from_its_pattern(kind: str, value: str) -> None:
    indicator = read_indicator(kind, value)
    assert indicator.text == value
    assert read_pattern(indicator.pattern) == [indicator]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("domain", "localhost"),
        ("domain", "10.0.0.1"),
        ("domain", "a..example"),
        ("domain", "-a.example"),
        ("domain", "ü" * 70 + ".example"),
        ("url", "evil.example/a"),
        ("url", "javascript:alert(1)"),
        ("url", "http://evil.example:99999/"),
        ("url", "http://[::1"),
        ("email", "a@b"),
        ("email", "@evil.example"),
        ("email", "a b@evil.example"),
        ("hash", "d41d8cd98f00b204"),
        ("hash", "z" * 32),
        ("wallet", "short"),
        ("phone", "12"),
        ("phone", "0212 555 00 00"),
        ("handle", "example"),
        ("handle", "telegram:a b"),
        ("licence", "x"),
    ],
)
def test_what_is_no_indicator_is_refused_with_a_remedy(kind: str, text: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        read_indicator(kind, text)
    assert refusal.value.remedy


def test_a_phone_without_country_code_is_read_where_it_is_dialled() -> None:
    assert read_indicator("phone", "0212 555 00 00", region="tr").value == "+902125550000"


def test_a_list_of_alternatives_is_read_and_a_longer_condition_is_not() -> None:
    first, second = read_indicator("domain", "a.example"), read_indicator("handle", "telegram:b1")
    assert read_pattern(f"{first.pattern} OR {second.pattern}") == [first, second]
    for pattern in (
        f"{first.pattern} AND {second.pattern}",
        f"{first.pattern} FOLLOWEDBY {second.pattern}",
        f"{first.pattern} OR",
        "[domain-name:value LIKE 'a%']",
        "[domain-name:value = 'a.example' AND url:value = 'http://a.example/']",
        "[process:name = 'x']",
        "[domain-name:value = 'not a domain']",
        "",
        "[" * 10_000,
    ):
        assert read_pattern(pattern) == []


@settings(max_examples=300)
@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_any_text_is_refused_or_read_once_and_for_all(kind: str, text: str) -> None:
    try:
        indicator = read_indicator(kind, text, service="telegram")
    except ValueRefused:
        return
    assert read_indicator(kind, indicator.text, service="telegram") == indicator
    assert read_pattern(indicator.pattern) == [indicator]


@given(st.text(max_size=50))
def test_defanging_is_undone_once(text: str) -> None:
    assert isinstance(refang(text), str)
    assert refang("hxxp://a[.]b{.}c(.)d [dot] e[@]f") == "http://a.b.c.d.e@f"


def test_patterns_are_valid_stix() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from stix2patterns.validator import run_validator

        values = [
            *(read_indicator(kind, text) for kind, text, _ in SPELLINGS),
            Indicator("url", "http://a.example/'\\"),
        ]
        assert [run_validator(value.pattern, stix_version="2.1") for value in values] == [[] for _ in values]
