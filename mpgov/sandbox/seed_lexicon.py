"""The shop's Lexicon: half documented, by several people, over some years."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

NAMESPACE = "com.mixpanel"


def _event(
    name: str, description: str | None, properties: dict[str, Any] | None, **metadata: Any
) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if description is not None:
        schema["description"] = description
    if properties is not None:
        schema["properties"] = properties
    if metadata:
        schema["metadata"] = {NAMESPACE: metadata}
    return {"entityType": "event", "name": name, "schemaJson": schema}


_SHOP: Final = [
    _event(
        "Page Viewed",
        "A page was looked at",
        {
            "page_name": {"type": "string", "description": "Title of the page"},
            "page_url": {"type": "string"},
            "$current_url": {"type": "string", "description": "Where the browser was"},
            "mp_lib": {"type": "string"},
        },
        tags=["Web"],
    ),
    # somebody hid it in the UI: a stub without properties
    _event("Feature Used", None, None, hidden=True),
    _event(
        "Sign Up Completed",
        "New account!! (ask Tom)",
        {"signup_method": {"type": "string", "examples": ["google"]}},
        tags=["KPI"],
        contacts=["Kim@acme.example"],
    ),
    _event(
        "Item Added to Cart",
        None,
        {
            "item_id": {"type": "string"},
            "price": {
                "type": "number",
                "metadata": {NAMESPACE: {"displayName": "Price (EUR)"}},
            },
            "quantity": {"type": "integer"},
            "legacy_sku": {"type": "string", "description": "Until 2023"},
        },
    ),
    _event(
        "Purchase Completed",
        "Paid",
        {
            "order_id": {"type": "string", "description": "Internal id", "examples": ["o-1"]},
            # a number in truth: typed wrongly in the UI
            "revenue": {"type": "string"},
            "currency": {"type": "string"},
        },
        displayName="Order Paid",
        tags=["Commerce", "KPI"],
        contacts=["jane@acme.example"],
        teamContacts=["Payments"],
    ),
    _event("Checkout Clicked", "Click on checkout", {"step": {"type": "integer"}}),
    {
        **_event("Newsletter Opened", "From the mail tool", None),
        "schemaJson": {
            "description": "From the mail tool",
            "metadata": {"acme.crm": {"list": 7}, NAMESPACE: {"$source": "mailer"}},
        },
    },
    {
        "entityType": "custom_event",
        "name": "Any Purchase",
        "schemaJson": {"description": "Made of two"},
    },
    {
        "entityType": "profile",
        "name": "$user",
        "schemaJson": {
            "properties": {
                "$email": {"type": "string", "description": "Where letters go"},
                "plan_type": {"type": "string"},
                "shoe_size": {"type": "number"},
            }
        },
    },
]


def shop_entries() -> list[dict[str, Any]]:
    """The stored entries of the shop."""
    return deepcopy(_SHOP)
