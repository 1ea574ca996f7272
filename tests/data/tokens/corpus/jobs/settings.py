import os

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
MIXPANEL_TOKEN = os.environ.get("MIXPANEL_TOKEN", "@@unregistered@@")
CACHE_VERSION = "e4d909c290d0fb1ca068ffaddf22cbd0"
