"""Mixpanel's own names, as far as they are documented (concepts 1.6)."""

from __future__ import annotations

from typing import Final

from mpgov.core.model import is_mixpanels

EVENTS: Final = frozenset(
    """$identify $create_alias $merge $opt_in $session_start $session_end $mp_web_page_view
    $mp_click $mp_dead_click $mp_rage_click $mp_page_leave $mp_input_change $mp_scroll
    $mp_submit $mp_page_view $ae_first_open $ae_updated $ae_crashed $ae_session $ae_iap
    $al_nav_in $al_nav_out $mp_session_record $experiment_started $hotshard_events
    $hotshard_record $campaign_delivery $campaign_received $campaign_open $campaign_bounced
    $campaign_marked_spam $message_suppressed $unsubscribe $journey_entered $app_open
    $all_mtu_events""".split()  # noqa: SIM905 - one name a line would be many lines
)
PROPERTIES: Final = frozenset(
    """$distinct_id $device_id $user_id $event_name $time $insert_id $identified_id $ignore
    $anon_id $distinct_ids $distinct_id_before_identity $is_reshuffled $preshuffle_distinct_id
    $failure_description $failure_reason $identity_failure_reason mp_original_distinct_id
    mp_original_event_name $source $partner_id $warehouse_type $warehouse_import_id
    $warehouse_import_job_id $warehouse_import_run_id $warehouse_table $duration_s
    $event_count $origin_start $origin_end $mp_experiment_name $latitude $longitude
    $mp_replay_id $mp_is_forwarded $mp_autocapture $variant_source $persisted_at_in_ms
    $ttl_in_ms $anon_distinct_id $had_persisted_distinct_id $city $region mp_country_code
    $mp_api_endpoint $import $mp_api_timestamp_ms mp_processing_time_ms $mp_event_size mp_lib
    $lib_version mp_sent_by_lib_version $os $os_version $browser $browser_version
    $app_build_number $app_version_string $device $screen_height $screen_width $screen_dpi
    $current_url $initial_referrer $initial_referring_domain $referrer $referring_domain
    $search_engine mp_keyword $manufacturer $brand $model $watch_model $carrier $radio $wifi
    $bluetooth_enabled $bluetooth_version $has_nfc $has_telephone $google_play_services
    $duration $event_type $host $pathname $elements $target $el_attr__href $el_classes
    $el_tag_name $viewportHeight $viewportWidth $clientX $clientY $offsetX $offsetY
    $pageHeight $pageWidth $pageX $pageY $scroll_checkpoint $scroll_height $scroll_percentage
    $scroll_top $screenX $screenY $x $y $ae_updated_version $ae_crashed_reason
    $ae_session_length $ae_iap_name $ae_iap_quantity $ae_iap_price $name $first_name
    $last_name $email $phone $avatar $created $mp_first_event_time $group_id $group_key
    $country_code $geo_source $timezone $last_seen $android_lib_version $ios_lib_version
    $swift_lib_version $android_os $android_os_version $ios_version $android_app_version
    $android_app_version_code $ios_app_release $ios_app_version $android_manufacturer
    $android_brand $android_model $ios_device_model $ae_first_app_open_date
    $ae_total_app_sessions $ae_total_app_session_length $unsubscribed $transactions $append
    $ip""".split()  # noqa: SIM905 - one name a line would be many lines
)
# What Mixpanel takes from an event for itself, whoever sent it.
_CONSUMED: Final = {
    "bucket": "is a name that makes other events disappear from Mixpanel's menus",
    "$bucket": "is a name that makes other events disappear from Mixpanel's menus",
    "token": "is what Mixpanel reads the project's token from",
    "ip": "is what Mixpanel reads the place from, and drops",
    "alias": "is what Mixpanel reads another id from",
}
# What clients and ingestion add by themselves, without a prefix (concepts 1.6).
ADDED: Final = frozenset(
    """distinct_id time token ip bucket alias utm_source utm_medium utm_campaign utm_content
    utm_term utm_id utm_source_platform utm_campaign_id utm_creative_format
    utm_marketing_tactic dclid fbclid gclid ko_click_id li_fat_id msclkid sccid ttclid twclid
    wbraid current_page_title current_domain current_url_path current_url_protocol
    current_url_search""".split()  # noqa: SIM905 - one name a line would be many lines
)


def is_taken_event(name: str) -> bool:
    """Whether a team's event begins as Mixpanel's do, and is none of Mixpanel's."""
    return is_mixpanels(name) and name not in EVENTS


def why_taken(name: str, *, on_event: bool) -> str:
    """Why a property's name is none for a team; empty where it is, or is Mixpanel's own."""
    if on_event and name in _CONSUMED:
        return _CONSUMED[name]
    if is_mixpanels(name) and name not in PROPERTIES:
        return "begins as names that Mixpanel keeps for itself ($, mp_)"
    return ""


def is_added(name: str) -> bool:
    """Whether Mixpanel or its clients add the property by themselves."""
    return is_mixpanels(name) or name in ADDED or name.removeprefix("initial_") in ADDED
