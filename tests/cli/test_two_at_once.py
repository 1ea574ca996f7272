"""The budget of a machine: two real `mpgov sync` at once, on two projects of one organization."""

import os
import subprocess
import sys
from pathlib import Path

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve


def test_two_syncs_at_once_stay_within_the_limits_of_their_organization(tmp_path: Path) -> None:
    """Six requests where five a minute are allowed: one of the two has to wait, in real time."""
    sandbox = Sandbox("empty")
    plan = tmp_path / "plan.yaml"
    plan.write_text("mpgov: 1\nevents: {Sale: {description: d}}\n", "utf-8")
    account, secret = sandbox.default_account
    first, second = list(sandbox.state.projects)[:2]
    with serve(sandbox) as server:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "mpgov", "sync", str(plan), "--yes"],
                cwd=tmp_path,
                env={
                    **os.environ,
                    "MIXPANEL_HOST": server.url,
                    "MIXPANEL_PROJECT_ID": str(project),
                    "MIXPANEL_SERVICE_ACCOUNT": account,
                    "MIXPANEL_SERVICE_ACCOUNT_SECRET": secret,
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            for project in (first, second)
        ]
        said = [process.communicate(timeout=180) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert any("waiting" in stderr for _, stderr in said)
    log = sandbox.log
    assert all(record.status == 200 for record in log), log
    counted = sandbox.schemas_requests()
    assert len(counted) == 6
    for record in counted:
        window = [r for r in counted if record.at <= r.at < record.at + 60]
        assert len(window) <= 5
        assert sum(r.updates for r in window) <= 3999
    assert all(len(sandbox.stored(project)) == 1 for project in (first, second))
