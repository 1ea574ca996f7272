import Mixpanel
import UIKit

@main
class AppDelegate: UIResponder, UIApplicationDelegate {
    func application(
        _ application: UIApplication,
        didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        Mixpanel.initialize(token: "@@mobile-production@@", trackAutomaticEvents: true)
        Mixpanel.mainInstance().serverURL = "https://api-eu.mixpanel.com"
        return true
    }
}
