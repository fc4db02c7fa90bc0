#!/bin/sh
# The chassis of a simulated machine: ipmi_sim runs it as `chassis-control <mc> get|set <item> [<value>] …` in the
# machine's folder. SIM_NODE and SIM_AGENT name the node program and the agent's main module.

now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
put() { printf '%s\n' "$2" >"$1.bmc" && mv "$1.bmc" "$1"; }
value() { if [ -r "$1" ]; then read -r content <"$1"; else content=$2; fi; }

# Sets `start` to the start time of process $1, to nothing when it has ended.
look_up() {
  start=
  if read -r stat 2>/dev/null <"/proc/$1/stat"; then
    set -- ${stat##*) }
    [ "$1" = Z ] || start=${20}
  fi
}

# A recorded process is the machine's only while its start time is the recorded one: process ids are used again.
agent_lives() {
  [ -r pid ] && read -r pid recorded <pid && look_up "$pid" && [ -n "$start" ] && [ "$start" = "$recorded" ]
}

# Ends the agent with signal $1, after $2 hundredths of a second with KILL, and returns when it has ended.
end_agent() {
  tries=$2
  signal=$1
  while agent_lives; do
    kill -s "$signal" -- "-$pid" 2>/dev/null || kill -s "$signal" "$pid" 2>/dev/null
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || signal=KILL
    sleep 0.01
  done
  rm -f pid
}

boot() {
  value boot none
  [ -s boot-persistent ] || put boot none
  if [ "$content" = pxe ]; then
    put state 'running: agent'
    # ipmi_sim's pipes must not stay open in a process that outlives it: it would wait for their end.
    setsid "${0%/*}/network-boot" </dev/null >>console.log 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
    pid=$!
    look_up "$pid"
    put pid "$pid $start"
  else
    put state 'running: disk'
    printf '%s booted from disk\n' "$(now)" >>console.log
  fi
}

power_on() {
  value power 0
  if [ "$content" != 1 ]; then
    put power 1
    boot
  fi
}

power_off() {
  end_agent "$1" "$2"
  put state 'running: off'
  put power 0
}

reset() {
  value power 0
  if [ "$content" = 1 ]; then
    end_agent KILL 1
    boot
  fi
}

shift
operation=$1
shift
printf '%s %s %s\n' "$(now)" "$operation" "$*" >>bmc.log
case $operation in
  get)
    for item in "$@"; do
      case $item in
        power) value power 0 && printf 'power:%s\n' "$content" ;;
        boot) value boot none && printf 'boot:%s\n' "$content" ;;
        *) printf '%s:0\n' "$item" ;;
      esac
    done
    ;;
  set)
    case $1 in
      power) if [ "$2" = 1 ]; then power_on; else power_off KILL 1; fi ;;
      reset) reset ;;
      shutdown) power_off TERM 50 ;;
      boot) put boot "$2" ;;
    esac
    ;;
esac
exit 0
