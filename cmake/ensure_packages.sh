# Sourced by samples/demo.sh and tests/run.sh: installs what cmake/debian-packages.txt lists and this machine lacks, as
# root or through sudo; otherwise prints the one line to run and ends with status 2.
ensure_packages() {
  local list=$1 missing=() package
  command -v dpkg-query >/dev/null || { echo "Not a Debian system: install the packages of $list by hand." >&2; return 0; }
  while read -r package; do
    case "$package" in
      ''|'#'*) continue ;;
      # Whoever has node from elsewhere has npm with it, and Debian's would not go beside it.
      nodejs|npm) command -v node >/dev/null && command -v npm >/dev/null && continue ;;
    esac
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done <"$list"
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo)
    elif command -v sudo >/dev/null && [ -t 0 ]; then
      as_root=(sudo)
    else
      echo "Packages are missing. As root, run:" >&2
      echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
  fi
  echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
