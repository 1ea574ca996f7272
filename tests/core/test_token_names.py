"""What a value is by its name and by what it is handed to: as people write it, and as they do not.

In front stands what is found: t a project token, a an API secret, s the secret of a service
account; nothing where nothing is to be found.
"""

from __future__ import annotations

import pytest

from tests.core.token_texts import filled, kinds, lines

SECRETS = r"""
a Mixpanel(api_secret='X')
a api = Mixpanel(\n    api_secret='X'\n)
a MixpanelClient(api_secret="X")
a Mixpanel::Client.new(api_secret: 'X')
t Mixpanel(token='X')
t Mixpanel(secret_token='X')
a API_SECRET = 'X'\nMixpanelUtils(API_SECRET)
a first = 'X'\nMixpanelUtils(first)
a SECRET = 'X'\nMixpanel(SECRET)
a get("https://mixpanel.com/api/2.0/engage", auth=("X", ""))
a get(\n  "https://eu.mixpanel.com/api/2.0/engage",\n  auth=("X", ""))
t post("https://api.mixpanel.com/engage", auth=("X", ""))
t BASE = "https://mixpanel.com"\npost(BASE + "/import", auth=("X", ""))
a <add key="Mixpanel:ApiSecret" value="X"/>
t <add key="Mixpanel:Token" value="X"/>
"""


@pytest.mark.parametrize("line", lines(SECRETS))
def test_a_secret_is_not_taken_for_a_token(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted


OTHERS = r"""
mixpanel.track('x', {token: 'X'})
mixpanel.track('x', {\n  a: 1,\n  b: {c: 2},\n  token: 'X',\n})
mixpanel.track('x', {\n a: 1,\n b: 1,\n c: 1,\n d: 1,\n e: 1,\n f: 1,\n g: 1,\n token: 'X',\n})
mixpanel.track('x', {api_key: 'X'})
mixpanel.register({key: 'X'})
mixpanel.people.set({token: 'X'})
mixpanel.getPeople().set("token", "X")
mixpanel.get_group('a', 'b').set({key: 'X'})
Mixpanel.Track("x", "token", "X");
Mixpanel.mainInstance().track(event: "x", properties: ["token": "X"])
mixpanel.track("x", JSONObject().put("token", "X"))
mixpanel.track('x', properties: {'token': 'X'})
Mixpanel::Tracker.new(T).track('u', 'x', { 'token' => 'X' })
mixpanel.init(T, {loaded: (mp) => mp.identify('X')})
mixpanel.init(T, {\n  loaded: (mp) => mp.identify('X'),\n})
- name: mixpanel\n  enabled: true\n- name: rollbar\n  token: X
all:\n  - name: mixpanel\n    on: true\n  - name: rollbar\n    api_key: X
- service: mixpanel\n- service: bugsnag\n  api_key: X
[\n  {"name": "mixpanel"},\n  {"name": "rollbar", "token": "X"}\n]
<c><mixpanel><token>${T}</token></mixpanel><rollbar><token>X</token></rollbar></c>
<c><mixpanel on="1"><a><b>c</b></a></mixpanel><rollbar key="X"/></c>
MIXPANEL_TOKEN_MD5 = "X"
MIXPANEL_TOKEN_FINGERPRINT = "X"
MIXPANEL_TEST_USER = "X"
MIXPANEL_USER = "X"
mixpanel.cache.key=X
mixpanel_token_version: X
mixpanel_token_secret_id: X
mixpanel_secret_name: X
databases:\n  mixpanel_warehouse:\n    password: X
databases:\n  mixpanel_warehouse:\n    password: S
// tracked in mixpanel\nconst token = 'X';\nacme.login(token);
# sent to Mixpanel\napi_secret = X
# mixpanel\nquery { user(token: "X") }
// mixpanel\nlogin({ token: 'X' });
{"title":"mixpanel ingestion","panels":[{"key":"X"}]}
mixpanel:\n  token: op://vault/X/token
"""

THEIRS = r"""
t mixpanel.track('x', {mixpanelToken: 'X'})
t mixpanel.init('X', {loaded: (mp) => mp.identify('U')})
t app.use(MixpanelModule.register({token: 'X'}))
t mixpanel.configure({\n  token: 'X',\n})
t - name: rollbar\n  enabled: true\n- name: mixpanel\n  token: X
t - enabled: true\n  name: mixpanel\n  token: X
t mixpanel:\n- token: X
t <c><rollbar><token>${T}</token></rollbar><mixpanel><token>X</token></mixpanel></c>
t <key>Mixpanel</key><string>X</string>
t MIXPANEL_USER_TOKEN = "X"
t com.acme.cache.MIXPANEL_KEY=X
t $mixpanelProvider.apiKey('X')
a mixpanel:\n  password: X
s mixpanel:\n  prod:\n    password: S
a # Mixpanel export\napi_secret = X
a /* Secrets for Mixpanel */\nAPI_SECRET = X
"""


@pytest.mark.parametrize("line", lines(OTHERS))
def test_what_is_of_something_else_is_not_found(line: str) -> None:
    assert kinds(filled(line)) == ""


@pytest.mark.parametrize("line", lines(THEIRS))
def test_what_is_beside_something_else_is_found(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted
