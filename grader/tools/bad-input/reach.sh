# shellcheck shell=bash disable=SC2154
# reach.sh: what a submission can see, and where it can write. Sourced by part.sh.

# no program that runs a submission says where the tree is, or where it was linked
"$grade" run 01 --from solutions --test ready_at_once >/dev/null # so that something is kept
holds "objects are kept" [ "$(find build/objects -type f | wc -l)" -gt 0 ]
names_nothing() { ! grep -rlF -e "$PWD" -e "${TMPDIR:-/tmp}/weft-" --include='*.o' --include="$(printf '?%.0s' {1..64})" build/obj/{plain,asan,tsan,interleave,engine} build/objects; }
holds "no object names the tree or a stage" names_nothing
expect 1 "runtime/given/panic.c"$'\n' env GDB_ARGS="-batch;info line wf_panic_at;list wf_panic_at;info source" "$grade" debug 01 --test ready_at_once --from solutions
# what a submission can see and write. As another user: in the tier none too nothing of its own build
curious() # NAME [PATH...]: a submission that looks for open doors, and at these paths
{
    local name=$1 path
    shift
    submission "$name"
    {
        for path in "$@"; do printf '#if CLOSED && __has_include("%s")\n#error sees %s\n#endif\n' "$path" "$path"; done
        printf 'static const char *const paths[] = {'
        printf '"%s", ' "$@"
        cat <<'C'
0};
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int open_doors;
static int look(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)type, (void)at;
    if (!S_ISLNK(status->st_mode) && access(path, W_OK) == 0)
        printf("can write %s\n", path), open_doors++;
    return 0;
}
__attribute__((constructor)) static void look_around(void)
{
    char *stage = realpath("/proc/self/exe", NULL);
    struct stat status;
    for (int up = 0; up < 3; up++)
        *strrchr(stage, '/') = 0;
    if (!CLOSED)
        nftw(stage, look, 16, FTW_PHYS);
    if (!CLOSED && (stat(stage, &status) != 0 || status.st_mode & 7))
        printf("others read %s\n", stage), open_doors++;
    for (const char *const *path = paths; CLOSED && *path; path++)
        if (access(*path, F_OK) == 0)
            printf("sees %s\n", *path), open_doors++;
    printf("%d open doors\n", open_doors);
    fflush(stdout);
    abort();
}
C
    } | sed "s/CLOSED/$closed/g" >>"$work/$name/01-futures/ready.c"
}
if [ "$(id -u)" = 0 ]; then
    closed=0 curious curious /
    expect 1 " 0 open doors" "$grade" run 01 --variants plain --from "$work/curious" --test ready_at_once --sandbox none
    elsewhere=$(mktemp -d /usr/src/weft-XXXXXX) class=$(mktemp -d /usr/local/weft-XXXXXX) games=$(mktemp -d /usr/games/weft-XXXXXX)
    chmod 755 "$elsewhere" "$class" "$games"
    if "$grade" run 01 --variants plain --from solutions --test ready_at_once | grep -q 'sandbox bubblewrap'; then
        mkdir "$elsewhere/build" && cp -a Makefile grader runtime solutions "$elsewhere/" && cp -a build/obj build/headers.stamp build/weft-grade "$elsewhere/build/"
        closed=1 curious hidden "$elsewhere/solutions/01-futures/ready.c" "$elsewhere/Makefile" "$class/hidden/01-futures/ready.c" "$class/other.c"
        echo >"$class/other.c" && cp -r "$work/hidden" "$class/"
        closed=1 curious hidden "$games/hidden/01-futures/ready.c" && cp -r "$work/hidden" "$games/"
        expect 1 " 0 open doors" "$elsewhere/build/weft-grade" run 01 --variants plain --from "$class/hidden" --test ready_at_once
        expect 1 " 0 open doors" "$grade" run 01 --variants plain --from "$games/hidden" --test ready_at_once
    fi
    rm -rf "$elsewhere" "$class" "$games"
fi
expect 2 "put it elsewhere" "$grade" run 01 --from /usr
