#!/bin/sh
set -eu
curl --fail --silent "https://data-eu.mixpanel.com/api/2.0/export?from_date=$1&to_date=$1" \
  --user '@@server-export@@:' \
  --output "events-$1.jsonl"
curl -u "sync.1a2b3c.mp-service-account:@@sync-account@@" https://eu.mixpanel.com/api/app/me
