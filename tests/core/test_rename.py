"""A new event that looks like one that left the plan."""

import pytest

from mpgov.core.model import Catalog
from mpgov.core.rename import likely_renames, rename_findings
from mpgov.formats.base import Source
from mpgov.formats.plan_yaml import loads

ORDER = "{properties: {order_id: {type: string}, total: {type: number}, step: {type: string}}}"


def plan(text: str) -> Catalog:
    return loads([Source("plan.yaml", f"mpgov: 1\nevents: {text}\n".encode())]).catalog


@pytest.mark.parametrize(
    ("new", "old", "found"),
    [
        (f"{{Order Paid: {ORDER}}}", f"{{Purchase Completed: {ORDER}}}", True),
        ("{sign_up: {}}", "{Sign Up: {}}", True),
        ("{Signed Up: {}}", "{Signd Up: {}}", True),
        ("{Order Paid: {}}", "{Purchase Completed: {}}", False),
        (f"{{Order Paid: {ORDER}}}", "{Visit: {properties: {url: {type: string}}}}", False),
        (f"{{Order Paid: {ORDER}}}", f"{{Order Paid: {ORDER}, Visit: {ORDER}}}", False),
    ],
)
def test_what_looks_renamed(new: str, old: str, found: bool) -> None:
    assert bool(likely_renames(plan(new), plan(old), plan(old))) == found


def test_it_names_one_candidate_and_what_to_write() -> None:
    before = plan(
        f"{{Purchase Completed: {ORDER}, Buy: {{properties: {{total: {{type: number}}}}}}}}"
    )
    findings = list(rename_findings(plan(f"{{Order Paid: {ORDER}}}"), before, before))
    assert len(findings) == 1
    assert "Purchase Completed" in findings[0].message
    assert "replaced_by: Order Paid" in findings[0].message
    assert findings[0].fix == "Purchase Completed: {display_name: Order Paid}"


def test_what_every_event_carries_says_little() -> None:
    common = "{properties: {url: {type: string}, lib: {type: string}, own%d: {type: string}}}"
    everywhere = ", ".join(f"E{n}: {common % n}" for n in range(6))
    before, after = (
        plan(f"{{{everywhere}, Old: {common % 7}}}"),
        plan(f"{{{everywhere}, New: {common % 8}}}"),
    )
    assert likely_renames(after, before, before) == []
