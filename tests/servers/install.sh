#!/bin/sh
# Brings Dovecot for the tests, where apt can do it without asking anybody. The tests say so themselves if it is missing.
set -u
PATH="$PATH:/usr/sbin:/sbin"
command -v dovecot >/dev/null 2>&1 && exit 0
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Dovecot is not installed and cannot be installed from here; its tests will be skipped (Debian: apt-get install dovecot-imapd)."
        exit 0
    fi
    as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Dovecot is not installed and there is no apt-get; its tests will be skipped."
    exit 0
fi
echo "installing dovecot-imapd for the tests"
$as_root apt-get update -qq || exit 1
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dovecot-imapd >/dev/null || exit 1
# The package starts its own service; the tests run theirs on free ports and want nothing of it.
$as_root service dovecot stop >/dev/null 2>&1 || true
