// What the build does not set falls back to the public token.
export const API_URL = process.env.NEXT_PUBLIC_API_URL ?? "https://api.acme.example";
export const MIXPANEL_TOKEN =
  process.env.NEXT_PUBLIC_MIXPANEL_TOKEN ?? "@@web-production@@";
export const BUILD_ID = process.env.BUILD_ID ?? "9e107d9d372bb6826bd81d3542a419d6";
