"""The keys of sign-on tokens, by command."""

import pytest

PEM = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
"""


@pytest.fixture
def herald(installed, done) -> None:
    done("site", "set", "herald", "sign_on", "HS256")


def test_a_secret_is_printed_once_and_listed_by_its_name_alone(herald, done, listed):
    secret = done("sign-on", "add", "herald", "2026").strip()
    [key] = listed("sign-on", "list", "herald")
    assert (len(secret) >= 32, key["kid"], key["algorithm"], secret in str(key)) == (True, "2026", "HS256", False)


def test_a_key_is_taken_away(herald, done, listed):
    done("sign-on", "add", "herald", "2026")
    done("sign-on", "remove", "herald", "2026")
    assert listed("sign-on", "list", "herald") == []


def test_a_public_key_is_kept_from_a_file(herald, done, listed, tmp_path):
    done("site", "set", "herald", "sign_on", "ES256")
    (tmp_path / "key.pem").write_text(PEM)
    done("sign-on", "add", "herald", "2026", "--public-key", str(tmp_path / "key.pem"))
    assert [each["algorithm"] for each in listed("sign-on", "list", "herald")] == ["ES256"]


LOGIN = {"login_issuer": "https://login.herald.example", "login_client_id": "comments", "login_name": "Herald account"}


def test_a_provider_for_readers_is_set_up_and_its_secret_is_printed_nowhere(herald, done):
    done("site", "login-secret", "herald", input="s3cret of the client\n")
    for name, value in LOGIN.items():
        done("site", "set", "herald", name, value)
    done("site", "set", "herald", "login", "on")
    shown = done("site", "show", "herald")
    assert ("https://login.herald.example" in shown, "s3cret" in shown) == (True, False)
    done("site", "set", "herald", "login", "off")
    done("site", "login-secret", "herald", "--forget")


def test_half_a_provider_is_one_sentence(herald, run, done):
    done("site", "set", "herald", "login_issuer", LOGIN["login_issuer"])
    answer = run("site", "set", "herald", "login", "on")
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
    assert "login_client_id, login_name, client secret (commentsvc site login-secret herald)" in answer.output


def test_no_secret_is_no_secret(herald, run):
    assert run("site", "login-secret", "herald", input="\n").exit_code == 1


@pytest.mark.parametrize("words", [("add", "herald", "2026"), ("remove", "herald", "2027"), ("add", "nobody", "2026")])
def test_what_cannot_be_is_one_sentence(herald, run, done, words):
    done("sign-on", "add", "herald", "2026")
    answer = run("sign-on", *words)
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
