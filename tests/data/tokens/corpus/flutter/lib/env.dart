abstract class Env {
  static const apiUrl = String.fromEnvironment('API_URL');
  static const mixpanelToken = String.fromEnvironment(
    'MIXPANEL_TOKEN',
    defaultValue: '@@mobile-development@@',
  );
}
