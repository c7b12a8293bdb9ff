"""What our own server's Authentication-Results say about a sender (RFC 8601, RFC 7489); others' are ignored (G5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from mailbot.domain.remarks import Remark
from mailbot.domain.standing import Standing, Verdict

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


def judge_sender(results: Sequence[str], authserv_id: str, sender: str, senders: int = 1) -> Standing:
    """The standing of the From address `sender`, one of `senders` mailboxes in From.

    `results` are the Authentication-Results values, topmost first. Only the topmost counts, and only when it
    bears `authserv_id`: a server puts its own above whatever the sender wrote, so a lower one may be forged. With
    MICROSOFT_365 the topmost must bear none.
    """
    if not authserv_id:
        return Standing(verdict=_UNVERIFIED, evidence="no authserv_id is set, so nobody vouches for the sender")
    if not results:
        return Standing(verdict=_UNVERIFIED, evidence="the mail bears no Authentication-Results")
    topmost = results[0]
    if authserv_id.lower() == MICROSOFT_365:
        if not _METHOD.match(topmost):
            return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results are another server's")
        # It may name the recipient's domain between two results, as if that were one.
        topmost = f"{MICROSOFT_365}; {_BARE_DOMAIN.sub('', topmost)}"
    said = topmost.partition(";")[0].partition("(")[0].split()
    header = _parse(topmost)
    # By its first word where it can't be parsed, by the parsed id where a comment stands before that.
    names = {said[0].lower() if said else "", ((header and header.authserv_id) or "").lower()}
    ours = authserv_id.lower() in names
    if ours and (header is None or _FAILED.search(topmost)):
        # Whatever stands in the way of reading our own server's verdict may have been put there.
        return Standing(
            verdict=Verdict.FAILED,
            evidence=Remark("{server}: authentication failed, or can't be read", server=authserv_id),
        )
    if header is None:
        return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results can't be read")
    if (header.authserv_id or "").lower() != authserv_id.lower():
        return Standing(verdict=_UNVERIFIED, evidence="the topmost Authentication-Results are another server's")
    standing = _weigh(header, authserv_id, sender.rpartition("@")[2].lower())
    if senders != 1 and standing.verdict is Verdict.VERIFIED:
        return Standing(verdict=_UNVERIFIED, evidence="From names several senders; which one was checked isn't known")
    return standing


# One provider writes the same verdict for all its customers; parsing is a tenth of what a plain mail costs.
@lru_cache(maxsize=1024)
def _parse(value: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except (AuthResError, ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return None


def _weigh(header: AuthenticationResultsHeader, authserv_id: str, domain: str) -> Standing:
    aligned_pass = ""
    spf_failed = False
    for result in header.results:
        method, verdict = str(result.method).lower(), str(result.result).lower()
        named = _domain(result, method) if method in _JUDGED_ON else ""
        said = f"{authserv_id}: {method}={verdict}"
        if method == "dmarc":
            if verdict == "pass" and named == domain:
                return Standing(verdict=Verdict.VERIFIED, evidence=said)
        elif method in ("dkim", "spf"):
            if verdict == "pass" and _aligned(named, domain):
                aligned_pass = aligned_pass or f"{said} for {named}"
            spf_failed = spf_failed or (method == "spf" and verdict == "fail" and _aligned(named, domain))
    if aligned_pass:
        return Standing(verdict=Verdict.VERIFIED, evidence=aligned_pass)
    if spf_failed:
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
