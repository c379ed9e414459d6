#!/bin/sh
# Install libsox, FFmpeg's command and Chromium where apt is there and may be used. Without them the tests that need them are
# skipped, and say so. Of Chromium the one without windows is installed, or the whole one where a distribution has no other.
# where ldconfig is, which Debian's users do not have on their PATH
PATH=$PATH:/usr/sbin:/sbin
lacks() {
    case $1 in
        chromium-headless-shell) ! command -v "$1" >/dev/null 2>&1 && ! command -v chromium >/dev/null 2>&1 ;;
        libsox3) ! ldconfig -p 2>/dev/null | grep -q 'libsox\.so\.3' ;;
        *) ! command -v "$1" >/dev/null 2>&1 ;;
    esac
}
wanted=
for package in libsox3 sox ffmpeg chromium-headless-shell; do
    if lacks $package; then wanted="$wanted $package"; fi
done
[ -n "$wanted" ] || exit 0
run=
if [ "$(id -u)" != 0 ]; then
    run="sudo -n"
    $run true 2>/dev/null || { echo "no root: tests that need$wanted will be skipped"; exit 0; }
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "no apt-get: tests that need$wanted will be skipped"
    exit 0
fi
$run apt-get update -qq || true
# one by one: a distribution that lacks one of them still gets the others
for package in $wanted; do
    also=
    if [ "$package" = libsox3 ]; then also=libsox-fmt-all; fi
    install="$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq"
    $install "$package" $also >/dev/null || { [ "$package" = chromium-headless-shell ] && $install chromium >/dev/null; } \
        || echo "apt-get failed: tests that need $package will be skipped"
done
