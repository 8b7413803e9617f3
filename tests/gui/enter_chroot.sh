#!/bin/sh
# A command in another root folder that sees this machine's devices, and nothing left mounted after.
#     enter_chroot.sh FOLDER COMMAND...      as root
set -eu
root=$1
shift
# shellcheck disable=SC2016  # the inner shell's own arguments
exec unshare --mount --fork --kill-child sh -eu -c '
    root=$1
    shift
    for inner in proc dev sys; do mount --bind "/$inner" "$root/$inner"; done
    exec chroot "$root" "$@"
' sh "$root" "$@"
