/**
 * The first process of every node (and of switches, router and external): holds the namespaces and reaps orphans.
 * Started by `unshare --net --mount --uts --pid --fork`; everything it mounts vanishes with it.
 *
 * - /proc and /sys show this node's processes and devices, not the machine's.
 * - /run is a directory of the lab, so that files below it can be read from outside.
 * - /etc, /var/lib and /opt are the machine's with a private layer above: what a node writes there (CNI configuration,
 *   MTU file, plugin) nobody else sees. Where the kernel has no overlay file system, /etc is a copy and the others empty.
 * - /run/weft/bin has `weft`, `calicoctl` and `kubectl-weft`, for the PATH of people on the node.
 * - Prints `ready PID` when done; PID is its own number as the machine sees it.
 *
 * Arguments: host name, directory for /run (with `weft/hosts` in it). Environment: WEFT_LAUNCHER.
 */
export const nodeInitScript = `
set -e
name=$1 run=$2
# This is still the machine's /proc: it tells the number outside.
read -r pid rest < /proc/self/stat
hostname "$name"
ip link set lo up
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf 2>/dev/null || true
mkdir -p "$run/weft/logs" "$run/netns" "$run/lock"
mount --bind "$run" /run
mkdir -p /run/.layers
mount -t tmpfs -o mode=0755 tmpfs /run/.layers
layer() {
  [ -d "$2" ] || return 0
  mkdir -p "/run/.layers/$1" "/run/.layers/$1.work"
  mount -t overlay weft -o "lowerdir=$2,upperdir=/run/.layers/$1,workdir=/run/.layers/$1.work" "$2" 2>/dev/null && return 0
  [ "$3" = copy ] && cp -a "$2/." "/run/.layers/$1"
  mount --bind "/run/.layers/$1" "$2"
}
layer etc /etc copy
layer var-lib /var/lib empty
layer opt /opt empty
mkdir -p /etc/cni/net.d /var/lib/calico /var/lib/cni /opt/cni/bin
ln -sf "$WEFT_LAUNCHER" /opt/cni/bin/weft
ln -sf "$WEFT_LAUNCHER" /opt/cni/bin/calico
mkdir -p /run/weft/bin
for program in weft calicoctl kubectl-weft; do ln -sf "$WEFT_LAUNCHER" "/run/weft/bin/$program"; done
for file in hosts hostname resolv.conf; do rm -f "/etc/$file"; done
cp /run/weft/hosts /etc/hosts
echo "$name" > /etc/hostname
: > /etc/resolv.conf
echo "ready $pid"
exec > /dev/null
while :; do sleep 86400 & wait; done
`;
