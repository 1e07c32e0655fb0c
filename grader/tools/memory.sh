#!/usr/bin/env bash
# memory.sh NOTE: makes a folder in memory for what is made and thrown away, prints its name, and writes it to the file NOTE.
#
# A thousand runs of the check make some hundred files each. ext4 without a journal searches, for each new one, among all that
# were removed in the last minutes: that was a third of the check's processor time. Prints nothing where TMPDIR says where such
# things go, or /dev/shm is no file system in memory with 4 GB to spare (a quarter of that was seen in use) from which programs
# may be run. What NOTE names is removed first: a check that was killed has left it.
set -u
note=${1:?usage: memory.sh NOTE}
folder=/dev/shm megabytes=4096
left=$(cat "$note" 2>/dev/null)
[[ $left =~ ^$folder/weft-check-[[:alnum:]]{6}$ ]] && rm -rf "$left"
rm -f "$note"
[ -z "${TMPDIR-}" ] || exit 0
read -r type blocks size < <(stat -f -c '%T %a %S' $folder 2>/dev/null)
[ "${type-}" = tmpfs ] && [ $((blocks * size >> 20)) -ge $megabytes ] || exit 0
[ "$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)" -ge $megabytes ] || exit 0
made=$(mktemp -d $folder/weft-check-XXXXXX) || exit 0
echo "$made" >"$note"
chmod 711 "$made" # what runs as another user has a folder of its own in there
cp /usr/bin/true "$made/program"
if "$made/program" 2>/dev/null; then
    rm "$made/program"
    echo "$made"
else # mounted noexec
    rm -rf "$made" "$note"
fi
