"""What is sent to Mixpanel: secrets that log in, and the tokens of events; to others, nothing."""

from __future__ import annotations

import pytest

from tests.core.token_texts import filled, kinds, lines

# READ stands for an address that reads events, OTHER for one of somebody else.
SENT = r"""
a API_SECRET = "X"\nget("READ", auth=(API_SECRET, ""))
a S3 = 1\nSECRET = "X"\nURL = "READ"\nget(URL, auth=(SECRET, ""))
a const apiSecret = 'X';\nfetch('READ', {headers: {a: 'Basic ' + btoa(apiSecret + ':')}});
a const mine = 'X';\nfetch('READ', {headers: {a: `Basic ${Buffer.from(`${mine}:`)}`}});
a SECRET=X\ncurl -u "$SECRET:" READ
a SECRET=X\ncurl READ \\n  --user "${SECRET}:"
a exportURL = "READ"\napiSecret = "X"\nreq.SetBasicAuth(apiSecret, "")
a $secret = 'X';\n$ch = curl_init('TRACK');\ncurl_setopt($ch, CURLOPT_USERPWD, $secret . ':');
a axios.get('READ', {auth: {username: apiSecret, password: ''}});\nconst apiSecret = 'X';
t TOKEN = "X"\npost("TRACK", auth=(TOKEN, ""))
a const API_SECRET = 'X';\nconst URL = 'READ';
st const SERVICE_ACCOUNT_SECRET = "S";\nconst PROJECT_TOKEN = 'X';\nconst BASE = 'TRACK';
t body = {"properties": {"token": "X", "distinct_id": 1}}\npost("TRACK", json=body)
t body = [{\n  "properties": {\n    "token": "X",\n    "distinct_id": 1,\n  },\n}]\npost("TRACK", a)
t body = {"$token": "X", "$distinct_id": "1", "$set": {}}\npost("TRACK", json=body)
t payload = { properties: { token: 'X', distinct_id: 'u1' } }\nNet::HTTP.post(URI('TRACK'), payload)
t 'properties' => [\n  'distinct_id' => 1,\n  'token' => 'X'\n];\n$url = 'TRACK';
t TOKEN=X\ncurl TRACK -d "{\"properties\":{\"token\":\"$TOKEN\"}}"
t public $token = 'X';\n$p['properties']['token'] = $this->token;\n$host = 'http://api.mixpanel.com/';
t $token = 'X';\n$params['properties']['token'] = $this->token;\nget('TRACK', ['distinct_id' => 1]);
"""

NOT_SENT = r"""
API_SECRET = "X"\nimport mixpanel
API_SECRET = "X"\nget("OTHER", auth=(API_SECRET, ""))\npost("TRACK", json=event)
KEY = "X"\nget(url, auth=(KEY, ""))\npost("TRACK")\nBASE = "OTHER"
API_SECRET = "X"\nA = "READ"\nB = "OTHER"
KEY = "X"\nget(url, auth=(KEY, ""))\n# see https://mixpanel.com
TOKEN = "X"\nURL = "TRACK"
SECRET = "X"\nURL = "TRACK"
api_secret = "X"\nDOCS = "https://docs.mixpanel.com/docs"
SECRET=X\ncurl -u "$SECRET:" OTHER\ncurl -u "$OTHER:" READ
body = {"token": "X", "id": 1}\npost("TRACK", json=body)
body = {"properties": {"invite_token": "X", "distinct_id": 1}}\npost("TRACK", json=body)
body = {"properties": {"token": "T", "distinct_id": "X"}}\npost("TRACK", json=body)
body = {"properties": {"token": "X", "distinct_id": 1}}\npost("OTHER")  # mixpanel
token = "X"\nacme = {"token": token}\npost("TRACK", json=event)
body = {"token": "value", "distinct_id": 1}\npost("TRACK")\nvalue = "X"
"""


def addressed(text: str) -> str:
    read = text.replace("READ", "https://data.mixpanel.com/api/2.0/export")
    return filled(read.replace("OTHER", "https://api.acme.example/v1"))


@pytest.mark.parametrize("line", lines(SENT))
def test_what_is_sent_to_mixpanel_is_found(line: str) -> None:
    wanted, _, text = line.partition(" ")
    assert kinds(addressed(text)) == wanted


@pytest.mark.parametrize("line", lines(NOT_SENT))
def test_what_is_sent_to_somebody_else_is_not(line: str) -> None:
    assert kinds(addressed(line)) == ""
