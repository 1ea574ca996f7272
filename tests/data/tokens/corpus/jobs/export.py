import requests


def export(day: str) -> bytes:
    answer = requests.get(
        "https://data-eu.mixpanel.com/api/2.0/export",
        params={"from_date": day, "to_date": day},
        auth=("@@server-export@@", ""),
        timeout=600,
    )
    answer.raise_for_status()
    return answer.content
