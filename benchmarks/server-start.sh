#!/usr/bin/env bash
# How long the packaged server takes until it answers, and what it then needs: benchmarks/server-start.sh [JDK...]
# Starts it anew five times with each JDK, on an empty directory, as ./skein server does.
set -u
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jar=$home/server/app/target/skein-server.jar
[ -f "$jar" ] || { echo "server-start: $jar is not built; run ./skein build" >&2; exit 1; }
[ $# -gt 0 ] || set -- "${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"
port=$((20000 + RANDOM % 20000))
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT

millis() { echo $(($(date +%s%N) / 1000000)); }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /api/status HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && grep -q ' 200 ' <&3) 2>/dev/null; }

for jdk in "$@"; do
  ready="" resident=""
  for run in 1 2 3 4 5; do
    began=$(millis)
    "$jdk/bin/java" "@$home/scripts/server.jvm" -jar "$jar" --data "$data/$run" --http-port "$port" --grpc-port $((port + 1)) >/dev/null 2>&1 &
    pid=$!
    until answers; do
      kill -0 $pid 2>/dev/null || { echo "server-start: it ended before it answered" >&2; exit 1; }
      sleep 0.01
    done
    ready="$ready $(($(millis) - began))"
    sleep 10
    resident="$resident $(ps -o rss= -p $pid | awk '{ print int($1 / 1024) }')"
    kill $pid
    wait $pid 2>/dev/null
    rm -rf "${data:?}/$run"
  done
  "$jdk/bin/java" -version 2>&1 | head -n 1
  echo "  answers after (ms):      $(tr ' ' '\n' <<<"$ready" | sed '/^$/d' | sort -n | tr '\n' ' ')"
  echo "  resident after 10 s (MB): $(tr ' ' '\n' <<<"$resident" | sed '/^$/d' | sort -n | tr '\n' ' ')"
done
