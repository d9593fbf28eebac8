#!/usr/bin/env bash
# What reporting costs in the agent's own threads: benchmarks/own-threads.sh [SEGMENTS_PER_SECOND]...
# An application that is none makes segments of five spans (870, 1,500 and 3,000 per second if nothing is said) for two
# minutes; the packaged server takes them on other processors. Wants Linux with two that nobody else uses.
set -u
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for jar in server/app/target/skein-server.jar benchmarks/target/benchmarks.jar; do
  [ -f "$home/$jar" ] || { echo "own-threads: $jar is not built; run mvn package -pl server/app,benchmarks -am -DskipTests" >&2; exit 1; }
done
cd "$home" && exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms512m -Xmx512m -XX:+UseSerialGC \
  -cp benchmarks/target/benchmarks.jar io.skein.benchmarks.report.OwnThreads "$@"
