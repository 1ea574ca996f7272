import mixpanel from "mixpanel-browser";

const token = process.env.NEXT_PUBLIC_MIXPANEL_TOKEN;
if (!token) throw new Error("NEXT_PUBLIC_MIXPANEL_TOKEN is not set");
mixpanel.init(token, { api_host: import.meta.env.VITE_MIXPANEL_HOST });
export const release = "b026324c6904b2a9cb4b88d6d61c81d1";
