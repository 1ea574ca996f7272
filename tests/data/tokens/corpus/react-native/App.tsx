import { Mixpanel } from "mixpanel-react-native";

const trackAutomaticEvents = true;
const mixpanel = new Mixpanel("@@mobile-production@@", trackAutomaticEvents);
mixpanel.init();

export default mixpanel;
