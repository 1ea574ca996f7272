import requests
from requests.auth import HTTPBasicAuth

LOGIN = HTTPBasicAuth(
    "sync.1a2b3c.mp-service-account",
    "@@sync-account@@",
)


def schemas(project: int) -> dict:
    url = f"https://eu.mixpanel.com/api/app/projects/{project}/schemas"
    return requests.get(url, auth=LOGIN, timeout=60).json()
