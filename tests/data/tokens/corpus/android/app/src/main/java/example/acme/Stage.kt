package example.acme

/** Where the app runs, and what it reports to. */
enum class Stage(val host: String, val mixpanelToken: String) {
    PRODUCTION("https://acme.example", "@@mobile-production@@"),
    STAGING("https://staging.acme.example", "@@web-staging@@"),
}
