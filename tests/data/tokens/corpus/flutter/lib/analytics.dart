import 'package:mixpanel_flutter/mixpanel_flutter.dart';

late final Mixpanel mixpanel;

Future<void> startAnalytics() async {
  mixpanel = await Mixpanel.init(
    '@@mobile-production@@',
    optOutTrackingDefault: false,
    trackAutomaticEvents: true,
  );
}
