"""Which environment a place is for: conditions and their halves, remarks, what it stands in."""

from __future__ import annotations

import pytest

from mpgov.core.token_page import Page
from mpgov.core.token_place import said_by_path, said_by_place
from tests.core.token_texts import HEX, filled, lines

# U stands for a value of another environment; said is of X.
SAID = r"""
-           | if not DEBUG:\n    mp = Mixpanel("X")
-           | if not settings.DEBUG:\n    MIXPANEL_TOKEN = "X"
-           | unless Rails.env.test?\n  Mixpanel::Tracker.new('X')\nend
-           | if (!isDev) {\n  mixpanel.init('X')\n}
-           | if (isProd \|\| isDev) {\n  mixpanel.init('X')\n}
-           | if (/a/.test(b)) {\n  mixpanel.init('X')\n}
-           | mixpanel.init(/a/.test(b) ? 'X' : 'U')
-           | mixpanel.init(isStaging ? 'U' : 'X')
-           | mixpanel.init(isProd && a ? 'U' : 'X')
-           | let mixpanelToken: String? = "X"
-           | initDevTools({ mixpanelToken: 'X' })
-           | function initLocalAnalytics() { mixpanel.init('X') }
-           | MIXPANEL_TOKEN=X # differs from production
-           | # see development.md for more\nMIXPANEL_TOKEN=X
-           | { production: true, mixpanelToken: 'X' }
-           | #if DEBUG\nlet x = 1\n#elif BETA\nlet a = 1\n#else\nlet mixpanelToken = "X"
-           | namespace: staging\n---\nstringData:\n  MIXPANEL_TOKEN: X
production  | if (isProd && x) {\n  mixpanel.init('X')\n}
production  | if ('production' === env) {\n  mixpanel.init('X')\n}
production  | t(NODE_ENV !== 'production' ? 'U' : mixpanel.init('X'))
production  | mixpanel.init(process.env.NODE_ENV !== 'production' ? 'U' : 'X')
production  | mixpanelToken: Rails.env.production? ? 'X' : 'U'
production  | mixpanel.init(kDebugMode ? 'U' : 'X')
production  | if (!BuildConfig.DEBUG) {\n  mixpanel.init('X')\n}
production  | if (!__DEV__) {\n  mixpanel.init('X')\n}
production  | #if DEBUG\nlet x = 1\n#else\nlet mixpanelToken = "X"
production  | var mixpanelToken = isProd() ? 'X' : 'U'
staging     | mixpanel.init(location.host.includes('staging') ? 'X' : 'U')
staging     | case .staging: return Mixpanel("X")
staging     | switch e {\n  case .staging: return Mixpanel.initialize(token: "X")\n  }
staging     | MIXPANEL_TOKEN=X  # staging
staging     | mixpanel.init('X'); // staging
staging     | namespace: shop-staging\nstringData:\n  MIXPANEL_TOKEN: X
staging     | { "staging": { "env": { "MIXPANEL_TOKEN": "X" } } }
development | if (process.env.NODE_ENV !== 'production') {\n  mixpanel.init('X')\n}
development | if not PRODUCTION:\n    MIXPANEL_TOKEN = "X"
development | if (!isProduction) {\n  mixpanel.init('X')\n}
development | mixpanel.init(NODE_ENV !== 'production' ? 'X' : 'U')
development | mixpanel.init(e === 'production'\n  ? ''\n  : 'X')
development | mixpanel.init(isDev ? 'X' : 'U')
development | mixpanel.init(isProd ? 'U' : 'X')
development | MixpanelAPI.getInstance(c, if (BuildConfig.DEBUG) "X" else "U", true)
development | mixpanelToken = "U" if prod else "X"
development | mixpanelToken = "X" if debug else "U"
development | if (isDev) mixpanel.init('X'); else mixpanel.init('U');
development | # development\nMIXPANEL_TOKEN=X
development | // Mixpanel token for development:\nmixpanel.init('X')
development | { production: false, mixpanelToken: 'X' }
development | {\n  production: false,\n  mixpanelToken: 'X',\n}
"""


@pytest.mark.parametrize("line", lines(SAID))
def test_a_place_is_for_what_leads_there(line: str) -> None:
    said, _, text = line.partition("| ")
    shown = filled(text.replace(r"\|", "|").replace("'U'", "''").replace('"U"', '""'))
    page = Page(shown, "a.txt")
    found = said_by_place(page.around(shown.index(HEX)), page.path)
    assert found.environment == said.strip().strip("-")


def test_the_other_half_is_found_whatever_stands_in_the_first() -> None:
    text = f"mixpanel.init(isProd ? '{HEX[::-1]}' : '{HEX}')"
    assert said_by_place(Page(text).around(text.index(HEX)), "a.js").is_rest
    assert not said_by_place(Page(text).around(text.index(HEX[::-1])), "a.js").is_rest


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("environment.staging.ts", "staging the path"),
        ("environment.prod.ts", "development a line beside it"),
        ("environment.ts", "development a line beside it"),
    ],
)
def test_a_word_is_better_than_what_is_left(path: str, said: str) -> None:
    text = f"production: false,\nmixpanelToken: '{HEX}'"
    assert " ".join(said_by_place(Page(text).around(text.index(HEX)), path)[:2]) == said


@pytest.mark.parametrize(
    "path", ["docs/development/a.html", "development_tools.md", "staging/README.md", "dev/a.rst"]
)
def test_prose_is_for_no_environment(path: str) -> None:
    assert said_by_path(path).environment == ""


def test_no_condition_takes_for_ever() -> None:
    for piece in ("?:", "if (", "e == 'prod' ", "a ? 'b' : ", "else ", "case ", "((", "[a.b]"):
        page = Page(piece * 400 + HEX)
        for _ in range(50):
            said_by_place(page.around(len(piece) * 400), "a")
