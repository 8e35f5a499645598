"""What a newsroom can set for a site, and how a wrong value is refused."""

from dataclasses import fields

import pytest

from commentsvc.core.errors import ValidationFailed
from commentsvc.sites.service import add_site, site_named
from commentsvc.sites.settings import SiteSettings, described, from_stored, read_setting

DEFAULTS = {
    "flood_seconds": 15,
    "hold_first_comments": 1,
    "links_allowed": 2,
    "edit_window_minutes": 15,
    "text_max_length": 10_000,
    "close_after_days": 0,
    "check_deliverability": False,
    "mode": "open",
}


@pytest.mark.parametrize(("name", "default"), DEFAULTS.items())
def test_a_new_sites_defaults(name, default):
    assert getattr(SiteSettings(), name) == default


def test_every_setting_has_a_meaning():
    assert all(each["meaning"] for each in described(SiteSettings()))


def test_every_setting_is_described():
    assert [each["name"] for each in described(SiteSettings())] == [item.name for item in fields(SiteSettings)]


@pytest.mark.parametrize(("name", "typed", "read"), [
    ("flood_seconds", "0", 0), ("flood_seconds", "60", 60), ("mode", "hold_all", "hold_all"),
    ("check_deliverability", "on", True), ("check_deliverability", "Off", False), ("honeypot_check", "yes", True),
    ("text_max_length", "100", 100), ("when_silent", "publish", "publish"),
    ("links_denied", "Bücher.example\n\n*.ads.example", "xn--bcher-kva.example\nads.example"),
    ("reasons", " rude \n\nother\n", "rude\nother"), ("reason_required", "on", True),
])  # fmt: skip
def test_a_typed_value_is_read(name, typed, read):
    assert read_setting(name, typed) == read


@pytest.mark.parametrize(("name", "typed"), [
    ("flood_second", "1"), ("__class__", "1"), ("flood_seconds", "-1"), ("flood_seconds", "1.5"), ("flood_seconds", ""),
    ("flood_seconds", "for ever"), ("flood_seconds", "٣"), ("flood_seconds", "9" * 20), ("flood_seconds", "86401"),
    ("text_max_length", "99"), ("text_max_length", "10001"), ("mode", "ajar"), ("mode", "OPEN"), ("mode", ""),
    ("check_deliverability", "maybe"), ("when_silent", "shrug"), ("close_after_days", "soon"),
    ("reasons", ""), ("reasons", "a\na"), ("reasons", "\n".join("abcdefghij")), ("reasons", "x" * 61), ("reasons", "a\x00"),
    ("links_denied", "nowhere"), ("links_denied", "a.example\nb c"), ("words_hold", "boats"), ("words_reject", ""),
])  # fmt: skip
def test_what_cannot_be_read_is_an_error_and_never_a_default(name, typed):
    with pytest.raises(ValidationFailed) as error:
        read_setting(name, typed)
    assert list(error.value.fields) == [name]


def test_a_stored_setting_the_code_no_longer_has_is_left_out():
    assert from_stored({"mode": "closed", "gone": 1}) == SiteSettings(mode="closed")


@pytest.mark.parametrize("key", ["", "Herald", "-herald", "the herald", "herald/", "h" * 41, "hérald"])
def test_a_key_that_cannot_stand_in_an_address_is_refused(app, key):
    with app.app_context(), pytest.raises(ValidationFailed) as error:
        add_site(key, name="The Herald", origins=[])
    assert list(error.value.fields) == ["key"]


def test_a_key_is_taken_once(app, herald):
    with app.app_context(), pytest.raises(ValidationFailed):
        add_site("herald", name="Another Herald", origins=[])


@pytest.mark.parametrize(
    "origin", ["herald.example", "ftp://herald.example", "*", "null", "https://user@herald.example"]
)
def test_what_is_no_origin_is_refused(app, origin):
    with app.app_context(), pytest.raises(ValidationFailed) as error:
        add_site("herald", name="The Herald", origins=[origin])
    assert list(error.value.fields) == ["origin"]


def test_origins_are_kept_as_browsers_send_them(app, newsroom):
    newsroom.site("herald", origin="HTTPS://Herald.Example:443/news/")
    with app.app_context():
        assert [each.origin for each in site_named("herald").origins] == ["https://herald.example"]


def test_a_setting_holds_on_its_own_site_only(app, newsroom, herald):
    newsroom.set("herald", mode="closed")
    with app.app_context():
        assert (site_named("herald").settings.mode, site_named("gazette").settings.mode) == ("closed", "open")
