#!/bin/sh
# kith-init as the first process of a machine: the files that tell it what to run.
. "$(dirname "$0")/aid-vminit.sh"

script show <<'END'
#!/bin/sh
exec >/dev/ttyS1
for word; do echo "arg <$word>"; done
env | sort | sed -n '/^[A-Z]=\|^[a-z]=\|^PATH=/s/^/env /p'
echo "pwd $PWD"
echo "ids $(id -u):$(id -g)"
ls -l /init.* 2>/dev/null | sed 's/^\(.[rwx-]*\).* /\1 /'
cat /init.command 2>/dev/null
END

cat >"$tmp/container.cmd" <<'END'
["/bin/show", "from container.cmd", "with \"quotes\" and \u00e4"]
END
cat >"$tmp/container.env" <<'END'
{ "env": { "A": "container", "B": "container", "PATH": "/bin:/container",
           "LD_PRELOAD": "/evil.so", "small": "x" },
  "working_dir": "/container", "user": "nobody", "exposed_ports": ["80/tcp"] }
END
cat >"$tmp/metadata.json" <<'END'
{ "env": { "B": "metadata", "C": "metadata", "PATH": "/not/wanted" },
  "working_dir": "/metadata", "entrypoint": ["/bin/show"],
  "command": ["from metadata"], "original_image": "x:y" }
END

# As metald would boot it.
metald='console=ttyS0 reboot=k panic=1 root=/dev/vda rw ip=10.0.0.2::10.0.0.1:255.255.255.0:eth0:off'
machine -- "$metald env.D=line" -- "$tmp/show=/bin/show" \
	"$tmp/container.cmd=/container.cmd" \
	"$tmp/container.env=/container.env" "$tmp/show=/container/x"
is "$results" 'arg <from container.cmd>
arg <with "quotes" and ä>
env A=container
env B=container
env D=line
env PATH=/bin:/container
pwd /container
ids 0:0
-rw------- /init.command
-rw------- /init.started
Command: /bin/show
Args: [from container.cmd with "quotes" and ä]
Env count: 7
Working dir: /container' "/container.cmd and /container.env, and the files for debugging" ||
	trouble
has "$console" "kith-init: warning: /container.env:2:12: LD_PRELOAD may not be set from outside" \
	"what may not be set is left out, with a warning" ||
	true
is "$(echo "$console" | grep -c evil)" 0 "and no value is ever on the console"

machine -- "$metald metadata=/metadata/m.json env.C=line" -- \
	"$tmp/show=/bin/show" "$tmp/container.env=/container.env" \
	"$tmp/metadata.json=/metadata/m.json"
is "$(echo "$results" | sed '/^-/,$d')" "arg <from metadata>
env A=container
env B=metadata
env C=line
env PATH=/bin:/container
pwd /metadata
ids 0:0" "metadata comes before /container.env, the line before both" || trouble

cat >"$tmp/image.json" <<'END'
{ "architecture": "amd64", "config": {
    "User": "web:staff", "Env": ["PATH=/bin", "A=image", "z=small"],
    "Entrypoint": ["show"], "Cmd": ["from the image"],
    "WorkingDir": "/srv", "StopSignal": "SIGQUIT", "ExposedPorts": {"80/tcp": {}} } }
END
printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/:/bin/sh\n' >"$tmp/passwd"
printf 'root:x:0:\nstaff:x:50:\n' >"$tmp/group"
script show2 <<'END'
#!/bin/sh
for word; do echo "arg <$word>"; done
env | sort | sed -n '/^[A-Z]=\|^[a-z]=\|^PATH=/s/^/env /p'
echo "pwd $PWD"
echo "ids $(id -u):$(id -g)"
END
machine -- "oci=/etc/image.json kith.debug" -- "$tmp/show2=/bin/show" \
	"$tmp/image.json=/etc/image.json" "$tmp/passwd=/etc/passwd" \
	"$tmp/group=/etc/group" "$tmp/show2=/srv/x"
is "$(echo "$console" | grep '^\(arg\|env\|pwd\|ids\)')" "arg <from the image>
env A=image
env PATH=/bin
env z=small
pwd /srv
ids 33:50" "an image's config: program, environment, folder, user" || trouble
has "$console" "kith-init: started by the kernel; 5 variables; in /srv; show" \
	"kith.debug says what is done, and no values" || true

# Refused: one line, and the machine is switched off.
refused() {
	is "$ended" guest-shutdown "$1: the machine is switched off" || trouble
	has "$console" "kith-init: $2" "$1: in one line" || true
	is "$(echo "$console" | grep -c '^kith-init: ')" 2 \
		"$1: and one more for the end"
	is "$results" "" "$1: nothing is run"
}
machine -- "env.a=1 -- /bin/show" -- "$tmp/show=/bin/show"
refused "a variable that breaks the rules" \
	"the kernel's command line: a has a name that is not of A-Z, 0-9 and _"
machine -- "metadata=/etc/shadow -- /bin/show" -- "$tmp/show=/bin/show"
refused "metadata from elsewhere" \
	"the kernel's command line: metadata is not below /metadata, /var/metadata or /tmp/metadata"
machine -- "metadata=/metadata/none -- /bin/show" -- "$tmp/show=/bin/show"
refused "metadata that is not there" "/metadata/none: is not there"
printf '["/bin/show",\n "x" "y"]' >"$tmp/bad.cmd"
machine -- "quiet" -- "$tmp/show=/bin/show" "$tmp/bad.cmd=/container.cmd"
refused "a /container.cmd that is no JSON" \
	'/container.cmd:2:6: "," is expected'
machine -- "kith.nonsense=1 -- /bin/show" -- "$tmp/show=/bin/show"
refused "an option that there is not" \
	"the kernel's command line: kith: nonsense is no option"
machine -- "quiet" -- "$tmp/show=/bin/show"
refused "no program" \
	"no program: none after -- on the kernel's command line, no /container.cmd, none in metadata or /container.oci"
machine -- "workdir=/nowhere -- /bin/show" -- "$tmp/show=/bin/show"
is "$ended, $results" "guest-shutdown, " "a folder that is not there is refused" ||
	trouble
machine -- "-- /bin/nothing" --
has "$console" "kith-init: /bin/nothing: not found" \
	"a program that is not there is told of" || true
has "$console" "kith-init: the program ended with 127; poweroff" \
	"and ends the machine"

# Files that are none: whatever stands in their place, nobody waits for it.
script hostile <<'END'
#!/bin/sh
/bin/busybox mkdir -p /metadata
/bin/busybox mkfifo /container.cmd /metadata/pipe
/bin/busybox ln -s /dev/zero /container.env
/bin/busybox truncate -s 1048577 /container.oci
exec /kith-init
END
boot -a 'rdinit=/hostile quiet' -- "$init=/kith-init" "$tmp/hostile=/hostile"
is "$ended" guest-shutdown "a file of more than 1 MiB ends the start" || trouble
has "$(cat "$tmp/vm/console")" "kith-init: /container.oci: is longer than 1 MiB" \
	"and is named" || true
sed -i '/oci/d' "$tmp/hostile"
boot -a 'rdinit=/hostile quiet' -- "$init=/kith-init" "$tmp/hostile=/hostile"
has "$(cat "$tmp/vm/console")" \
	"kith-init: warning: /container.env: is no plain file" "a device is no file" ||
	true
has "$(cat "$tmp/vm/console")" "kith-init: /container.cmd: is no plain file" \
	"a pipe is not waited for" || true

done_testing
