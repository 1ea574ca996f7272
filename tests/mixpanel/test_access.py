"""What `/me` says, in every shape it may come."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.mixpanel.access import Access, may_write, read_access

# Reference 2.1.
SAMPLE = {
    "status": "ok",
    "results": {
        "user_id": 77,
        "user_email": "sync.1a2b3c.mp-service-account",
        "user_name": "sync",
        "organizations": {"9": {"id": 9, "name": "Acme", "role": "member", "permissions": []}},
        "projects": {
            "42": {
                "name": "Shop",
                "organization_id": 9,
                "timezone": "Europe/Paris",
                "domain": "eu.mixpanel.com",
                "type": 0,
                "role": {"id": 2, "name": "admin"},
                "permissions": ["write_data_definitions"],
                "hasSensitiveAccess": False,
            }
        },
    },
}


def test_the_reference_s_sample():
    access = read_access(SAMPLE, 42)
    assert access == Access(
        account="sync.1a2b3c.mp-service-account",
        project_name="Shop",
        domain="eu.mixpanel.com",
        role="admin",
        permissions=("write_data_definitions",),
        organization=9,
        organization_role="member",
        has_sensitive_access=False,
        roles={42: "admin"},
    )
    assert access.region == "eu"


def test_no_member_and_no_list_are_different():
    assert read_access(SAMPLE, 43).project_name is None
    assert read_access(SAMPLE, 43).is_known
    assert not read_access({"results": {"user_name": "x"}}, 42).is_known
    assert read_access({"projects": {42: {"domain": "mixpanel.com"}}}, 42).project_name == "42"


def test_texts_are_harmless():
    project = {"name": "a\x1b[31mb\nc", "role": "own\u202eer", "permissions": [1, "x\x07"]}
    access = read_access({"results": {"projects": {"1": project}}}, 1)
    assert (access.project_name, access.role, access.permissions) == ("a b c", "own er", ("x",))


KEYS = (
    *("results", "projects", "organizations", "42", "9", "role", "name", "permissions"),
    *("organization_id", "user_email", "domain", "hasSensitiveAccess"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(deadline=None)
@given(ODD)
def test_no_shape_is_an_obstacle(document):
    access = read_access(document, 42)
    assert may_write(access) in {"yes", "no", "unknown"}


@pytest.mark.parametrize(
    ("role", "permissions", "expected"),
    [
        ("owner", (), "yes"),
        ("admin", (), "yes"),
        ("Admin", (), "yes"),
        ("analyst", (), "no"),
        ("consumer", (), "no"),
        ("analyst", ("write_data_definitions",), "yes"),
        ("Lexicon Editor", ("write_data_definitions",), "yes"),
        ("Lexicon Editor", (), "unknown"),
        ("Lexicon Editor", ("event_deletion",), "unknown"),
        (None, (), "unknown"),
    ],
)
def test_who_may_write(role, permissions, expected):
    assert may_write(Access(role=role, permissions=permissions)) == expected
