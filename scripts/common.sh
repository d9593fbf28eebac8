# Shared by ./skein and ./verify: finding tools, and building with progress that a person can follow.
# Sourced, not run; $home is the directory of the project. Works with bash 3.2, which macOS ships.

# say LINE: for the person at the terminal. fail LINE...: the same, and the end.
say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# java_facts JAVA: "MAJOR HOME" of that java, or nothing.
java_facts() {
  "$1" -XshowSettings:properties -version 2>&1 | awk -F' = ' '
    $1 ~ /java\.specification\.version$/ { v = $2; sub(/^1\./, "", v); sub(/[^0-9].*/, "", v) }
    $1 ~ /^ *java\.home$/ { h = $2 }
    END { if (v != "" && h != "") print v " " h }'
}

# installed_jdks: the homes of all JDKs of this machine from 17 on, one per line, oldest first, one per major version.
installed_jdks() {
  local candidate facts major seen=" "
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/jdk* /opt/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nowhere}"/.sdkman/candidates/java/* \
    "${HOME:-/nowhere}"/.jdks/*; do
    [ -x "$candidate/bin/javac" ] || continue
    facts=$(java_facts "$candidate/bin/java")
    [ -n "$facts" ] || continue
    major=${facts%% *}
    [ "$major" -ge 17 ] || continue
    case $seen in *" $major "*) continue ;; esac
    seen="$seen$major "
    printf '%s %s\n' "$major" "${facts#* }"
  done | sort -n | cut -d' ' -f2-
}

# Sets java and JAVA_HOME to a JDK of 17 or newer, or ends with a message.
need_jdk() {
  local facts major found
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it." \
      "Set JAVA_HOME to a JDK of version 17 or newer, or unset it to use the java on the PATH."
  else
    java=$(command -v java || true)
  fi
  facts=
  [ -z "$java" ] || facts=$(java_facts "$java")
  major=${facts%% *}
  if [ -n "$facts" ] && [ "$major" -ge 17 ] && [ -x "${facts#* }/bin/javac" ]; then
    JAVA_HOME=${facts#* }
    java=$JAVA_HOME/bin/java
    export JAVA_HOME
    return
  fi
  found=$(JAVA_HOME='' installed_jdks | head -n 1)
  if [ -z "$facts" ]; then
    set -- "no Java found."
  elif [ "$major" -lt 17 ]; then
    set -- "Java $major at ${facts#* } is too old; Skein needs a JDK of version 17 or newer."
  else
    set -- "Java $major at ${facts#* } has no compiler (it is no JDK), and Skein has to be built first."
  fi
  if [ -n "$found" ]; then
    fail "$1" "There is a JDK on this machine. Use it with: JAVA_HOME=$found ./$program"
  fi
  fail "$1" "Install a JDK, version 17 or newer. Debian, Ubuntu: apt-get install openjdk-17-jdk-headless" \
    "Fedora: dnf install java-latest-openjdk-devel   macOS: brew install openjdk" \
    "Then call this again; if it is not on the PATH, set JAVA_HOME to it."
}

need_maven() {
  command -v mvn >/dev/null 2>&1 || fail "Maven (mvn) is not on the PATH; Skein has to be built first." \
    "Install it, version 3.8 or newer. Debian, Ubuntu: apt-get install maven" \
    "Fedora: dnf install maven   macOS: brew install maven"
}

need_node() {
  local version minor
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
    fail "Node.js with npm is not on the PATH; the web interface is built with it." \
      "Install Node.js 20.19 or newer, npm included. macOS: brew install node" \
      "Other systems: your package manager, or the downloads at nodejs.org"
  version=$(node --version 2>/dev/null | sed 's/^v//')
  minor=${version#*.}
  minor=${minor%%.*}
  [ "${version%%.*}" -gt 20 ] 2>/dev/null || { [ "${version%%.*}" = 20 ] && [ "$minor" -ge 19 ]; } ||
    fail "Node.js $version is too old; the web interface needs version 20.19 or newer." \
      "macOS: brew install node; other systems: your package manager, or the downloads at nodejs.org"
}

network_failed() {
  grep -Eq 'UnknownHost|Unknown host|Name or service not known|name resolution|Network is unreachable|No route to host|Connect(ion)? (to .* )?(refused|reset|timed out)|Connect timed out|Read timed out|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Could not transfer|in offline mode' "$1"
}

# Narrower than network_failed: tests write "connection refused" into their logs on purpose.
download_failed() {
  grep -Eq 'Could not transfer artifact|could not be resolved|npm (ERR!|error) (network|code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT))' "$1"
}

# run_maven LOG ARGUMENT...: Maven with its whole output in LOG and one line per module on the terminal.
run_maven() {
  local log=$1 line module downloads=0 shown=0 status
  shift
  mkdir -p "${log%/*}"
  mvn -B -Dstyle.color=never -f "$home/pom.xml" "$@" 2>&1 </dev/null | tee "$log" | {
    while IFS= read -r line; do
      case $line in
        *'] Downloaded from '* | 'Downloaded from '*)
          downloads=$((downloads + 1))
          if [ $((downloads - shown)) -ge 50 ]; then
            shown=$downloads
            say "    $downloads files downloaded"
          fi
          ;;
        '[INFO] Building '*' ['[0-9]*/*[0-9]']')
          module=${line#'[INFO] Building '}
          say "  [${line##*[} ${module%% [0-9]*}"
          ;;
        *'Tests run:'*' -- in '* | *'Tests run:'*'Time elapsed'*) say "    ${line#*] }" ;;
      esac
    done
  }
  status=${PIPESTATUS[0]}
  return "$status"
}

# explain_failure LOG: what a person needs to know of a build that failed.
explain_failure() {
  if network_failed "$1"; then
    fail "the build could not download what it needs: is there a network?" \
      "The first build takes libraries from Maven Central and the npm registry; later ones work without." \
      "Behind a proxy, set it in ~/.m2/settings.xml and with: npm config set proxy URL" \
      "The build's log: $1"
  fi
  if grep -q 'No space left on device' "$1"; then
    fail "the disk is full: the build could not write." "The build's log: $1"
  fi
  if ! grep -q '^\[ERROR\]' "$1"; then
    fail "the build was ended before it was done." "The build's log: $1"
  fi
  {
    say "$program: the build failed. Its first errors:"
    # Warnings in sources count: the compiler runs with -Werror.
    grep -E '^\[ERROR\]|^\[WARNING\].*\.java:|npm (ERR!|error)' "$1" |
      grep -Ev '^\[ERROR\] *$|Help 1|stack trace of the errors|-X switch|For more information|After correcting|-rf :|^\[ERROR\][[:space:]]+at ' | head -n 8 | sed 's/^/  /'
    say "  The build's log: $1"
  } >&2
  exit 1
}
