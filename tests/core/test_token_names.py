"""What a value is by its name and by what it is handed to: as people write it, and as they do not.

In front stands what is found: t a project token, a an API secret, s the secret of a service
account; nothing where nothing is to be found.
"""

from __future__ import annotations

import pytest

from mpgov.core.token_page import Page
from mpgov.core.token_scan import find
from mpgov.core.tokens import fingerprint
from tests.core.token_texts import SECRET, filled, kinds, lines

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
t mixpanel:\n  def track(event, token="X"):
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


HANDED = r"""
t const TOKEN = 'X'\nmixpanel.init(TOKEN, {debug: true})
t const KEY = 'X'\nmixpanel.init(KEY, {}, 'main')
t const TOKEN = 'X'\nmixpanel.init(TOKEN, {\n  debug: true,\n})
t const token = 'X';\nawait Mixpanel.init(token, trackAutomaticEvents: true);
t const TOKEN = 'X'\nnew Mixpanel(TOKEN, true)
t new Mixpanel(TOKEN, true)\nconst TOKEN = 'X'
t $token = 'X';\nMixpanel::getInstance($token, ['host' => 'x']);
t $token = 'X';\nMixpanel::getInstance($token);
t TOKEN = "X"\nMixpanel(TOKEN, consumer=BufferedConsumer())
t DEFAULT = "X"\nMixpanel(os.environ.get("MP", DEFAULT))
t TOKEN = "X"\nMixpanel::Tracker.new(TOKEN, handler)
t const value = "X"\nmixpanel.NewApiClient(value, mixpanel.EuResidency())
t const val KEY = "X"\nMixpanelAPI.getInstance(c, KEY, true)
t const val KEY = "X"\nMixpanelAPI.getInstance(requireContext(), KEY, true)
t static NSString *kToken = @"X";\n[Mixpanel sharedInstanceWithToken:kToken launchOptions:o];
t #define TOKEN @"X"\n[[Mixpanel alloc] initWithToken:TOKEN];
t const string ProjectToken = "X";\nMixpanel.SetToken(ProjectToken);
t class Config {\n  static const token = 'X';\n}\nMixpanel.init(Config.token, optOut: false);
t static let projectToken = "X"\nMixpanel.initialize(token: Self.projectToken, on: true)
at SECRET = 'X'\nTOKEN = 'X'\nMixpanelUtils(SECRET, token=TOKEN)
t [[Mixpanel alloc] initWithToken:@"X" andFlushInterval:60]
t Mixpanel.SetToken("X");
ta mixpanel.NewWithSecret("X", "X", "")
t mpq.push(["init", "X"]);  // mixpanel
t client = mixpanel.init 'X', debug: true
t MixpanelAPI.getInstance(ctx, if (BuildConfig.DEBUG) "X" else U, true)
tt MixpanelAPI.getInstance(\n  this,\n  BuildConfig.DEBUG ? "X" : "X",\n  true)
t Mixpanel::getInstance(getenv('MP') ?: 'X')
t mixpanel.init(isProd() ? P : 'X')
t Mixpanel(\n  token=os.environ.get(\n    "T",\n    "X",\n  ),\n)
tt mixpanel.init(({prod: 'X', dev: 'X'} as any)[env])
t require('mixpanel').init('X')
t provideMixpanel('X')
t data() {\n  return {\n    token: 'X',\n  }\n},\nmounted() { mixpanel.init(this.token, {}) }
t const keys = {token: 'X'}\nmixpanel.init(keys.token, {})
t const token: string = 'X'\nmixpanel.init(token, {})
t const MIXPANEL_ID = 'X'\nmixpanel.init(MIXPANEL_ID, {debug: true})
at keys = {'secret': 'X', 'token': 'X'}\nMixpanelUtils(keys['secret'], token=keys['token'])
t describe('x', () => {\n  const token = 'X'\n  mixpanel.init(token, {})\n})
t def client(token="X"):\n    return Mixpanel(token)
t window["mixpanel"].init('X')
t import mp from 'mixpanel-browser'\nmp.init('X', {debug: true})
t import mp, { Config } from "mixpanel-browser"\nmp.init('X')
t import * as mp from 'mixpanel-browser'\nconst KEY = 'X'\nmp.init(KEY)
t import { init } from 'mixpanel-browser'\ninit('X', {})
t import { Dict, Mixpanel as MP } from 'mixpanel-browser'\nMP.init('X')
t const MP = require('mixpanel');\nconst client = MP.init('X')
t const { default: mp } = await import('mixpanel-browser')\nmp.init('X')
t from mixpanel import Mixpanel as MP\nmp = MP('X')
t import mixpanel as mp\nclient = mp.Mixpanel('X')
"""

NOT_HANDED = r"""
import mp from 'mixpanel-browser'\nmp.identify('X'); mp.track('X')
import mp from './mixpanel'\nmp.login('X')
import { init } from 'amplitude'  // no mixpanel\ninit('X')
import { track } from 'mixpanel-browser'\ntrack('X')
import other from 'rollbar'  // mixpanel\nother.init('X')
mixpanel.init(T, 'main', 'X')
mixpanel.init(hash('X'))
mixpanel.init(T, {persistence_name: 'X'})
mixpanel.init(T, {production: 'X'})
mixpanel.init(process.env.TOKEN, {debug: true})\nacme.init({TOKEN: 'X'})
mixpanel.init(config.token, {debug: true})\nrollbar({token: 'X'})
mixpanel.init(token, {debug: true})\nrollbar({token: 'X'})
mixpanel.init(token, {debug: true})\nrollbar(\n  on,\n  {\n  token: 'X',\n})
mixpanel.init(token, {debug: true})\nacme.login(token='X')
mixpanel.init(opts.key, {})\nconst opts = {algolia: {key: 'X'}}
mixpanel.init(apiKey, {})\nconst firebase = {\n  apiKey: 'X',\n}
mixpanel.init(TOKEN, {})\nconst other = {TOKEN: on ? 'X' : 'X'}
mixpanel.init(TOKEN, options)\nconst options = 'X'
MixpanelAPI.getInstance(activity, TOKEN, true)\nactivity = "X"
[Fission sharedInstanceWithToken:@"X"]; [Mixpanel sharedInstanceWithToken:kToken]
other.push(["init", "X"]);  // mixpanel
const api = new Acme('X'); mixpanel.init(T)
"""

SPELT = r"""
t let mixPanelToken = "X"
t MIX_PANEL_TOKEN=X
t mix-panel-token: X
t mix_panel:\n  token: X
t <key>MixPanelToken</key>\n<string>X</string>
t const MixPanel = 'X';
t MixPanel.init('X')
t {"mixPanel": {"token": "X"}}
t Mix Panel token: X
a mix_panel_secret = "X"
"""


@pytest.mark.parametrize("line", lines(HANDED + SPELT))
def test_what_a_start_is_handed_is_found(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted


@pytest.mark.parametrize("line", lines(NOT_HANDED))
def test_what_no_start_is_handed_is_not_found(line: str) -> None:
    assert kinds(filled(line)) == ""


@pytest.mark.parametrize(
    ("secret", "is_one"),
    [
        ("kTjWqLmZxRbNvPcHsYdGfUaEoIxBnMzQ", True),
        ("kTjWqLmZxRbNvPcHsYdGfUaE4IxBnMzQ", True),
        ("theSecretOfTheAccountInTheVaultX", False),
        ("themixpanelserviceaccountsecretx", False),
        ("THEMIXPANELSERVICEACCOUNTSECRETX", False),
    ],
)
def test_a_secret_is_known_by_its_letters_too(secret: str, *, is_one: bool) -> None:
    assert kinds(f"MIXPANEL_SERVICE_ACCOUNT_SECRET={secret}") == "s" * is_one
    assert kinds(f"u.1a.mp-service-account:{secret}") == "s" * is_one


CALLED = r"""
tt const mixpanelToken = isProd ? 'X' : 'X'
tt const mixpanelToken = isProd() ? 'X' : 'X'
tt const mixpanelToken = (isProd) ? 'X' : 'X';
tt const mixpanelToken = process.env.NODE_ENV === 'production' ? 'X' : 'X';
t const mixpanelToken = isProd ? process.env.T : 'X';
tt val mixpanelToken = if (debug) "X" else "X"
tt mixpanel_token = "X" if prod else "X"
tt config.mixpanel.token = Rails.env.production? ? 'X' : 'X'
tt token = isProd ? 'X' : 'X';\nmixpanel.init(token);
tt val token = if (BuildConfig.DEBUG) "X" else "X"\nMixpanelAPI.getInstance(c, token, true)
t token = host.includes('staging') ? U : "X"\nmixpanel.init(token, {api_host: "/mp"})
tt String get mixpanelToken => kReleaseMode ? 'X' : 'X';
tt var mixpanelToken: String { isDebug ? "X" : "X" }
t var mixpanelToken: String { return "X" }
t lazy var mixpanelToken = { "X" }()
t val mixpanelToken by lazy { "X" }
tt const getMixpanelToken = () => (isProd ? 'X' : 'X');
tt fun getMixpanelToken() = if (debug) "X" else "X"
t MIXPANEL_TOKEN = config("MIXPANEL_TOKEN", default="X")
t MIXPANEL_TOKEN = env.str("MIXPANEL_TOKEN", default="X")
t mixpanel_token = os.environ.get("MP", "X")
t mixpanel_token = config.get("mixpanel", "token", fallback="X")
t mixpanelToken: process.env.T ?? 'X'
t const mixpanelToken = get('x') || 'X'
t const token = String.fromEnvironment('MIXPANEL_TOKEN', defaultValue: 'X')
t val mixpanelToken = System.getenv("MP") ?: "X"
t mixpanel_token = ENV.fetch("MIXPANEL_TOKEN") { "X" }
t $token = getenv('MP') ?: 'X';\nMixpanel::getInstance($token);
a MIXPANEL_SECRET = config("MP", default="X")
s MIXPANEL_SERVICE_ACCOUNT_SECRET = config("MP", default="X")
a MIXPANEL_SECRET = os.environ.get("MP", "X")
tt const tokens = {prod: 'X', dev: 'X'};\nmixpanel.init(tokens[env]);
tt const mixpanelToken = {prod: 'X', dev: 'X'}[env]
tt export enum MixpanelToken { Prod = 'X', Dev = 'X' }
tt ext.mixpanel = [debug: 'X', release: 'X']
t "MIXPANEL_TOKEN": {"value": "X"}
t mixpanel_token: "{{ lookup('env', 'MP') | default('X') }}"
"""

NOT_CALLED = r"""
const rollbarToken = isProd ? 'X' : 'X'  // mixpanel
const token = isProd ? 'X' : 'X'; mixpanel.track('a')
mixpanel = {rollbar: process.env.R || 'X'}
mixpanel = {rollbar: env("ROLLBAR_TOKEN", "X")}
mixpanel = {rollbar: on ? 'X' : 'X'}
MIXPANEL_HASH = config("MIXPANEL_TOKEN_HASH", default="X")
mixpanelSession = config("S", default="X")
mixpanelToken = await acme.login({value: 'X'})
mixpanelToken = acme.login(on ? 'X' : 'X')
if (sha(MIXPANEL_TOKEN) === 'X') {}
expect(hash(mixpanelToken)).toBe('X')
it('mixpanel', () => { expect(f('a')).toBe('X'); const a = {id: 'X', token: 't'}; })
const tokens = {prod: 'X', dev: 'X'};\nacme.init(tokens[env]);  // mixpanel
"""


@pytest.mark.parametrize("line", lines(CALLED))
def test_a_value_is_what_the_whole_line_calls_it(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted


@pytest.mark.parametrize("line", lines(NOT_CALLED))
def test_a_line_that_calls_it_something_else_has_no_token(line: str) -> None:
    assert kinds(filled(line)) == ""


WRITTEN = r"""
at metadata:\n  name: mixpanel\nstringData:\n  api-secret: X\n  token: X
a kind: Secret\nmetadata:\n  labels: {}\n  name: mixpanel\nstringData:\n  apiSecret: X
a metadata: {name: mixpanel}\nstringData: {apiSecret: X}
s mixpanel.NewApiClient(token, mixpanel.ServiceAccount(1, user, "S"))
a mp = Mixpanel(T)\nmp.import_data('k', 'u', 'Old', 1, {}, api_secret='X')
a importer = Mixpanel::Tracker.new(T)\nimporter.import({'api_secret' => 'X'}, 'u')
a Mixpanel API Secret — `X`
t m_Name: Mixpanel\nRuntimeToken: X
t <MixpanelProvider\n  token={'X'}\n/>
ta ./run --mixpanel-token=X --mixpanel-secret X
t npm run build -- --mixpanel-token X
t gh secret set MIXPANEL_TOKEN --body X
t aws ssm put-parameter --name /prod/MIXPANEL_TOKEN --value X
t SetEnv MIXPANEL_TOKEN X
a setx MIXPANEL_API_SECRET X
t set -x MIXPANEL_TOKEN X
a fastcgi_param MIXPANEL_API_SECRET "X";
a mixpanel_secret <- "X"
t public string MixpanelToken { get; set; } = "X";
t builder.Configuration["Mixpanel:Token"] = "X";
t const mixpanelToken: string | undefined = 'X';
t const MIXPANEL_TOKEN: &str = "X";
t const MIXPANEL_TOKEN: &'static str = "X";
t {"ParameterKey": "MixpanelToken", "ParameterValue": "X"}
a secret_name = "MIXPANEL_API_SECRET"\nplaintext_value = "X"
a name = "/prod/mixpanel/api_secret"\nvalue = "X"
t <key>Mixpanel</key>\n<dict>\n  <key>Token</key>\n  <string>X</string>\n</dict>
t {\n  "destinationDefinition": {"displayName": "Mixpanel"},\n  "config": {"token": "X"}\n}
t - **Mixpanel Token**: `X`
t MP_TOKEN=X # Mixpanel
"""

NOT_WRITTEN = r"""
metadata:\n  name: web\nstringData:\n  token: X\n---\nmetadata:\n  name: mixpanel
metadata: {name: web}\nstringData:\n  MIXPANEL_TOKEN: ""\n  token: X
rollbar.ServiceAccount(1, user, "S")  // mixpanel
acme.import({'api_secret': 'X'})  // not by mixpanel
Mixpanel export finished — X
<key>Mixpanel</key>\n<true/>\n<key>Rollbar</key>\n<dict>\n  <key>Token</key>\n  <string>X</string>
gh secret set ROLLBAR_TOKEN --body X  # mixpanel
TOKEN=X # sent to mixpanel
{\n  "destinationDefinition": {"displayName": "Rollbar"},\n  "config": {"token": "X"}\n}\n# mixpanel
"""


@pytest.mark.parametrize("line", lines(WRITTEN))
def test_every_way_to_write_it_is_known(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(filled(text)) == wanted


@pytest.mark.parametrize("line", lines(NOT_WRITTEN))
def test_what_is_written_beside_mixpanel_is_not_its_own(line: str) -> None:
    assert kinds(filled(line)) == ""


URL_SAFE = f"{SECRET[:10]}_{SECRET[11:20]}-{SECRET[21:]}"


@pytest.mark.parametrize(
    "text",
    [
        "MIXPANEL_SERVICE_ACCOUNT_SECRET=¤",
        "mixpanel:\n  username: gov.1a2b3c.mp-service-account\n  secret: ¤",
        '{"service_account": "gov.1a2b3c.mp-service-account", "secret": "¤"}',
        "curl -u gov.1a2b3c.mp-service-account:¤ https://mixpanel.com/api/app/me",
        'Mixpanel(service_account_secret="¤")',
    ],
)
def test_a_secret_may_be_written_in_base64_for_addresses(text: str) -> None:
    assert kinds(text.replace("¤", URL_SAFE)) == "s"


@pytest.mark.parametrize(
    "text",
    [
        "MIXPANEL_SECRET_NAME=prod-mixpanel-service-account-01",
        "mixpanel_secret_path: team-a/prod_mixpanel-secrets_2026-v1",
        'mixpanel_secret = "ANOTHER_NAME_OF_32_CHARACTERS_01"',
        "# mixpanel\nchecksum: ¤",
    ],
)
def test_words_with_hyphens_between_them_are_no_secret(text: str) -> None:
    assert kinds(text.replace("¤", URL_SAFE)) == ""


@pytest.mark.parametrize("made", [URL_SAFE, f"{SECRET}+Q7/{SECRET[:9]}=", "short-One_2026-11"])
@pytest.mark.parametrize("text", ["SYNC=V", "x: 'V'", '{"a":"V"}', "f(`V`)", "https://u:V@host"])
def test_what_the_register_knows_is_found_whatever_its_alphabet(made: str, text: str) -> None:
    page = Page(text.replace("V", made), "file.txt")
    (seen,) = find(page, [fingerprint(made)])
    assert seen.at == text.index("V")
