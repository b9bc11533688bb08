#!/bin/sh
# The service library where cgroups have all their controllers, and where the
# kernel, 6.1, keeps no record of who was taken from us.
. "$(dirname "$0")/aid-vm.sh"

script run <<'END'
#!/bin/sh
mkdir -p /tmp
echo "+pids +memory +cpu" >/sys/fs/cgroup/cgroup.subtree_control
/t-service >/tmp/said 2>&1; grep -e "^not" -e "^#" -e "^1\.\." /tmp/said
grep -e "limits that it should" -e "but not how" /tmp/said
END
boot -m 256 -- "$tmp/run=/run" "$O/tests/t-service=/t-service"
results=$(cat "$tmp/vm/results")
is "$ended" guest-shutdown "the machine went through" || trouble
is "$(echo "$results" | grep '^not')" "" "all of its test passes there" || trouble
matches "$results" "*with the limits that it should have*" "with limits by cgroup" || trouble
matches "$results" "*but not how*" "and without records" || trouble

done_testing
