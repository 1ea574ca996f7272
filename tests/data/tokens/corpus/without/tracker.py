import hashlib
import os

from mixpanel import Mixpanel

mp = Mixpanel(os.environ["MIXPANEL_TOKEN"])
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


def track(email: str) -> None:
    digest = hashlib.md5(email.encode()).hexdigest()
    mp.track(digest, "Sign Up", {"is_empty": digest == "d41d8cd98f00b204e9800998ecf8427e"})
