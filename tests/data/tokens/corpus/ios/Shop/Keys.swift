enum Keys {
    static let sentry = "https://9f86d081884c7d659a2feaa0c55ad015@o1.ingest.sentry.io/1"

    #if DEBUG
    static let mixpanelToken = "@@mobile-development@@"
    #else
    static let mixpanelToken = "@@mobile-production@@"
    #endif
}
