#!/usr/bin/env bash
# What the profiler costs and how true it is: benchmarks/profiler.sh [--quick] [cpu|slowdown|taken|share]... [JDK...]
# With each JDK (default: the one of java), some minutes: the processor time of a snapshot beside the bare fetch of a stack, what a
# sampled request loses, how many snapshots come of those that are due, and the share of a known hot method beside
# async-profiler. Wants a machine with two processors that nobody else uses.
set -u
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jar=$home/benchmarks/target/benchmarks.jar
[ -f "$jar" ] || { echo "profiler: $jar is not built; run mvn package -pl benchmarks -am -DskipTests" >&2; exit 1; }
options=()
while :; do
  case ${1:-} in
    --quick | cpu | slowdown | taken | share) options+=("$1") && shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || set -- "${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"
for jdk in "$@"; do
  flags=(-Xmx512m)
  case $("$jdk/bin/java" -version 2>&1) in
    *'"17'* | *'"18'* | *'"19'* | *'"20'*) ;;
    *) flags+=(-XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED) ;;
  esac
  "$jdk/bin/java" "${flags[@]}" -cp "$jar" io.skein.benchmarks.profile.ProfilerFigures ${options[@]+"${options[@]}"} || exit 1
done
