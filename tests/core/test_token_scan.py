"""Tokens in texts: what is one, whatever the language, and what only looks like one."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgov.core.token_brackets import opened
from mpgov.core.token_page import Page
from mpgov.core.token_place import NOTHING, said_by_path, said_by_place
from mpgov.core.token_scan import MOST_RUNS, find
from mpgov.core.token_shape import is_made_up
from mpgov.core.tokens import fingerprint
from tests.core.token_texts import HEX, SECRET, filled, kinds, lines

# X stands for 32 hexadecimal digits, S for the secret of a service account, TRACK for an address
# that takes in events. In front: what is found, t for a project token, a for an API secret, s for
# a service account's secret.
FOUND = r"""
t mixpanel.init('X');
t mixpanel.init("X", {debug: true})
t mixpanel.init(\n  'X',\n  {debug: true}\n)
t window.mixpanel.init('X')
t const mixpanel = require('mixpanel').init('X');
t mixpanel.init(import.meta.env.VITE_MP_TOKEN || 'X')
t const TOKEN = 'X'\nmixpanel.init(TOKEN)
t const token = isProd\n  ? 'X'\n  : process.env.T;\nmixpanel.init(token);
tt const client = Mixpanel.init(isProd ? 'X' : 'X')
t !function(){a=1}();mixpanel.init("X",{});b=2
t export const mixpanelToken = 'X'
t initMixpanel('X')
t <MixpanelProvider token="X">
t app.use(VueMixpanel, { token: 'X' })
t plugins: [{ resolve: 'gatsby-plugin-mixpanel', options: { apiToken: 'X' } }]
t const config = {\n  segment: { key: 'a' },\n  mixpanel: {\n    key: 'X',\n  },\n};
t function mixpanelToken(env) {\n  switch (env) {\n    case 'production':\n      return 'X';\n  }\n}
t document.cookie = 'mp_X_mixpanel=1'
t Mixpanel.initialize(token: "X")
t Mixpanel.sharedInstance(withToken: "X")
t var mixpanelToken: String {\n  switch self {\n  case .production: return "X"\n  }\n}
t static NSString * const MixpanelToken = @"X";
t #define MIXPANEL_TOKEN @"X"
t MixpanelAPI.getInstance(this, "X", true)
t val token = "X"\nMixpanelAPI.getInstance(this, token, true)
t private static final String MIXPANEL_TOKEN = "X";
t resValue "string", "mixpanel_token", "X"
t buildConfigField "String", "MIXPANEL_TOKEN", "\"X\""
t manifestPlaceholders = [mixpanelToken: "X"]
t <string name="mixpanel_token">X</string>
t <key>MIXPANEL_TOKEN</key>\n<string>X</string>
t <meta name="mixpanel-token" content="X">
t <add key="Mixpanel:Token" value="X" />
t MixpanelToken = Environment.GetEnvironmentVariable("MIXPANEL_TOKEN") ?? "X";
t mp = Mixpanel('X')
t mp = Mixpanel(os.getenv('MIXPANEL_TOKEN') or 'X')
t mp = Mixpanel(os.environ.get('MP', 'X'))
t mixpanel_tokens = {\n  'prod': 'X',\n}
tt MIXPANEL_TOKENS = ['X', 'X']
a mputils = MixpanelUtils('X')
t tracker = Mixpanel::Tracker.new('X')
t Mixpanel::Tracker.new(ENV.fetch('MIXPANEL_TOKEN', 'X'))
t ENV['MIXPANEL_TOKEN'] ||= 'X'
t $mp = Mixpanel::getInstance("X");
t client := mixpanel.New("X", "")
t 'mixpanel' => [\n  'token' => env('MIXPANEL_TOKEN', 'X'),\n]
t config :mixpanel_api_ex, token: "X"
t mixpanel = await Mixpanel.init("X", trackAutomaticEvents: true);
t flutter build apk --dart-define=MIXPANEL_TOKEN=X
t ENV MIXPANEL_TOKEN X
t docker run -e MIXPANEL_TOKEN=X img
t   - MIXPANEL_TOKEN=X
t token: ${MIXPANEL_TOKEN:-X}
t - name: MIXPANEL_TOKEN\n  value: X
t {\n  "name": "MIXPANEL_TOKEN",\n  "value": "X"\n}
t mixpanel:\n  enabled: true\n  token: X
t analytics:\n  mixpanel:\n    production: 'X'
t [mixpanel]\ntoken = X
t # Mixpanel (EU)\nPROJECT_TOKEN=X
t mixpanel.token=X
t --set mixpanel.token=X
t set $mixpanel_token "X";
t | MIXPANEL_TOKEN | X |
t {"mixpanel": {"token": "X"}}
t {"name":"Mixpanel","config":{"token":"X"}}
ta {"name":"Mixpanel","config":{"token":"X","apiSecret":"X"}}
t "Mixpanel Token": "X"
t https://api.mixpanel.com/track?token=X&ip=1
a MIXPANEL_API_SECRET=X
a mixpanel:\n  api_secret: X
a const MIXPANEL_SECRETS = {\n  production: 'X',\n}
s # u.1a.mp-service-account\nMIXPANEL_SECRET=S
a curl -u X: https://data.mixpanel.com/api/2.0/export
t curl https://api.mixpanel.com/import \\n  -u 'X:'
a curl https://X@mixpanel.com/api/2.0/jql
t curl -d '{"properties":{"token":"X"}}' https://api.mixpanel.com/track
s MIXPANEL_SERVICE_ACCOUNT_SECRET=S
s MIXPANEL_SERVICE_ACCOUNT_SECRET=X
s https://u.1a.mp-service-account:S@mixpanel.com/api/app/me
s machine data.mixpanel.com login u.1a2b3c.mp-service-account password S
s username: 'u.1a.mp-service-account',\npassword: 'S',
s auth=('u.1a.mp-service-account', 'S')
s MIXPANEL_CREDENTIALS=u.1a.mp-service-account:S
s MIXPANEL_SERVICE_ACCOUNT_SECRET=LS9
t requests.post("TRACK", json=[{"event": "x", "properties": {"token": "X"}}])
t requests.post("https://api.mixpanel.com/engage", json=[{"$token": "X", "$distinct_id": "1"}])
t requests.post(\n  "TRACK",\n  json=[{\n    "properties": {\n      "token": "X"}}])
t fetch("TRACK", {body: JSON.stringify([{event: "x", properties: {token: "X"}}])})
t await axios.post('https://api-eu.mixpanel.com/track', [{ properties: { token: 'X' } }]);
t axios({ method: 'post', url: 'TRACK', data: [{ properties: { token: 'X' } }] })
t Net::HTTP.post(URI("TRACK"), [{event: "x", properties: {token: "X"}}].to_json)
t Net::HTTP.post_form(URI.parse('TRACK'), 'data' => '{"properties":{"token":"X"}}')
t a.uri(URI.create("TRACK")).POST(ofString("[{\"properties\":{\"token\":\"X\"}}]"))
t http.Post("TRACK", "application/json", strings.NewReader(`{"properties":{"token":"X"}}`))
t wget --post-data='[{"properties":{"token":"X"}}]' TRACK
s MixpanelUtils("S", service_account_username=USER, project_id=1)
s MixpanelUtils('X', service_account_username=USER, project_id=1)
s MixpanelUtils(\n    "S",\n    service_account_username="u.1a.mp-service-account",\n)
s MixpanelUtils(api_secret="S", service_account_username=USER)
at MixpanelUtils("X", token="X")
t import com.mixpanel.mixpanelapi.MessageBuilder;\nMessageBuilder b = new MessageBuilder("X");
t import com.mixpanel.mixpanelapi.*;\nMessageBuilder b = new MessageBuilder(\n    "X");
t import com.mixpanel.*;\nString a_t = "X";\nMessageBuilder b = new MessageBuilder(a_t);
"""

NOT_FOUND = r"""
requests.post("https://api.example.com/track", json={"token": "X"})  # mixpanel
requests.post("TRACK", json=[{"properties": {"$insert_id": "X"}}])
requests.post("TRACK", json=[{"properties": {"push_token": "X"}}])
fetch("TRACK"), amplitude.init({token: "X"})
const url = "TRACK"; amplitude.init({token: "X"})
new URL("TRACK"); amplitude.init({token: "X"})
links("https://docs.mixpanel.com/", {token: "X"})
url = "TRACK"\namplitude.init({token: "X"})
post(\n  "TRACK",\n  body,\n)\npost(\n  {token: "X"},\n)
MixpanelUtils("S", token=T)
Utils("S", service_account_username=USER)  # mixpanel
// mixpanel\nimport net.dv8tion.jda.api.MessageBuilder;\nnew MessageBuilder("X").build();
// mixpanel\nString text = "X";\nnew MessageBuilder(text);
mixpanel.track('X')
mixpanel.identify('X')
mixpanel.alias('X')
mixpanel.track('a', {hash: 'X'})
mixpanel.people.set({token_hash: 'X'})
mixpanel.people.addPushDeviceToken('X')
mixpanel.register({session: 'X'})
mixpanel.init(process.env.T, {cookie: 'X'})
mixpanel.init(process.env.TOKEN);\nconst ETAG = 'X'
mixpanel.init(t); amplitude.init('X')
Amplitude.instance(token: "X"); Mixpanel.initialize(token: t)
{"mixpanel":{"token":""},"amplitude":{"token":"X"}}
mixpanel: { token: '' }, amplitude: { token: 'X' }
mixpanel:\n  token: ${T}\nother:\n  token: X
mixpanel:\n  enabled: true\nsentry:\n  key: X
SEGMENT_TOKEN=X\nMIXPANEL_TOKEN=
mixpanel_session_token=X
mixpanel_distinct_id: X
MIXPANEL_COOKIE_HASH=X
integrity: md5-X # mixpanel
mixpanel-2.min.js  X
X  mixpanel.js
commit X mixpanel fix
// mixpanel\nconst build = 'X'
https://mixpanel.com/s/X
curl -u X: https://a.example\n\ncurl -u k: https://mixpanel.com/api
api_key: X\nmixpanel: {}
- name: BUILD\n  value: X\n- name: MIXPANEL_TOKEN\n  valueFrom: y
<key>Mixpanel</key>\n<dict>\n<key>Build</key>\n<string>X</string>
resource "x" "mixpanel" {\n  md5 = "X"\n}
trackMixpanelEvent('X')
MIXPANEL_SECRET=changeme
MIXPANEL_SECRET=mixpanelserviceaccountsecretname
MIXPANEL_SERVICE_ACCOUNT_SECRET=ABABABABABABABABABABABab1212
AWS_SECRET=LS9\nMIXPANEL_TOKEN=
MIXPANEL_SERVICE_ACCOUNT_SECRET=${VAULT_MIXPANEL_SECRET_2024}
MIXPANEL_SERVICE_ACCOUNT_SECRET=projects/shop/secrets/mixpanel-secret-1
u.1a.mp-service-account:$SECRET
mixpanel.init('YOUR_PROJECT_TOKEN')
mixpanel.init('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
Authorization: Basic $TOKEN # mixpanel
"""


@pytest.mark.parametrize("line", lines(FOUND))
def test_a_value_is_found_for_what_it_is(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted


@pytest.mark.parametrize("line", lines(NOT_FOUND))
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert kinds(filled(line)) == ""


def test_what_is_known_is_found_whatever_it_is_called() -> None:
    (seen,) = find(Page(f"checksum {HEX}", "a.md5"), {fingerprint(HEX)})
    assert (seen.kind, seen.fingerprint, seen.at) == ("project_token", fingerprint(HEX), 9)
    assert find(Page(f"checksum {HEX}", "a.md5"), {"0" * 16}) == []


def test_base64_hides_nothing() -> None:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    pair = encoded(f"u.1a.mp-service-account:{SECRET}")
    (seen,) = find(Page(f"Authorization: Basic {pair}  # mixpanel", "a"))
    assert (seen.kind, seen.account) == ("service_account", "u.1a.mp-service-account")
    assert seen.fingerprint == fingerprint(SECRET)
    url = "https://data.mixpanel.com/export"
    assert kinds(f"curl {url} -H 'Authorization: Basic {encoded(f'{HEX}:')}'") == "a"
    assert kinds(f"curl {url} -H 'Authorization: Basic {encoded('somebody:else')}'") == ""
    assert kinds(f"mixpanel Basic {'A' * 21}") == ""
    assert kinds(f"mixpanel\n\ncurl x -H 'Authorization: Basic {encoded(f'{HEX}:')}'") == ""
    event = '{"properties": {"token": "%s"}}'
    assert kinds(f"https://api.mixpanel.com/track?data={encoded(event % HEX)}") == "t"
    assert kinds(f"https://api.mixpanel.com/track?data={encoded(event % ('0' * 32))}") == ""


@pytest.mark.parametrize(
    "made_up",
    [
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210fedcba9876543210",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "00000000000000000000000000000001",
        "11112222333344445555666677778888",
        "abcdefghijklmnopqrstuvwxyz012345",
    ],
)
def test_nobody_drew_it_by_lot(made_up: str) -> None:
    assert is_made_up(made_up)
    assert kinds(f"mixpanel.init('{made_up}')") == ""


@given(st.binary(min_size=16, max_size=16).filter(lambda data: len({*data}) > 12))
def test_what_was_drawn_by_lot_is_not_made_up(data: bytes) -> None:
    assert not is_made_up(data.hex()) or len({*data.hex()}) < 9


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (".env.production", "MIXPANEL_TOKEN=X", "production the path"),
        ("config/dev/app.json", '{"mixpanelToken": "X"}', "development the path"),
        ("src/debug/res/strings.xml", '<string name="mixpanel_token">X<', "development the path"),
        ("e2e/app.js", "mixpanel.init('X')", "development the path"),
        (".env.test", "MIXPANEL_TOKEN_PROD=X", "production its name"),
        ("a.yml", "development:\n  mixpanel:\n    token: X", "development what it stands in"),
        ("a.gradle", "debug {\n  x(\"MIXPANEL_TOKEN\", \"X\")\n}", "development what it stands in"),
        ("a.ini", "[mixpanel.staging]\ntoken = X", "staging what it stands in"),
        (".env", "NODE_ENV=development\nMIXPANEL_TOKEN=X", "development a line beside it"),
        ("a", "if (e == 'staging') {\n  mixpanel.init('X')\n}", "staging the condition above it"),
        ("a.js", "mixpanel.init(e == 'prod' ? 'X' : '')", "production the condition before it"),
        ("a.swift", "#if DEBUG\nlet mixpanelToken = \"X\"", "development #if DEBUG"),
        ("a.js", "if (/a/.test(b)) {\n  mixpanel.init('X')\n}", " "),
        ("a.js", "if (localStorage.a) {\n  mixpanel.init('X')\n}", " "),
        ("ab-test/a.js", "mixpanel.init('X')", " "),
        ("a.js", "mixpanel.init('X')", " "),
    ],
)  # fmt: skip
def test_a_place_says_which_environment_it_is_for(path: str, text: str, says: str) -> None:
    page = Page(filled(text), path)
    seen = find(page)[-1]
    assert " ".join(said_by_place(page.around(seen.at), path)[:2]) == says


def test_two_environments_in_one_path_say_nothing() -> None:
    assert said_by_path("deploy/dev-to-prod.yml").environment == ""
    assert said_by_path("prod\\dev\\a.yml").environment == "development"


def test_what_is_open_at_the_end_of_a_line() -> None:
    inside = opened('{"a": {"b": 1}, "name": "x", "c": {"d": ')
    assert inside.split() == ['"name":', '"x"', '"c":', '"d":']
    assert opened(")) a(b; c, d").split() == ["a", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "mixpanel.init(" * 20_000 + HEX,
        "a." * 300_000 + f"mp-service-account:{HEX}",
        ("mixpanel" + ".a" * 1000 + "( ") * 300 + HEX,
        "mixpanelsecret" * 50_000 + f"={HEX}",
        "mixpanel Basic " + "A" * 500_000,
        "mixpanel\n" + "\n".join(f"{' ' * min(n, 300)}x{n}: {HEX}" for n in range(MOST_RUNS + 1)),
        "mixpanel\n" + f"auth{' ' * 380}+{HEX}\n" * 40,
        f'mixpanel <key>{" " * 340}+</key> value="{HEX}"\n' * 200,
        "mixpanel\n" + f'{{"user": "{HEX}", "note": "{"as before " * 220}"}}\n' * (MOST_RUNS - 1),
    ],
    ids=["calls", "dots", "chains", "words", "base64", "hashes", "blanks", "keys", "users"],
)
def test_no_text_takes_for_ever(text: str) -> None:
    start = time.process_time()
    find(Page(text, "a"))
    assert time.process_time() - start < 5


def test_no_place_takes_for_ever() -> None:
    text = f"mixpanel\ne == 'prod'{' ' * 360}+{HEX}\n" * 200
    start = time.process_time()
    page = Page(text)
    said = {said_by_place(page.around(one.at), "a") for one in find(page, {fingerprint(HEX)})}
    assert said == {NOTHING}
    assert time.process_time() - start < 5


@given(st.text(alphabet="mixpanel.(){}[]'\":=,;/\\\n \t#-_0123456789abcdefX@<>", max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    filled_ = text.replace("X", f" mixpanel token {HEX}")
    for seen in find(Page(filled_, "a")):
        assert filled_[seen.at : seen.at + 32] == HEX or seen.kind
