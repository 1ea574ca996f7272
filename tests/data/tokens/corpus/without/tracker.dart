import 'package:mixpanel_flutter/mixpanel_flutter.dart';

Future<Mixpanel> start() => Mixpanel.init(
      const String.fromEnvironment('MIXPANEL_TOKEN'),
      trackAutomaticEvents: true,
    );

const userUuid = '37693cfc-7480-49e4-9d87-b8c7d8b9aacd';
const userKey = '1ff1de774005f8da13f42943881c655f';
