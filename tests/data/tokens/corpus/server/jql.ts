import axios from "axios";

export const query = (script: string) =>
  axios.post("https://eu.mixpanel.com/api/query/jql", new URLSearchParams({ script }), {
    auth: { username: "@@server-export@@", password: "" },
  });
