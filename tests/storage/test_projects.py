"""Which project is meant, by option, environment and file."""

from __future__ import annotations

import pytest

from mpgov.errors import UsageError
from mpgov.storage.hosts import host_problem, is_loopback, is_mixpanels, same_host
from mpgov.storage.projects import Project, ProjectSettings, choose, place_of

PRODUCTION = ProjectSettings("production", 1, "eu", 99, "gov")
DEVELOPMENT = ProjectSettings("development", 2)
BOTH = {"production": PRODUCTION, "development": DEVELOPMENT}

PROD = Project("production", 1, "eu", 99, "gov")
DEV = Project("development", 2)


@pytest.mark.parametrize(
    ("projects", "default", "name", "environ", "expected"),
    [
        (BOTH, "", "production", {}, PROD),
        (BOTH, "development", "production", {}, PROD),
        (BOTH, "development", None, {}, DEV),
        ({"production": PRODUCTION}, "", None, {}, PROD),
        (BOTH, "production", None, {"PROJECT_ID": "2"}, DEV),
        (BOTH, "production", None, {"PROJECT_ID": "3"}, Project("3", 3)),
        ({}, "", None, {"PROJECT_ID": " 4242 ", "REGION": "IN"}, Project("4242", 4242, "in")),
        ({}, "", "4242", {}, Project("4242", 4242)),
        ({}, "", "4242", {"PROJECT_ID": "4242"}, Project("4242", 4242)),
        (BOTH, "", "3", {"PROJECT_ID": "3"}, Project("3", 3)),
        (BOTH, "", "production", {"PROJECT_ID": "1", "REGION": "eu"}, PROD),
        (BOTH, "", "development", {"REGION": "in"}, Project("development", 2, "in")),
        (BOTH, "production", None, {"REGION": "us"}, Project("production", 1, "us", 99, "gov")),
        (
            BOTH,
            "",
            "production",
            {"SERVICE_ACCOUNT": "ci"},
            Project("production", 1, "eu", 99, "ci"),
        ),
        (
            BOTH,
            "",
            "development",
            {"HOST": "http://127.0.0.1:8765/"},
            Project("development", 2, host="http://127.0.0.1:8765", host_from_environment=True),
        ),
        (BOTH, "development", None, {"PROJECT_ID": "", "REGION": " ", "HOST": ""}, DEV),
    ],
)
def test_the_project_that_is_meant(projects, default, name, environ, expected):
    variables = {f"MIXPANEL_{key}": value for key, value in environ.items()}
    assert choose(projects, default, name, variables) == expected


TWINS = {"a": ProjectSettings("a", 7), "b": ProjectSettings("b", 7)}


def test_a_default_settles_which_of_two_names():
    assert choose(TWINS, "b", None, {"MIXPANEL_PROJECT_ID": "7"}).name == "b"


@pytest.mark.parametrize(
    ("projects", "default", "name", "environ", "said"),
    [
        ({}, "", None, {}, "no Mixpanel project is named"),
        (BOTH, "", None, {}, "which project? there are production, development"),
        (BOTH, "", "prodction", {}, "no such project; did you mean production?"),
        (BOTH, "", "42", {}, "--project 42: there is no such project"),
        ({}, "", "production", {}, "--project production: no project is configured"),
        (BOTH, "staging", None, {}, "the default project staging is not configured"),
        (
            BOTH,
            "",
            "production",
            {"PROJECT_ID": "2"},
            "--project production is project 1, but MIXPANEL_PROJECT_ID is 2",
        ),
        (
            BOTH,
            "",
            "production",
            {"REGION": "us"},
            "--project production lives in eu, but MIXPANEL_REGION is us",
        ),
        (TWINS, "", None, {"PROJECT_ID": "7"}, "MIXPANEL_PROJECT_ID 7 is a and b"),
        ({}, "", None, {"PROJECT_ID": "s3cret"}, "MIXPANEL_PROJECT_ID is no project id"),
        ({}, "", None, {"PROJECT_ID": "0"}, "MIXPANEL_PROJECT_ID is no project id"),
        ({}, "", None, {"PROJECT_ID": "٣"}, "MIXPANEL_PROJECT_ID is no project id"),
        (BOTH, "production", None, {"REGION": "s3cret"}, "MIXPANEL_REGION must be us, eu or in"),
        (BOTH, "production", None, {"HOST": "s3cret"}, "MIXPANEL_HOST must begin with https://"),
        (BOTH, "production", None, {"SERVICE_ACCOUNT": "a:s3cret"}, "MIXPANEL_SERVICE_ACCOUNT"),
    ],
)
def test_what_cannot_be_is_told(projects, default, name, environ, said):
    variables = {f"MIXPANEL_{key}": value for key, value in environ.items()}
    with pytest.raises(UsageError) as caught:
        choose(projects, default, name, variables)
    assert said in caught.value.message
    assert "s3cret" not in caught.value.message


def test_where_a_project_s_files_belong():
    assert place_of(PROD) == "eu"
    assert place_of(Project("x", 1, "eu", host="http://localhost:1")) == "sandbox"
    assert place_of(Project("x", 1, "eu", host="https://proxy.example")) == "eu"


@pytest.mark.parametrize(
    ("address", "loopback", "mixpanels"),
    [
        ("https://mixpanel.com", False, True),
        ("https://EU.mixpanel.com/", False, True),
        ("https://data-in.mixpanel.com:443", False, True),
        ("https://api.mixpanel.com", False, True),
        ("http://mixpanel.com", False, False),
        ("https://mixpanel.com:8443", False, False),
        ("https://mixpanel.com.evil.example", False, False),
        ("https://evilmixpanel.com", False, False),
        ("https://mixpanel.com@evil.example", False, False),
        ("http://127.0.0.1:8765", True, False),
        ("http://127.255.0.3", True, False),
        ("http://localhost:1", True, False),
        ("http://[::1]", True, False),
        ("http://127.0.0.1.evil.example", False, False),
        ("http://localhost.evil.example", False, False),
        ("http://127.0.0.1@evil.example", False, False),
        ("http://0.0.0.0", False, False),
        ("http://[::", False, False),
        ("nonsense", False, False),
    ],
)
def test_whose_host_it_is(address, loopback, mixpanels):
    assert is_loopback(address) is loopback
    assert is_mixpanels(address) is mixpanels


def test_addresses():
    assert host_problem("https://proxy.example:8443/mixpanel") == ""
    assert host_problem("https://a b") != ""
    assert host_problem("https://a@b") == "must hold no name and no password"
    assert same_host("https://A.example/", "https://a.example")
