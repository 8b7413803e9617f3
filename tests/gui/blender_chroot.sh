#!/bin/sh
# A Debian with Blender in a folder of its own, for a Blender that this machine has no package of.
#     blender_chroot.sh SUITE FOLDER      as root; ~7 minutes and 1.9 GB; nothing if it is there
set -eu
suite=$1 root=$2
[ -e "$root/.ready" ] && exit 0

packages="blender libgl1 libgl1-mesa-dri libegl1 libegl-mesa0 libglx-mesa0 python3-cattr python3-requests python3-numpy"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -1)
[ -n "$mirror" ] || { echo "No Debian archive among apt's sources; is this Debian?" >&2; exit 1; }

if [ ! -e "$root/.based" ]; then
    rm -rf "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase "$suite" "$root" "$mirror"
    touch "$root/.based"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
enter=$(dirname "$0")/enter_chroot.sh
# shellcheck disable=SC2086  # a list of words
"$enter" "$root" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $packages
"$enter" "$root" apt-get clean
touch "$root/.ready"
