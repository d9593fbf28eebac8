# demo-check.sh LOG: runs the demo as a person does and checks how it ends. Used by ./verify.
# Writes "STATUS WHAT" lines to LOG.outcomes; the demo's own words go to LOG and the terminal.
set -u
set -m # each demo gets a process group of its own, as at a terminal, and does not ignore Ctrl-C
home=$(cd "$(dirname "$0")/.." && pwd -P)
log=$1
: >"$log"
: >"$log.outcomes"

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port=$1
  while listening "$port"; do port=$((port + 1)); done
  echo "$port"
}
# Started in the background of a script, a shell ignores Ctrl-C, and so would all that it starts.
ears=""
if env --default-signal=INT true 2>/dev/null; then ears="env --default-signal=INT"; fi
http=$(free_port 12800)
grpc=$(free_port 11800)
outcome() { echo "$1 $2" >>"$log.outcomes"; }
# await SECONDS COMMAND...: until the command succeeds.
await() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $limit ] || return 1
    sleep 0.2
  done
}
# A zombie has ended; where process 1 collects none, it stays listed.
group_gone() { ! ps -eo pgid=,stat= | awk -v group="$1" '$1 == group && $2 !~ /^Z/ { found = 1 } END { exit !found }'; }
nothing_left() { group_gone "$1" && ! listening "$http" && ! listening "$grpc"; }

run_to_its_end() {
  "$home/skein" demo --seconds 15 --http-port "$http" --grpc-port "$grpc" 2>&1 | tee -a "$log"
  local status=${PIPESTATUS[0]}
  tail -n 1 "$log" | grep -Eq '^demo: [0-9]+ requests, [0-9]+ traces, made [0-9]+ = stored [0-9]+ \+ dropped 0, 3 services$' || status=1
  outcome "$status" "demo: every request is one whole trace, and the numbers add up"
}

# end_with SIGNAL WHAT: starts the demo, waits until it has traffic, and ends it from outside.
end_with() {
  local mine=$log.$1 group status=0
  $ears "$home/skein" demo --http-port "$http" --grpc-port "$grpc" >"$mine" 2>&1 </dev/null &
  group=$!
  if await 300 grep -q ' requests ' "$mine"; then
    if [ "$1" = KILL ]; then
      kill -KILL "$group" # the launcher alone; nobody tells its children
    else
      kill "-$1" -- "-$group"
    fi
    await 60 nothing_left "$group" || status=1
  else
    status=1
  fi
  kill -KILL -- "-$group" 2>/dev/null
  wait "$group" 2>/dev/null
  if [ "$1" != KILL ] && grep -q 'Exception' "$mine"; then status=1; fi
  cat "$mine" >>"$log"
  outcome "$status" "$2"
}

port_taken() {
  local group status=0 text
  # Any listener will do: a JVM is at hand, other tools may not be.
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 "$home/scripts/HoldPort.java" "$http" >"$log.hold" 2>&1 &
  group=$!
  await 30 listening "$http" || status=1
  text=$("$home/skein" demo --seconds 1 --http-port "$http" --grpc-port "$grpc" 2>&1) && status=1
  kill "$group" 2>/dev/null
  wait "$group" 2>/dev/null
  printf '%s\n' "$text" >>"$log"
  case $text in *"port $http "*"--http-port"*) ;; *) status=1 ;; esac
  case $text in *'Exception'* | *'	at '*) status=1 ;; esac
  outcome "$status" "demo: a taken port is named with the option that changes it"
}

run_to_its_end
end_with INT "demo: Ctrl-C leaves no process and no port behind"
end_with KILL "demo: kill -9 of the launcher leaves no process and no port behind"
port_taken
