"""What arrived at the shop in 30 days: true to its plan but for what is wrong on purpose.

On purpose: a misspelt event, a test event, a deprecated event still firing, an event that nobody
planned, a number sent as text, a required property missing, an e-mail as distinct_id, a device
that two people share.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

DAYS: Final = 30
KEPT: Final = 3000  # rows; the rest is only counted
_LIBRARIES: Final = {"web": "2.56.0", "android": "7.5.2", "iphone": "5.0.8", "node": "0.18.0"}

# Events a day, on the first and on the last day.
_VOLUMES: Final = {
    "Page Viewed": (5200, 5900),
    "Sign Up Started": (310, 330),
    "Sign Up Completed": (180, 205),
    "Logged In": (900, 960),
    "Logged Out": (240, 250),
    "Feature Used": (1500, 1720),
    "Item Added to Cart": (640, 700),
    "Purchase Completed": (150, 171),
    "Subscription Started": (22, 26),
    "Subscription Renewed": (60, 61),
    "Checkout Clicked": (90, 12),  # deprecated, and on its way out
    "Purchse Completed": (3, 4),  # misspelt by one release
    "test_event_kim": (1, 1),
    "Search Performed": (410, 450),  # nobody planned it
    "Newsletter Opened": (75, 70),
    "$mp_web_page_view": (5100, 5800),
    "$identify": (180, 205),
}


def shop_volumes(now: float) -> dict[str, dict[str, int]]:
    """How many more of each event arrived on each day than are kept as rows."""
    today = datetime.fromtimestamp(now, UTC).date()
    chance = random.Random(11)  # noqa: S311 - a seed, not a secret
    found: dict[str, dict[str, int]] = {}
    for name, (first, last) in _VOLUMES.items():
        for ago in range(DAYS - 1, -1, -1):
            share = (DAYS - 1 - ago) / (DAYS - 1)
            expected = first + (last - first) * share
            day = (today - timedelta(days=ago)).isoformat()
            found.setdefault(name, {})[day] = max(1, round(expected * chance.uniform(0.93, 1.07)))
    return found


def shop_events(now: float) -> list[dict[str, Any]]:
    """A few thousand rows as the raw export gives them, oldest first."""
    maker = _Maker(random.Random(7), now)  # noqa: S311 - a seed, not a secret
    rows = [*maker.ordinary(), *maker.wrong()]
    return sorted(rows, key=lambda row: (row["properties"]["time"], row["event"]))


@dataclass(slots=True)
class _Maker:
    chance: random.Random
    now: float

    def ordinary(self) -> Iterator[dict[str, Any]]:
        """Rows as the plan wants them."""
        names = [name for name in _VOLUMES if name in _PROPERTIES]
        weights = [sum(_VOLUMES[name]) for name in names]
        for _ in range(KEPT):
            (name,) = self.chance.choices(names, weights)
            yield self.row(name, _PROPERTIES[name](self.chance))

    def wrong(self) -> Iterator[dict[str, Any]]:
        """Rows that are wrong on purpose."""
        purchase = _PROPERTIES["Purchase Completed"]
        for _ in range(12):
            properties = purchase(self.chance)
            wrong = {**properties, "revenue": str(properties["revenue"])}
            yield self.row("Purchase Completed", wrong, library="android")
            nameless = {k: v for k, v in purchase(self.chance).items() if k != "order_id"}
            yield self.row("Purchase Completed", nameless, library="node")
            yield self.row("Purchse Completed", purchase(self.chance), library="iphone")
            yield self.row("Checkout Clicked", {"step": 1})
            yield self.row("Search Performed", {"query": "shoes", "results": 12})
        yield self.row("test_event_kim", {"foo": "bar"})
        email = {"user": "jane.doe@mail.example"}
        for _ in range(4):
            yield self.row("Logged In", {"login_method": "password"}, **email)
        for user in ("USR-701", "USR-702"):
            yield self.row(
                "Logged In", {"login_method": "password"}, user=user, device="shared-tablet"
            )
            yield self.row("Page Viewed", _page(self.chance), user=user, device="shared-tablet")

    def row(
        self, name: str, properties: dict[str, Any], *, library: str = "", **who: str
    ) -> dict[str, Any]:
        """One row, with what Mixpanel and its libraries add."""
        number = self.chance.randrange(1, 600)
        lib = library or self.chance.choice(("web", "web", "web", "android", "iphone"))
        moment = int(self.now - self.chance.uniform(60, (DAYS - 1) * 86_400))
        user = who.get("user", f"USR-{number}")
        return {
            "event": name,
            "properties": {
                "time": moment,
                "distinct_id": user,
                "$user_id": user,
                "$device_id": who.get("device", f"device-{number}"),
                "$insert_id": f"{self.chance.getrandbits(64):016x}",
                "mp_lib": lib,
                "$lib_version": _LIBRARIES[lib],
                "$app_version_string": self.chance.choice(("2.4.0", "2.4.1")),
                "mp_processing_time_ms": moment * 1000 + 1500,
                **_SUPER,
                **properties,
            },
        }


_SUPER: Final = {
    "user_plan": "pro",
    "app_version": "2.4.1",
    "platform": "web",
    "first_touch_utm_source": "newsletter",
    "first_touch_utm_medium": "email",
    "first_touch_utm_campaign": "spring",
}


def _page(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(("product", "blog", "pricing"))
    return {
        "page_name": f"The {kind} page",
        "page_url": f"https://shop.example/{kind}",
        "page_type": kind,
    }


def _item(chance: random.Random) -> dict[str, Any]:
    return {
        "item_id": f"SKU-{chance.randrange(10000, 99999)}",
        "item_name": chance.choice(("Premium Widget", "Deluxe Gadget")),
        "category": "Widgets",
        "price": round(chance.uniform(5, 90), 2),
        "quantity": chance.randrange(1, 4),
        "currency": "EUR",
    }


def _purchase(chance: random.Random) -> dict[str, Any]:
    return {
        "order_id": f"ORD-2026-{chance.randrange(10000, 99999)}",
        "revenue": round(chance.uniform(9, 300), 2),
        "currency": chance.choice(("EUR", "USD")),
        "item_count": chance.randrange(1, 5),
        "payment_method": chance.choice(("credit_card", "paypal")),
        "items": [{"id": "SKU-1", "name": "Premium Widget", "price": 49.99, "quantity": 1}],
    }


def _subscription(chance: random.Random) -> dict[str, Any]:
    return {
        "plan_type": chance.choice(("pro", "enterprise")),
        "billing_period": chance.choice(("month", "year")),
        "mrr": round(chance.uniform(10, 90), 2),
    }


def _renewal(chance: random.Random) -> dict[str, Any]:
    renewed = {"revenue": round(chance.uniform(10, 90), 2), "currency": "EUR", "renewal_count": 3}
    return {"plan_type": "pro", "billing_period": "month", **renewed}


def _sign_up(chance: random.Random) -> dict[str, Any]:
    return {"signup_method": chance.choice(("email", "google"))}


_PROPERTIES: Final[dict[str, Callable[[random.Random], dict[str, Any]]]] = {
    "Page Viewed": _page,
    "Sign Up Started": _sign_up,
    "Sign Up Completed": lambda chance: {**_sign_up(chance), "plan_type": "free"},
    "Logged In": lambda _: {"login_method": "password"},
    "Logged Out": lambda _: {},
    "Feature Used": lambda _: {
        "feature_name": "Export Dashboard",
        "feature_context": "analytics_page",
    },
    "Item Added to Cart": _item,
    "Purchase Completed": _purchase,
    "Subscription Started": _subscription,
    "Subscription Renewed": _renewal,
}
