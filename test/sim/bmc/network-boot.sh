#!/bin/sh
# What a machine's firmware does when it boots from the network: it asks for an address with the machine's MAC, and without an
# answer it does not boot. `boot-network` names the network namespace and the interface; without it there is no DHCP to ask.
if read -r namespace interface 2>/dev/null <boot-network; then
  if ! ip netns exec "$namespace" busybox udhcpc -i "$interface" -n -q -t 4 -T 1 -s /bin/true; then
    printf '%s no DHCP server answered: no boot\n' "$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)"
    printf 'running: halted\n' >state.firmware && mv state.firmware state
    exit 0
  fi
fi
exec "$SIM_NODE" --max-semi-space-size=1 "$SIM_AGENT" --config machine.json
