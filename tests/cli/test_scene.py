"""Plan and UI change the same dictionary: the scene of the README, step by step."""

from pathlib import Path

from mpgov.sandbox.app import Sandbox
from mpgov.sandbox.server import serve
from tests import scene


def test_two_people_one_dictionary(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    sandbox = Sandbox("empty", limits=False)
    with serve(sandbox) as server:
        play = scene.begin(folder, sandbox, server.url)
        assert scene.different_fields(play) == 0
        order = play.stored("Order Paid")
        assert order["description"] == "The provider confirmed the payment."
        assert order["metadata"]["com.mixpanel"]["displayName"] == "Sale"  # type: ignore[index]

        before = play.stored("Order Paid")
        assert scene.the_same_field(play) == 1
        assert play.stored("Cart Viewed")["description"] == "The visitor saw the cart's page."
        assert play.stored("Order Paid")["description"] == "The provider confirmed the charge."

        code, diff = scene.theirs(play)
        assert code == 0
        changed = [line for line in diff.splitlines() if line.startswith(("- ", "+ "))]
        assert changed == [
            '-    description: "The cart was shown."   # agreed with Kim',
            '+    description: "The visitor saw the cart\'s page."   # agreed with Kim',
        ]

        assert scene.undone(play) == 0
        assert play.stored("Order Paid") == before
