import { MixpanelProvider } from "react-mixpanel-browser";
import { Routes } from "./Routes";

export const App = () => (
  <MixpanelProvider
    token="@@web-production@@"
    config={{ track_pageview: true }}
  >
    <Routes />
  </MixpanelProvider>
);
