#!/bin/sh
# Brings what the tests need of the system, where apt can do it without asking anybody: Dovecot, and a font with Chinese
# letters for receipts to be recognised. The tests say so themselves if something is missing.
set -u
PATH="$PATH:/usr/sbin:/sbin"
packages=""
command -v dovecot >/dev/null 2>&1 || packages="dovecot-imapd"
ls /usr/share/fonts/truetype/wqy/wqy-microhei.ttc /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc \
    /usr/share/fonts/opentype/noto/Noto*CJK* 2>/dev/null | grep -q . || packages="$packages fonts-wqy-microhei"
[ -n "$packages" ] || exit 0
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Not installed, and not to be installed from here: $packages; tests that need it will be skipped."
        exit 0
    fi
    as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, and there is no apt-get: $packages; tests that need it will be skipped."
    exit 0
fi
echo "installing for the tests: $packages"
$as_root apt-get update -qq || exit 1
# shellcheck disable=SC2086 # words are packages
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null || exit 1
case $packages in
    # The package starts its own service; the tests run theirs on free ports and want nothing of it.
    *dovecot*) $as_root service dovecot stop >/dev/null 2>&1 || true ;;
esac
