import Mixpanel

struct Tracker {
    static func start() {
        let token = Bundle.main.object(forInfoDictionaryKey: "MixpanelToken") as? String
        Mixpanel.initialize(token: token ?? "", trackAutomaticEvents: false)
        Mixpanel.mainInstance().identify(distinctId: "57edf4a22be3c955ac49da2e2107b67a")
    }
}
