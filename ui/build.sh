#!/usr/bin/env bash
# What Maven runs for the pages: build.sh build | test. Usable by hand as well.
# Packages are installed only when the lock file changed since the last time, so that repeated builds are quick.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
  echo "[skein-ui] $*" >&2
  exit 1
}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
  fail "Node.js with npm is needed to build the pages and was not found. Install Node.js 20.19 or newer (Debian: apt install nodejs npm), or build without the pages: mvn -Dskein.ui.skip"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old for the build of the pages: install 20.19 or newer, or build without the pages: mvn -Dskein.ui.skip"

install() {
  local stamp=node_modules/.skein-lock wanted
  wanted="$(cksum <package-lock.json) $(node --version)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  echo "[skein-ui] installing the packages of the pages (npm ci)"
  npm ci --no-audit --no-fund --loglevel=error ||
    fail "npm ci failed. The first build needs the npm registry: check the network or npm's proxy settings, or build without the pages: mvn -Dskein.ui.skip"
  echo "$wanted" >"$stamp"
}

case "${1:-build}" in
  build)
    install
    # Maven only adds to target/classes; files of earlier builds have other names and would stay in the jar.
    rm -rf dist target/classes/io/skein/ui
    npm run --silent build
    ;;
  test)
    install
    npm run --silent check || fail "the formatter or the type checker objects: npm run format, then npm run check"
    npm test --silent
    ;;
  *)
    fail "usage: build.sh [build|test]"
    ;;
esac
