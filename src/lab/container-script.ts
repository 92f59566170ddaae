/**
 * Makes a container's file system view: fresh /proc and /sys, the pod's own /etc/hosts, /etc/hostname and
 * /etc/resolv.conf over the host's, host name. Arguments so far: $1 pod directory, $2 host name.
 */
const viewScript = `
mount -t sysfs sysfs /sys
for file in hosts hostname resolv.conf; do mount --bind "$1/$file" "/etc/$file"; done
hostname "$2"
`;

/**
 * Runs a container's command as the first process of its PID namespace: passes TERM on, reaps orphans, leaves the exit
 * status in a file so that a restarted kubelet finds it.
 *
 * Arguments: pod directory, host name, container name, working directory, command...
 */
export const containerScript = `
set -e
# A shell gives its background jobs no input of their own, unless it comes by another number.
exec 3<&0
read -r self rest < /proc/self/stat
mount -t proc proc /proc
${viewScript}
pod=$1 name=$3
echo "$self" > "$pod/$name.pid"
cd "$4"
shift 4
set +e
trap 'kill -TERM "$child" 2>/dev/null' TERM
"$@" <&3 3<&- &
child=$!
exec 3<&- < /dev/null
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || break
done
echo "$status" > "$pod/$name.exit"
exit "$status"
`;

/**
 * Runs a command in a pod that has no process of its own (the built-in server): the same view, made for this command, as
 * the first process of a PID namespace that ends with it. The command itself is not the first one: that would ignore
 * every signal it does not handle, Ctrl-C too.
 *
 * Arguments: pod directory, host name, command...
 */
export const execScript = `
set -e
mount -t proc proc /proc
${viewScript}
shift 2
set +e
trap : INT QUIT
"$@"
exit "$?"
`;
