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
