import mixpanel from "mixpanel-browser";

describe("analytics", () => {
  it("starts", () => {
    mixpanel.init("0123456789abcdef0123456789abcdef");
    mixpanel.init("00000000000000000000000000000000", { debug: true });
    mixpanel.init("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    mixpanel.init("deadbeefdeadbeefdeadbeefdeadbeef");
    const MIXPANEL_TOKEN = "12345678901234567890123456789012";
    expect(MIXPANEL_TOKEN).toHaveLength(32);
  });
});
