#!/bin/sh
# Install libsox and FFmpeg's command where apt is there and may be used. Without them the tests that need them are skipped,
# and say so.
if ldconfig -p 2>/dev/null | grep -q 'libsox\.so\.3' && command -v ffmpeg >/dev/null 2>&1; then
    exit 0
fi
run=
if [ "$(id -u)" != 0 ]; then
    run="sudo -n"
    $run true 2>/dev/null || { echo "no root: tests that need libsox or ffmpeg will be skipped"; exit 0; }
fi
if command -v apt-get >/dev/null 2>&1; then
    $run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libsox3 libsox-fmt-all ffmpeg >/dev/null \
        || echo "apt-get failed: tests that need libsox or ffmpeg will be skipped"
else
    echo "no apt-get: tests that need libsox or ffmpeg will be skipped"
fi
