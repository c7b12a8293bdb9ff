"""What our own server's Authentication-Results say about a sender (RFC 8601, RFC 7489); others' are ignored (G5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from mailbot.domain.message import AuthenticationResults
from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing, Verdict, Vouched

# In place of an authserv-id, for Microsoft 365, which writes none.
MICROSOFT_365 = "microsoft365"

_UNVERIFIED = Verdict.UNVERIFIED
_FAILED = re.compile(r"\b(?:dmarc\s*=\s*(?:fail|reject|quarantine)|compauth\s*=\s*fail)", re.IGNORECASE)
_METHOD = re.compile(r"\s*[a-z][a-z0-9-]*\s*=", re.IGNORECASE)
_BARE_DOMAIN = re.compile(r";\s*[a-z0-9.-]+(?=;)|;\s*$", re.IGNORECASE)
# Method -> (ptype, property) that it is judged on (RFC 8601, 2.7), best first.
_JUDGED_ON = {
    "dmarc": (("header", "from"),),
    "dkim": (("header", "d"), ("header", "i")),
    "spf": (("smtp", "mailfrom"),),
}


def judge_sender(
    results: Sequence[AuthenticationResults],
    authserv_id: str,
    sender: str,
    senders: int = 1,
    vouched: Vouched = Vouched.TOPMOST,
) -> Standing:
    """The standing of the From address `sender`, one of `senders` mailboxes in From.

    Of `results`, topmost first, those count that `vouched` says are our own server's and that bear `authserv_id`:
    together, for one program writes SPF, another DKIM. A sender may have written any other; where such a one stands
    beside ours and says that the authentication failed, it is believed. With MICROSOFT_365 only the topmost counts,
    which must bear no name.
    """
    if not authserv_id:
        return Standing(verdict=_UNVERIFIED, evidence="no authserv_id is set, so nobody vouches for the sender")
    if not results:
        return Standing(verdict=_UNVERIFIED, evidence="the mail bears no Authentication-Results")
    if authserv_id.lower() == MICROSOFT_365:
        topmost = results[0].value
        if not _METHOD.match(topmost):
            return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results are another server's")
        # It may name the recipient's domain between two results, as if that were one.
        beside: list[str] = []
        ours = [f"{MICROSOFT_365}; {_BARE_DOMAIN.sub('', topmost)}"]
    else:
        ours, beside = _split(results, authserv_id, vouched)
    if not ours:
        if _parse(results[0].value) is None:
            return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results can't be read")
        return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results are another server's")
    headers = [_parse(value) for value in ours]
    if any(_FAILED.search(value) for value in (*ours, *beside)) or None in headers:
        # Whatever stands in the way of reading our own server's verdict may have been put there.
        return Standing(
            verdict=Verdict.FAILED,
            evidence=Remark("{server}: authentication failed, or can't be read", server=authserv_id),
        )
    said = [result for header in headers if header is not None for result in header.results]
    standing = _weigh(said, authserv_id, sender.rpartition("@")[2].lower())
    if senders != 1 and standing.verdict is Verdict.VERIFIED:
        return Standing(verdict=_UNVERIFIED, evidence="From names several senders; which one was checked isn't known")
    return standing


def _split(results: Sequence[AuthenticationResults], authserv_id: str, vouched: Vouched) -> tuple[list[str], list[str]]:
    """The values that are our server's own, and those under its name beside them that a sender may have written."""
    above = [one.value for one in results if one.hops == 0 and _bears(one.value, authserv_id)]
    if above or vouched is Vouched.ABOVE_RECEIVED:
        return above, []
    # What other programs of ours wrote above is no sender's; the topmost below it is the last that our server wrote.
    lower = [one for one in results if one.hops > 0]
    block = [one.value for one in lower if one.hops == lower[0].hops]
    named = [value for value in block if _bears(value, authserv_id)]
    if vouched is Vouched.ALL:
        return named, []
    return (named[:1], named[1:]) if named and named[0] == block[0] else ([], [])


def _bears(value: str, authserv_id: str) -> bool:
    """Whether a value is under our server's name: by its first word where it can't be parsed, by the parsed id where a
    comment stands before that."""
    said = value.partition(";")[0].partition("(")[0].split()
    header = _parse(value)
    return authserv_id.lower() in (said[0].lower() if said else "", ((header and header.authserv_id) or "").lower())


# One provider writes the same verdict for all its customers; parsing is a tenth of what a plain mail costs.
@lru_cache(maxsize=1024)
def _parse(value: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except (AuthResError, ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return None


def _weigh(results: Sequence[Any], authserv_id: str, domain: str) -> Standing:
    """What results say about `domain`, those of one method together: where two differ, the stricter counts."""
    passed: dict[str, str] = {}  # method -> evidence
    denied: set[str] = set()
    for result in results:
        method, verdict = str(result.method).lower(), str(result.result).lower()
        if method not in _JUDGED_ON:
            continue
        named = _domain(result, method)
        said = f"{authserv_id}: {method}={verdict}"
        if method == "dmarc":
            if verdict == "pass" and named == domain:
                passed.setdefault(method, said)
            else:
                denied.add(method)
        elif verdict == "pass" and _aligned(named, domain):
            passed.setdefault(method, f"{said} for {named}")
        elif method == "spf" and verdict == "fail" and _aligned(named, domain):
            denied.add(method)  # a signature may be one of several, but a mail has one sending server
    for method in _JUDGED_ON:
        if method in passed and method not in denied:
            return Standing(verdict=Verdict.VERIFIED, evidence=passed[method])
    if "spf" in denied:
        why = Remark("{server}: spf=fail, and no signature of the domain", server=authserv_id)
        return Standing(verdict=Verdict.FAILED, evidence=why)
    return Standing(
        verdict=_UNVERIFIED, evidence=Remark("{server}: nothing that proves the address", server=authserv_id)
    )


def _domain(result: object, method: str) -> str:
    """The domain that a result is about, by the property that its method is judged on; "" where it names none."""
    wanted = _JUDGED_ON[method]
    for found in getattr(result, "properties", ()):
        if (str(found.type).lower(), str(found.name).lower()) in wanted:
            return str(found.value).rpartition("@")[2].strip('"<> ').lower()
    return ""


def _aligned(named: str, domain: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1), without a list of public suffixes: the same domain or one below it."""
    if not named or not domain or "." not in named or "." not in domain:
        return False
    return named == domain or domain.endswith("." + named) or named.endswith("." + domain)
