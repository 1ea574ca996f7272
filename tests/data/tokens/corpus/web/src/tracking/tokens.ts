import mixpanel from "mixpanel-browser";

type Stage = "production" | "staging" | "development";

const TOKENS: Record<Stage, string> = {
  production: "@@web-production@@",
  staging: "@@web-staging@@",
  development: "@@web-development@@",
};

export function init(stage: Stage): void {
  mixpanel.init(TOKENS[stage], { debug: stage !== "production" });
}
