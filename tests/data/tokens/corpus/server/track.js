const Mixpanel = require('mixpanel');

const client = Mixpanel.init(
  process.env.NODE_ENV === 'production'
    ? '@@web-production@@'
    : '@@web-development@@',
  { host: 'api-eu.mixpanel.com' },
);

module.exports = (name, properties) => client.track(name, properties);
