import { readDistinctId } from "./cookies";

test("reads the id from Mixpanel's cookie", () => {
  const cookie = 'mp_@@web-development@@_mixpanel={"distinct_id":"USR-1"}';
  expect(readDistinctId(cookie)).toBe("USR-1");
});
