#!/usr/bin/env bash
# What the packaged server bears: benchmarks/server-load.sh [SPANS [DIRECTORY]]
# Reports 10 million spans to it over gRPC as fast as it takes them, from this machine, then restarts it and asks it
# while 5,000 spans come in every second. Takes some minutes and, in DIRECTORY (default: one in /tmp), 700 MB.
set -u
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for jar in server/app/target/skein-server.jar benchmarks/target/benchmarks.jar; do
  [ -f "$home/$jar" ] || { echo "server-load: $jar is not built; run mvn package -pl server/app,benchmarks -am -DskipTests" >&2; exit 1; }
done
cd "$home" && exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -cp benchmarks/target/benchmarks.jar io.skein.benchmarks.server.ServerLoad "$@"
