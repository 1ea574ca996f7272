require "mixpanel-ruby"

MIXPANEL = Mixpanel::Tracker.new(
  Rails.env.production? ? "@@web-production@@" : "@@web-development@@"
)
