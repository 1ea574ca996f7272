"""What tests need beyond Python: LibreOffice, a reader of PDF, a browser, a real keyring.

`python -m tests.tools` installs what is missing where it can (Debian or Ubuntu, as root or with
sudo that asks nothing), says in one line what it did, and never fails: a test that lacks a tool
is skipped with the reason; in CI on Linux it fails, so that a missing step is seen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

PACKAGES = {
    "chromium": "chromium",
    "dbus-run-session": "dbus-daemon",
    "gnome-keyring-daemon": "gnome-keyring",
    "pdftoppm": "poppler-utils",
    "soffice": "libreoffice-calc-nogui",
}
MINUTES = 8


def needed(command: str) -> str:
    """The path of a tool; without it the test is skipped, or fails in CI on Linux."""
    found = shutil.which(command)
    if found:
        return found
    reason = f"{command} is missing; make tools installs it on Debian and Ubuntu"
    if os.environ.get("CI") and sys.platform == "linux":
        pytest.fail(reason)
    pytest.skip(reason)


def main() -> None:
    """Install what is missing."""
    missing = {command: name for command, name in PACKAGES.items() if not shutil.which(command)}
    if not missing:
        print("tools: all there")
        return
    prefix = _prefix()
    if prefix is None:
        print(f"tools: {', '.join(missing)} missing, and this system cannot install them itself")
        return
    for _ in range(2):
        if _install(prefix, list(missing.values())):
            print(f"tools: installed {', '.join(missing.values())}")
            return
    print(f"tools: {', '.join(missing)} could not be installed; their tests are skipped")


def _prefix() -> list[str] | None:
    """How this system installs as root; nothing where it cannot."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        return None
    return [sudo, "-n"] if sudo else None


def _install(prefix: list[str], packages: list[str]) -> bool:
    quietly = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    try:
        subprocess.run([*quietly, "update"], capture_output=True, check=False, timeout=MINUTES * 60)
        install = [*quietly, "install", "-y", "--no-install-recommends", *packages]
        done = subprocess.run(install, capture_output=True, check=False, timeout=MINUTES * 60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    main()
