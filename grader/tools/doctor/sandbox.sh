# shellcheck shell=sh
# sandbox.sh: each tier of the sandbox, by the grader itself, and what to do about one that does not work. Sourced by doctor.sh.

bubblewrap_remedy()
{
    if [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
        echo "as root: sysctl -w kernel.unprivileged_userns_clone=1"
    elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
        echo "as root: sysctl -w user.max_user_namespaces=10000"
    elif in_container; then
        echo "start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined" \
            "--security-opt systempaths=unconfined"
    elif [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
        echo "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    else
        echo "this kernel or its security module forbids user namespaces; results will name a weaker sandbox"
    fi
}

landlock_remedy()
{
    if in_container; then
        echo "start the container with --security-opt seccomp=unconfined, if the kernel has Landlock (5.13 or later)"
    else
        echo "Linux 5.13 or later has it; on the kernel's command line, lsm= must name landlock"
    fi
}

confine() # TIER COMMAND...: in that tier, as the grader starts a subject
{
    tier=$1
    shift
    run "$grade" confine --sandbox "$tier" -- "$@"
}

# The namespaces that a program in the sandbox shares with us would be those of the machine.
check_bubblewrap()
{
    namespaces='/proc/self/ns/pid /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/ipc'
    if ! have bwrap; then
        bad MISSING "sandbox bubblewrap" "not in PATH" "$deps sandbox"
        return
    fi
    # shellcheck disable=SC2086 # a list of words
    confine bubblewrap /usr/bin/readlink $namespaces
    status=$?
    # shellcheck disable=SC2086
    readlink $namespaces >"$tmp/outside"
    if [ $status != 0 ]; then
        bad BROKEN "sandbox bubblewrap" "$(not_working)" "$(bubblewrap_remedy)"
    elif grep -qxFf "$tmp/outside" "$tmp/log"; then
        bad BROKEN "sandbox bubblewrap" "starts, but shares a namespace with us" "$(bubblewrap_remedy)"
    else
        ok "sandbox bubblewrap" "$(tier_words): own pid, net, mount and IPC namespaces"
    fi
}

check_landlock()
{
    if ! confine landlock /usr/bin/true; then
        bad BROKEN "sandbox landlock" "$(not_working)" "$(landlock_remedy)"
    elif confine landlock /usr/bin/head -c 1 /etc/passwd; then
        bad BROKEN "sandbox landlock" "starts, but can read /etc/passwd" "$(landlock_remedy)"
    else
        ok "sandbox landlock" "$(tier_words): no file but /usr and its own can be opened"
    fi
}

not_working() # why not, in the grader's words
{
    sed -n 's/; make doctor.*//; s/.* does not work here: //p' "$tmp/log"
}

tier_words() # what the grader calls the sandbox of the last confine
{
    sed -n 's/^sandbox \(.*\)/\1/p' "$tmp/log"
}

check_sandbox() # by the grader itself, in each tier
{
    need=optional
    grade=$here/../../build/weft-grade
    if ! make -s -C "$here/../.." build/weft-grade >"$tmp/log" 2>&1; then
        bad BROKEN sandbox "not tried: the grader does not build: $(first)" "see what else does not work"
    else
        check_bubblewrap
        check_landlock
        touched=/tmp/weft-doctor.$$ # where any user may write
        if confine none /usr/bin/touch $touched || [ -e $touched ]; then
            rm -f $touched
            bad BROKEN "seccomp" "the filter of system calls does not work here" \
                "allow seccomp() and prctl(PR_SET_SECCOMP) in the container, or use a kernel with CONFIG_SECCOMP_FILTER"
        else
            ok "seccomp" "a filter in every tier: no writing, no sockets, no tracing, no signals to others"
        fi
        need=info
        ok "sandbox none" "always there: $(sed -n 's/^Sandbox:.*from the code: //p' "$tmp/log")"
    fi
    need=required
}
