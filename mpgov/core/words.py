"""Names as words: split as people read them, brought back to their base, known or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_HUMP: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORTEST: Final = 3  # letters of a base: below that, endings are parts of words

# Words of products that a dictionary of English does not hold.
_TRADE: Final = frozenset(
    """signup signin signout logon logoff onboarding wishlist webhook webhooks paywall url urls
    utm sku skus kyc api apis app apps sms otp sso faq faqs gdpr upsell upsells downvote upvote
    onboarded changelog workspace workspaces dropdown popup popups podcast podcasts emoji emojis
    hashtag hashtags livestream livestreams autoplay screenshot screenshots chatbot chatbots
    playlist playlists newsfeed geolocation checkbox tooltip tooltips unsubscribe unsubscribed
    autosave microsite preorder preordered reorder reordered fintech biometrics geofence
    cashback crypto esim referral referrals churned refactor deeplink deeplinks passkey passkeys
    tokenized repost reposted unfollow unfollowed unmute unmuted multiplayer leaderboard
    leaderboards
    smartwatch ios android iphone ipad macos linux mixpanel paypal google facebook github
    """.split()  # noqa: SIM905 - a word a line would be a page
)
_IRREGULAR: Final[Mapping[str, str]] = MappingProxyType(
    dict(
        pair.split(":")
        for forms in """sent:send paid:pay bought:buy sold:sell made:make began:begin begun:begin
        chose:choose chosen:choose gave:give given:give wrote:write written:write lost:lose
        won:win found:find got:get gotten:get built:build kept:keep ran:run saw:see seen:see
        took:take taken:take went:go gone:go held:hold shown:show drew:draw drawn:draw
        drove:drive driven:drive rode:ride ridden:ride broke:break broken:break spoke:speak
        spoken:speak hid:hide hidden:hide forgot:forget forgotten:forget met:meet fed:feed
        led:lead lent:lend spent:spend taught:teach thought:think caught:catch brought:bring
        fell:fall fallen:fall flew:fly flown:fly grew:grow grown:grow knew:know known:know
        threw:throw thrown:throw withdrew:withdraw withdrawn:withdraw undid:undo undone:undo
        did:do done:do froze:freeze frozen:freeze stole:steal stolen:steal heard:hear
        understood:understand said:say told:tell slept:sleep left:leave felt:feel became:become
        came:come ate:eat eaten:eat drank:drink sang:sing swam:swim
        woke:wake woken:wake""".splitlines()
        for pair in forms.split()
    )
)
_MANY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "children": "child",
        "people": "person",
        "men": "man",
        "women": "woman",
        "feet": "foot",
        "teeth": "tooth",
        "mice": "mouse",
        "analyses": "analysis",
        "indices": "index",
        "matrices": "matrix",
        "criteria": "criterion",
        "statuses": "status",
        "bonuses": "bonus",
        "campuses": "campus",
        "viruses": "virus",
        "buses": "bus",
    }
)
# What ends as if it were many, or past, and is not.
_WHOLE: Final = frozenset(
    """news series species means goods customs arms status bus gas pass address access process
    business class glass canvas bonus focus virus campus census corpus radius plus minus always
    less press success analysis basis axis lens need feed speed seed weed bleed breed exceed
    proceed succeed indeed bed red shed sled fed thing string spring ring king wing bring sing
    evening morning ceiling during nothing something anything everything pricing billing
    shipping rating listing setting meeting building booking warning heading landing training
    hundred sacred wicked embed shred bored""".split()  # noqa: SIM905 - as above
)


@lru_cache(maxsize=100_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words and numbers of a name, without case: `signUp_v2` is sign, up, v, 2."""
    return tuple(word.casefold() for word in _WORD.findall(_HUMP.sub(" ", name)))


@cache
def _dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker  # noqa: PLC0415 - 100 ms, and only for what is close

    return frozenset(SpellChecker(language="en").word_frequency.words()) | _TRADE


def is_ordinary(word: str) -> bool:
    """Whether it is a word that people write on purpose."""
    return word in _TRADE or word in _dictionary()


@lru_cache(maxsize=100_000)
def singular(word: str) -> str:
    """A noun without the ending of many, as far as its letters tell."""
    if word in _WHOLE or word in _MANY:
        return _MANY.get(word, word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > _SHORTEST:
        return word[:-1]
    return word


@lru_cache(maxsize=100_000)
def bases(word: str) -> frozenset[str]:
    """The verbs that a word may be a form of: itself, and what it is without its ending."""
    found = {word, _IRREGULAR.get(word, word)}
    if word in _WHOLE:
        return frozenset(found)
    for ending in ("ed", "ing", "es", "s"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST:
            continue
        found.add(stem)
        if ending != "s":
            found.add(stem + "e")
        if len(stem) > _SHORTEST and stem[-1] == stem[-2] and stem[-1] not in "aeiouls":
            found.add(stem[:-1])  # planned, shipped
        if len(stem) > _SHORTEST + 1 and stem.endswith("ll"):
            found.add(stem[:-1])  # cancelled
    if word.endswith(("ied", "ies")) and len(word) > 4:
        found.add(word[:-3] + "y")
    return frozenset(found)
