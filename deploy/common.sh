# shellcheck shell=bash
# What quickstart and check share: words with times, and installing what is missing. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
started=$SECONDS

# say WORDS...: one line of progress, with the minutes and seconds since the start.
say() {
  local now=$((SECONDS - started))
  printf '[%02d:%02d] %s\n' $((now / 60)) $((now % 60)) "$*"
}

# stop_with WORDS...: the end, with what to do about it.
stop_with() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# packages_of SECTION...: the lines of these sections of packages.txt, without comments.
packages_of() {
  local wanted=" $* " section='' line
  while read -r line; do
    case "$line" in
      '' | '#'*) ;;
      '['*']') section=${line:1:-1} ;;
      *) [[ $wanted == *" $section "* ]] && printf '%s\n' "$line" ;;
    esac
  done < "$root/deploy/packages.txt"
  return 0
}

# missing_packages SECTION...: those that are neither installed nor stood in for by their command.
missing_packages() {
  local package command
  while read -r package command; do
    [[ -n $command ]] && command -v "$command" > /dev/null && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done < <(packages_of "$@")
}

# install_packages SECTION...: installs what is missing; needs neither network nor privilege when nothing is.
install_packages() {
  command -v dpkg-query > /dev/null ||
    stop_with "this is not Debian; install what deploy/packages.txt lists in your system's way and see deploy/README.md"
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    say "packages: all there"
    return
  fi
  if ((EUID != 0)); then
    command -v sudo > /dev/null ||
      stop_with "packages are missing and only root can install them: run as root, or install sudo. Missing: ${missing[*]}"
    as_root=(sudo)
  fi
  say "packages: installing ${#missing[@]}: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq ||
    stop_with "apt-get update failed; check the network and /etc/apt/sources.list"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" ||
    stop_with "apt-get could not install: ${missing[*]}"
}
