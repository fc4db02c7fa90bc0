#!/usr/bin/env bash
# Every sub-command of the unmodified `baremetal` CLI, with good input and, where that says something, with bad.
#
# usage: baremetal-commands.sh [API_URL]        default: http://127.0.0.1:6385
#
# Needs an API in noauth mode with the hardware type fake-hardware. Prints a line a check and ends with "N passed, M failed".
# The list of sub-commands is the client's own: one that nothing here has called is a failure.
# A check fails by the exit code, by a Python traceback, and by output other than the expected.
# In the environment:
#   BAREMETAL  the client (baremetal); it must take --max-retries
#   WAIT       seconds that a transition may take (60)
set -u
URL=${1:-http://127.0.0.1:6385}
unset "${!OS_@}"
export OS_AUTH_TYPE=none OS_ENDPOINT=$URL
BAREMETAL=${BAREMETAL:-baremetal}
command -v "$BAREMETAL" >/dev/null || { echo "the baremetal CLI is missing: apt-get install python3-ironicclient"; exit 2; }
WAIT=${WAIT:-60}
passed=0 failed=0
N=commands-$$
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

declare -A called=()
while IFS= read -r command; do called[$command]=0; done < <(
  "$BAREMETAL" --help | sed -n '/^Commands:/,$s/^  \([a-z]\+\( [a-z]\+\)*\)\( .*\)\?$/\1/p'
)
[ "${#called[@]}" -gt 50 ] || { echo "the list of sub-commands could not be read from $BAREMETAL --help"; exit 2; }

pass() { passed=$((passed + 1)); echo "ok    $1"; }
fail() { failed=$((failed + 1)); echo "FAIL  $1: $(tail -n 3 <<<"$2" | tr '\n' ' ')"; }
count() { # count ARGUMENTS...: notes the sub-command that they begin with
  local words='' longest='' word
  for word in "$@"; do words="${words:+$words }$word"; [ -n "${called[$words]+known}" ] && longest=$words; done
  [ -n "$longest" ] && called[$longest]=1
}
# No second try after a 409: a refusal is what is expected then.
b() { "$BAREMETAL" --max-retries 0 "$@"; }
shows() { # shows PATTERN ARGUMENTS...: succeeds, and its output has the pattern
  local pattern=$1 out code; shift; count "$@"
  out=$(b "$@" 2>&1); code=$?
  if [ "$code" != 0 ]; then fail "$*" "exit $code, $out"
  elif grep -q 'Traceback' <<<"$out" || ! grep -qE -- "$pattern" <<<"$out"; then fail "$*" "no '$pattern' in $out"
  else pass "$*"; fi
}
works() { shows '' "$@"; }
refused() { # refused PATTERN ARGUMENTS...: fails, and tells why
  local pattern=$1 out code; shift; count "$@"
  out=$(b "$@" 2>&1); code=$?
  if [ "$code" = 0 ]; then fail "refused: $*" 'it was accepted'
  elif grep -q 'Traceback' <<<"$out" || ! grep -qE -- "$pattern" <<<"$out"; then fail "refused: $*" "no '$pattern' in $out"
  else pass "refused: $*"; fi
}
value() { local column=$1; shift; b "$@" -f value -c "$column"; }
is() { # is VALUE COLUMN ARGUMENTS...: the value of one column
  local wanted=$1 got; count "${@:3}"; got=$(value "${@:2}" 2>&1)
  if [ "$got" = "$wanted" ]; then pass "$2 of ${*:3} is '$wanted'"; else fail "$2 of ${*:3}" "'$got', not '$wanted'"; fi
}
settles() { # settles VALUE COLUMN NODE: within 20 s
  local got; for _ in $(seq 20); do got=$(value "$2" node show "$3" 2>&1); [ "$got" = "$1" ] && break; sleep 1; done
  if [ "$got" = "$1" ]; then pass "$2 of $3 settles at '$1'"; else fail "$2 of $3" "stays '$got', not '$1'"; fi
}
becomes() { # becomes STATE ARGUMENTS...: a verb; asked after more often than --wait does, which looks every 10 s
  works "${@:2}"; settles "$1" provision_state "$N"
}
mac() { printf '52:54:%02x:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256)) "$1"; }
unknown=00000000-0000-4000-8000-000000000000
instance=$(cat /proc/sys/kernel/random/uuid)

# The client itself
shows 'Register a new node' help node create
shows '_baremetal' complete

# Drivers and conductors
shows 'fake-hardware' driver list
shows 'Default Power Interface' driver list --long -f json
shows 'fake-hardware' driver list --type dynamic
shows 'fake-hardware' driver show fake-hardware
refused 'HTTP 404' driver show no-such-driver
shows 'B1' driver property list fake-hardware
refused 'HTTP 404' driver property list no-such-driver
shows 'raid_level' driver raid property list fake-hardware
works driver passthru list fake-hardware
refused 'HTTP 4' driver passthru call fake-hardware no_such_method
works conductor list --long
conductor=$(value Hostname conductor list | head -n 1)
shows 'fake-hardware' conductor show "$conductor"
refused 'HTTP 404' conductor show no-such-conductor

# Chassis
chassis=$(cat /proc/sys/kernel/random/uuid)
shows "$chassis" chassis create --uuid "$chassis" --description 'rack one' --extra row=1
refused 'HTTP 400' chassis create --uuid no-uuid
shows 'rack one' chassis list
shows "row" chassis list --long
works chassis set "$chassis" --description 'rack two' --extra row=2
is 'rack two' description chassis show "$chassis"
works chassis unset "$chassis" --description --extra row
is '{}' extra chassis show "$chassis"
refused 'HTTP 404' chassis show "$unknown"

# Nodes as records
shows "$N" node create --driver fake-hardware --name "$N" --chassis-uuid "$chassis" --resource-class commands --property cpus=4 --extra rack=1
node=$(value uuid node show "$N")
refused 'HTTP 409' node create --driver fake-hardware --name "$N"
refused 'HTTP 400' node create --driver fake-hardware --name 'not a host name'
refused 'HTTP 400' node create --driver fake-hardware --power-interface no-such
shows "$N" node list
shows '"Chassis UUID"' node list --long -f json
shows "$node" node list --chassis "$chassis" --provision-state enroll --driver fake-hardware --no-maintenance --unassociated --sort name:desc
refused "doesn't have field" node list --sort no_such_column
shows "$node" node list --fields uuid name conductor
echo '{"logical_disks":[{"size_gb":10,"raid_level":"1"}]}' >"$folder/raid.json"
works node set "$N" --property memory_mb=1024 --extra serial=7 --driver-info B1=1 --driver-info B2=2 --driver-info password=secret --instance-info image_source=http://127.0.0.1/image --owner ada --lessee ben --description words --target-raid-config "$folder/raid.json"
shows "'password': '\*{6}'" node show "$N" --fields driver_info
is ada owner node show "$N"
shows 'raid_level' node show "$N" --fields target_raid_config
works node set "$N" --no-automated-clean --bios-interface no-bios
is no-bios bios_interface node show "$N"
works node set "$N" --reset-bios-interface
is fake bios_interface node show "$N"
works node unset "$N" --property memory_mb --extra serial --driver-info password --instance-info image_source --owner --lessee --description --target-raid-config
is None owner node show "$N"
refused 'Replace it by null' node unset "$N" --automated-clean
refused 'HTTP 400' node set "$N" --deploy-interface no-such
refused 'HTTP 404' node unset no-such-node --name
refused 'HTTP 404' node show no-such-node
works node add trait "$N" CUSTOM_COMMANDS CUSTOM_SECOND
shows 'CUSTOM_SECOND' node trait list "$N"
refused 'HTTP 400' node add trait "$N" lower_case
works node remove trait "$N" CUSTOM_SECOND
refused 'HTTP 404' node remove trait "$N" CUSTOM_SECOND
works node maintenance set "$N" --reason 'a cable'
is 'a cable' maintenance_reason node show "$N"
works node maintenance unset "$N"
is False maintenance node show "$N"
shows 'power' node validate "$N"
refused 'HTTP 404' node validate no-such-node

# Port groups and ports
shows 'group' port group create --node "$node" --name "$N-group" --address "$(mac 1)" --mode 802.3ad --property miimon=100
refused 'HTTP 400' port group create --node "$unknown"
shows "$N-group" port group list --node "$N" --long
works port group set "$N-group" --mode balance-rr --extra k=v --unsupport-standalone-ports
is balance-rr mode port group show "$N-group"
works port group unset "$N-group" --extra k --address
is None address port group show "$N-group"
refused 'HTTP 404' port group show no-such-group
group=$(value uuid port group show "$N-group")
port=$(cat /proc/sys/kernel/random/uuid)
shows "$port" port create "$(mac 2)" --uuid "$port" --node "$node" --pxe-enabled true --physical-network one --local-link-connection switch_id=0a:1b:2c:3d:4e:5f --local-link-connection port_id=e1
refused 'HTTP 400' port create no-mac --node "$node"
shows "$port" port list --node "$N" --long
refused 'HTTP 400' port list --address no-mac
works port set "$port" --extra k=v --pxe-disabled
is False pxe_enabled port show "$port"
works port unset "$port" --extra k --physical-network
is None physical_network port show "$port"
refused 'HTTP 400' port set "$port" --address no-mac
refused 'HTTP 404' port show "$unknown"
works port group set "$N-group" --support-standalone-ports
works port set "$port" --port-group "$group" --pxe-enabled
shows "$port" port list --port-group "$group"
works port unset "$port" --port-group
works node vif attach "$N" "$N-vif"
works node vif list "$N"
works node vif detach "$N" "$N-vif"
refused 'HTTP 404' node vif attach no-such-node "$N-vif"

# Volumes; they change while the machine is off
works node power off "$N"
settles 'power off' power_state "$N"
connector=$(cat /proc/sys/kernel/random/uuid)
shows "$connector" volume connector create --node "$node" --type iqn --connector-id "iqn.2020-01.example:$N" --uuid "$connector"
shows "$connector" volume connector list --node "$N" --long
works volume connector set "$connector" --connector-id "iqn.2020-01.example:$N-2" --extra k=v
is "iqn.2020-01.example:$N-2" connector_id volume connector show "$connector"
works volume connector unset "$connector" --extra k
is '{}' extra volume connector show "$connector"
refused 'HTTP 404' volume connector show "$unknown"
target=$(cat /proc/sys/kernel/random/uuid)
shows "$target" volume target create --node "$node" --type iscsi --boot-index 0 --volume-id v1 --property target_lun=1 --uuid "$target"
refused 'HTTP 4' volume target create --node "$node" --type iscsi --boot-index 0 --volume-id v2
shows "$target" volume target list --node "$N" --long
works volume target set "$target" --volume-id v3 --extra k=v --property target_port=3260
is v3 volume_id volume target show "$target"
works volume target unset "$target" --extra k --property target_port
is '{}' extra volume target show "$target"
refused 'HTTP 404' volume target show "$unknown"

# Deploy templates
steps='[{"interface":"deploy","step":"deploy","args":{},"priority":100}]'
shows 'CUSTOM_COMMANDS' deploy template create CUSTOM_COMMANDS --steps "$steps" --extra k=v
refused 'HTTP 400' deploy template create CUSTOM_OTHER --steps '[{"interface":"nothing","step":"x","args":{},"priority":1}]'
shows 'CUSTOM_COMMANDS' deploy template list --long
works deploy template set CUSTOM_COMMANDS --name CUSTOM_RENAMED --steps "$steps"
works deploy template unset CUSTOM_RENAMED --extra k
is '{}' extra deploy template show CUSTOM_RENAMED
refused 'HTTP 404' deploy template show CUSTOM_COMMANDS
works deploy template delete CUSTOM_RENAMED
refused 'HTTP 404' deploy template delete CUSTOM_RENAMED

# Provision verbs, from enrolment to deletion
refused 'HTTP 400' node provide "$N"
works node manage "$N" --wait "$WAIT"
becomes manageable node inspect "$N"
becomes manageable node clean "$N" --clean-steps '[{"interface":"raid","step":"delete_configuration"}]'
becomes 'clean failed' node clean "$N" --clean-steps '[{"interface":"bios","step":"no_such_step"}]'
becomes manageable node manage "$N"
becomes available node provide "$N"
refused 'HTTP 400' node abort "$N"
shows "$N" allocation create --resource-class commands --trait CUSTOM_COMMANDS --name "$N" --extra k=v --wait "$WAIT"
shows "$N" allocation list --long --node "$N"
is active state allocation show "$N"
works allocation set "$N" --name "$N-2" --extra l=m
works allocation unset "$N-2" --extra k
is "{'l': 'm'}" extra allocation show "$N-2"
refused 'no available nodes match' allocation create --resource-class no-such-class --name "$N-none" --wait "$WAIT"
works allocation delete "$N-none" "$N-2"
refused 'HTTP 404' allocation delete "$N-2"
becomes active node deploy "$N" --config-drive '{"meta_data":{"hostname":"first"}}'
works node set "$N" --instance-uuid "$instance"
shows "$N" node show --instance "$instance"
refused 'HTTP 409' node delete "$N"
works node set "$N" --protected --protected-reason data
refused 'HTTP 403' node undeploy "$N"
works node unset "$N" --protected --protected-reason
becomes rescue node rescue "$N" --rescue-password secret
becomes active node unrescue "$N"
becomes active node rebuild "$N"

# Power, management, console and vendor methods
works node power off "$N"
settles 'power off' power_state "$N"
works node power on "$N" --power-timeout 30
settles 'power on' power_state "$N"
works node power off --soft "$N"
settles 'power off' power_state "$N"
works node reboot "$N"
settles 'power on' power_state "$N"
works node boot device set "$N" pxe --persistent
shows 'pxe' node boot device show "$N"
shows 'pxe' node boot device show --supported "$N"
refused 'HTTP 400' node boot device set "$N" wanboot
works node boot mode set "$N" uefi
works node secure boot on "$N"
works node secure boot off "$N"
refused 'does not support inject_nmi' node inject nmi "$N"
works node console enable "$N"
settles True console_enabled "$N"
shows 'console_enabled|shellinabox|url' node console show "$N"
works node console disable "$N"
settles False console_enabled "$N"
works node bios setting list "$N"
works node bios setting list "$N" --long
setting=$(value Name node bios setting list "$N" 2>/dev/null | head -n 1 | cut -d ' ' -f 1)
if [ -n "$setting" ]; then shows "$setting" node bios setting show "$N" "$setting"; fi
refused 'HTTP 404' node bios setting show "$N" no_such_setting
shows 'third_method_sync' node passthru list "$N"
works node passthru call "$N" second_method --arg bar=kazoo
refused 'HTTP 400' node passthru call "$N" no_such_method
becomes available node undeploy "$N"
works node manage "$N" --wait "$WAIT"
becomes active node adopt "$N"

# History: the unknown step has left a line in it
event=$(value UUID node history list "$N" | head -n 1)
shows "$event" node history list "$N"
shows 'no_such_step' node history get "$N" "$event"
refused 'HTTP 404' node history get "$N" "$unknown"

# Resources of a file
first_mac=$(mac 3) second_mac=$(mac 4)
cat >"$folder/good.json" <<EOF
{"chassis": [{"description": "$N-file", "nodes": [{"driver": "fake-hardware", "name": "$N-file",
  "portgroups": [{"name": "$N-file", "ports": [{"address": "$second_mac"}]}], "ports": [{"address": "$first_mac"}]}]}]}
EOF
works create "$folder/good.json"
file_chassis=$(value chassis_uuid node show "$N-file")
is "$N-file" description chassis show "$file_chassis"
shows "$first_mac" port list --node "$N-file"
shows "$second_mac" port list --port-group "$N-file"
echo '{"nodes": [{"driver": "no-such-driver"}]}' >"$folder/bad.json"
refused 'no-such-driver' create "$folder/bad.json"

# Ends
works port delete "$port"
refused 'HTTP 404' port delete "$port"
works port group delete "$N-group"
refused 'HTTP 404' port group delete "$N-group"
refused 'HTTP 4' volume connector delete "$connector"
becomes available node undeploy "$N"
works node power off "$N"
settles 'power off' power_state "$N"
works volume connector delete "$connector"
works volume target delete "$target"
refused 'HTTP 404' volume target delete "$target"
refused 'HTTP 4' chassis delete "$chassis"
works node delete "$N" "$N-file"
refused 'HTTP 404' node delete "$N"
works chassis delete "$chassis" "$file_chassis"
refused 'HTTP 404' chassis delete "$chassis"

for command in "${!called[@]}"; do
  if [ "${called[$command]}" = 1 ]; then pass "called: $command"; else fail "called: $command" 'this script never calls it'; fi
done | sort >"$folder/called"
never=$(grep -c '^FAIL' "$folder/called")
grep '^FAIL' "$folder/called"
echo "$((${#called[@]} - never)) of ${#called[@]} sub-commands were called"
failed=$((failed + never))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
