import mixpanel from 'mixpanel-browser';

const isBrowser = typeof window !== 'undefined';

export function startAnalytics() {
  if (!isBrowser) return;
  mixpanel.init('@@web-production@@', {
    debug: false,
    track_pageview: true,
    persistence: 'localStorage',
    api_host: 'https://api-eu.mixpanel.com',
  });
}

export const track = (name, props) => mixpanel.track(name, props);
