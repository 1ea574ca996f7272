"""How people misspell names: the look-alike pairs of the test data, made by typing rules.

`python tests/data/look_alikes/slips.py` writes alike_a.csv and alike_b.csv anew. The rules are
those of a keyboard and of two teams that do not talk, not those of the detector.
"""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
PAIRS = 200
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

# Names of shops, banks, schools, clinics, games, newspapers, logistics: events, then properties.
NAMES_A = """Account Created|Address Updated|Appointment Booked|Appointment Cancelled|Article Read
Banner Clicked|Battle Won|Booking Confirmed|Budget Exceeded|Campaign Launched|Cart Abandoned
Chapter Finished|Checkout Started|Claim Submitted|Comment Posted|Contract Signed|Coupon Applied
Course Enrolled|Dashboard Opened|Deposit Received|Device Paired|Document Uploaded|Driver Assigned
Email Verified|Exam Passed|Export Requested|Feedback Submitted|File Downloaded|Filter Applied
Flight Searched|Friend Invited|Game Launched|Goal Reached|Group Joined|Guest Added|Image Cropped
Insurance Selected|Invoice Paid|Item Removed From Wishlist|Job Application Sent|Journey Planned
Keyword Searched|Language Changed|Lesson Completed|Level Unlocked|License Renewed|Listing Published
Loan Approved|Location Shared|Login Failed|Meal Logged|Meeting Scheduled|Member Removed
Message Delivered|Microphone Muted|Newsletter Subscribed|Notification Dismissed|Offer Accepted
Onboarding Skipped|Order Refunded|Package Shipped|Page Scrolled|Passenger Added|Password Changed
Patient Registered|Payment Declined|Photo Liked|Playlist Shared|Podcast Played|Portfolio Viewed
Prescription Ordered|Product Compared|Profile Completed|Promotion Viewed|Question Answered
Quiz Started|Quote Requested|Rating Given|Recipe Saved|Referral Sent|Refund Issued|Reminder Set
Report Generated|Reservation Modified|Review Written|Ride Requested|Route Calculated|Sample Ordered
Score Submitted|Search Refined|Seat Selected|Session Expired|Settings Saved|Shipment Delayed
Song Skipped|Statement Downloaded|Store Located|Student Graded|Subscription Paused|Survey Finished
Task Assigned|Template Chosen|Ticket Escalated|Tour Skipped|Trailer Watched|Transfer Initiated
Trial Extended|Trip Cancelled|Tutorial Completed|Upgrade Offered|Vehicle Inspected|Video Paused
Voucher Redeemed|Webinar Attended|Widget Configured|Withdrawal Requested|Workout Logged
account_type|billing_country|campaign_name|cart_value|category_name|checkout_step|coupon_code
customer_segment|delivery_method|device_model|discount_amount|error_message|experiment_variant
feature_name|file_extension|invoice_number|item_quantity|landing_page|lesson_title|loyalty_points
member_since|order_total|page_title|payment_method|playback_position|product_category
referral_source|report_format|search_term|session_duration|shipping_cost|store_location
subscription_status|ticket_priority|traffic_source|transaction_amount|upload_size|video_quality
warehouse_region|workspace_role"""

NAMES_B = """Agenda Shared|Alarm Triggered|Album Purchased|Answer Rejected|Asset Transferred
Attachment Removed|Auction Closed|Avatar Customized|Backup Restored|Badge Earned|Balance Checked
Basket Emptied|Beneficiary Added|Bill Split|Blog Visited|Bookmark Deleted|Boss Defeated
Branch Merged|Breakfast Included|Broadcast Ended|Build Deployed|Calendar Connected|Call Transferred
Camera Enabled|Candidate Shortlisted|Caption Translated|Card Replaced|Certificate Issued
Challenge Accepted|Channel Followed|Charge Disputed|Chat Opened|City Selected|Clip Trimmed
Colleague Mentioned|Collection Curated|Company Verified|Complaint Resolved|Component Rendered
Concert Announced|Consent Withdrawn|Contact Imported|Content Flagged|Credit Purchased
Customer Contacted|Deadline Missed|Delivery Rescheduled|Demo Requested|Design Duplicated
Diagnosis Recorded|Discount Expired|Donation Made|Draft Discarded|Employee Promoted|Episode Streamed
Estimate Printed|Expense Reported|Fare Estimated|Favorite Removed|Folder Renamed|Forecast Viewed
Form Validated|Gift Wrapped|Hashtag Followed|Hotel Reserved|Household Created|Incident Acknowledged
Ingredient Substituted|Integration Disconnected|Interview Scheduled|Keyboard Opened|Label Printed
Leaderboard Viewed|Lecture Recorded|Luggage Added|Magazine Delivered|Manager Notified|Map Zoomed
Match Found|Measurement Taken|Medication Refilled|Menu Expanded|Milestone Completed|Mission Failed
Mortgage Calculated|Neighborhood Explored|Note Pinned|Occupancy Reported|Outfit Recommended
Parcel Collected|Partner Onboarded|Pension Transferred|Permission Denied|Pickup Arranged
Pipeline Triggered|Plugin Installed|Policy Renewed|Poll Created|Portrait Captured|Premium Activated
Presentation Started|Price Alert Created|Printer Connected|Query Executed|Queue Joined
Receipt Scanned|Recording Stopped|Region Switched|Repository Cloned|Request Approved
Restaurant Reviewed|Reward Claimed|Roommate Matched|Sandbox Reset|Scene Rendered|Schedule Published
Scooter Unlocked|Screenshot Captured|Shift Swapped|Signature Requested|Sprint Planned
Stream Buffered|Suitcase Weighed|Teacher Rated|Thread Archived|Translation Suggested
Treatment Scheduled|Vaccine Administered|Waitlist Joined|Warranty Registered|Weather Checked
arrival_airport|average_rating|battery_level|booking_reference|browser_language|cancellation_reason
channel_name|company_size|connection_type|course_level|currency_code|customer_lifetime
delivery_window|department_name|distance_travelled|download_count|employee_number|episode_number
expected_revenue|failure_reason|fulfillment_center|gift_message|heart_rate|hotel_category
interest_rate|journey_stage|keyboard_layout|license_plate|marketing_channel|network_operator
notification_type|occupation_group|package_weight|previous_screen|property_address|queue_length
renewal_date|screen_orientation|selected_language|temperature_unit"""


def names(text: str) -> list[str]:
    """The names of a list."""
    return [name.strip() for line in text.splitlines() for name in line.split("|")]


def neighbour(chance: random.Random, name: str) -> str:
    """A finger lands on the key beside the right one."""
    place = _letter(chance, name)
    row = next(row for row in ROWS if name[place].lower() in row)
    column = row.index(name[place].lower())
    beside = [row[i] for i in (column - 1, column + 1) if 0 <= i < len(row)]
    letter = chance.choice(beside)
    return _put(name, place, letter.upper() if name[place].isupper() else letter)


def transposed(chance: random.Random, name: str) -> str:
    """Two fingers come in the wrong order."""
    place = _letter(chance, name)
    if place + 1 >= len(name) or not name[place + 1].islower() or name[place] == name[place + 1]:
        return name
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def dropped(chance: random.Random, name: str) -> str:
    """A key is not pressed hard enough."""
    return _put(name, _letter(chance, name), "")


def doubled(chance: random.Random, name: str) -> str:
    """A key bounces."""
    place = _letter(chance, name)
    return _put(name, place, name[place] * 2)


def cased(chance: random.Random, name: str) -> str:
    """Another team's convention: case."""
    return chance.choice((name.lower(), name.upper(), name.capitalize(), name.swapcase()))


def separated(chance: random.Random, name: str) -> str:
    """Another team's convention: separators."""
    words = re.split(r"[ _]", name)
    camel = words[0].lower() + "".join(word.title() for word in words[1:])
    return chance.choice(
        ("_".join(words), "-".join(words), ".".join(words), camel, "_".join(words).lower())
    )


def plural(chance: random.Random, name: str) -> str:
    """One of the things becomes many, or many one."""
    words = re.split(r"([ _])", name)
    place = chance.choice([i for i in range(0, len(words), 2) if i == 0 or name.islower()])
    word = words[place]
    if word.endswith("s"):
        return name
    many = word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"
    return "".join([*words[:place], re.sub(r"(x|ch|sh)s$", r"\1es", many), *words[place + 1 :]])


def tense(chance: random.Random, name: str) -> str:
    """Happened, or happening, or to happen."""
    words = name.split(" ")
    last = words[-1]
    forms = {"Won": "Win", "Sent": "Send", "Paid": "Pay", "Given": "Give", "Written": "Write"}
    if last in forms:
        return " ".join([*words[:-1], forms[last]])
    if not last.endswith("ed") or last.endswith("eed"):
        return name
    if last[-4:-2] in DOUBLE:
        return " ".join([*words[:-1], last[:-3]])
    base = last[:-3] + "y" if last.endswith("ied") else last[:-2]
    base = last[:-1] if last[:-1] in WITH_E else base
    other = base.removesuffix("e") + "ing" if chance.random() < 0.5 else base
    return " ".join([*words[:-1], other])


DOUBLE = {"pp", "tt", "nn", "mm"}
WITH_E = frozenset(
    [
        "Acknowledge",
        "Activate",
        "Announce",
        "Approve",
        "Archive",
        "Arrange",
        "Calculate",
        "Capture",
        "Charge",
        "Clone",
        "Close",
        "Compare",
        "Complete",
        "Configure",
        "Create",
        "Curate",
        "Customize",
        "Decline",
        "Delete",
        "Dispute",
        "Duplicate",
        "Enable",
        "Escalate",
        "Estimate",
        "Execute",
        "Expire",
        "Explore",
        "Generate",
        "Include",
        "Initiate",
        "Issue",
        "Like",
        "Locate",
        "Merge",
        "Notice",
        "Observe",
        "Pause",
        "Promote",
        "Rate",
        "Redeclare",
        "Remove",
        "Rename",
        "Replace",
        "Reschedule",
        "Reserve",
        "Resolve",
        "Restore",
        "Save",
        "Schedule",
        "Share",
        "Store",
        "Substitute",
        "Translate",
        "Update",
        "Validate",
    ]
)
RULES = (neighbour, transposed, dropped, doubled, cased, separated, plural, tense)


def _letter(chance: random.Random, name: str) -> int:
    """A letter inside a word of five or more: first letters and short words are typed with care."""
    places = [
        place
        for word in re.finditer(r"[A-Za-z]{5,}", name)
        for place in range(word.start() + 1, word.end())
    ]
    return chance.choice(places)


def _put(name: str, place: int, letter: str) -> str:
    return name[:place] + letter + name[place + 1 :]


def pairs(text: str, seed: int) -> list[tuple[str, str, str]]:
    """So many pairs, each with the rule that made it."""
    chance, found = random.Random(seed), []
    seen: set[str] = set()
    known = names(text)
    while len(found) < PAIRS:
        rule = RULES[len(found) % len(RULES)]
        name = chance.choice(known)
        other = rule(chance, name)
        if other not in {name, *known} and f"{name}{other}" not in seen:
            seen.add(f"{name}{other}")
            found.append((name, other, rule.__name__))
    return found


def main() -> None:
    """Write both lists."""
    for letter, text, seed in (("a", NAMES_A, 20261124), ("b", NAMES_B, 47)):
        with (HERE / f"alike_{letter}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("name", "other", "rule"))
            writer.writerows(pairs(text, seed))


if __name__ == "__main__":
    main()
