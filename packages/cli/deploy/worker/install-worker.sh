#!/bin/sh
# Installs a worker as a service of systemd: a user, its settings, a data directory and a hardened unit.
# Running it again changes what its options say and keeps the rest.
set -eu

usage() {
  cat <<'END'
Usage: install-worker.sh [options]

  --server URL            the server; needed the first time
  --command COMMAND       what runs for each task, with the prompt on standard input; needed the first time
  --token-file FILE       holds the token that registers the worker (or CODETETHER_TOKEN in the environment)
  --name NAME             what people and tasks call the worker
  --codebases LIST        [name:]/path,… directories that tasks may work in
  --capabilities LIST     what tasks may require of the worker
  --models LIST           models that the worker can use, provider/model,…
  --pass-env LIST         variables of the settings that the command gets
  --auto-approve POLICY   all, safe or none
  --share                 give the codebases to the group codetether-worker, setgid, and let nobody else write
  --uninstall             remove the service; settings and data stay
  --purge                 with --uninstall: remove them too
  --dry-run               say what would be done
  --root DIRECTORY        install into a tree below it, and start nothing
  --help                  this

Settings are in /etc/codetether-worker/env, which you may edit; then: systemctl restart codetether-worker
END
}

fail() {
  echo "error: $1" >&2
  [ $# -lt 2 ] || echo "hint: $2" >&2
  exit "${3:-1}"
}

wrong() { fail "$1" 'see --help' 2; }

# Does it, or says it.
run() {
  if [ -n "$dry" ]; then echo "would: $*"; else "$@"; fi
}

# The settings so far, changed by one.
set_variable() {
  case $2 in *"$newline"*) wrong "$1 has more than one line" ;; esac
  [ "$(get_variable "$1")" != "$2" ] || return 0
  quoted=$(printf '%s' "$2" | sed 's/[\\"$`]/\\&/g')
  settings=$(printf '%s\n' "$settings" | grep -v "^$1=" || true)
  settings=$settings$newline$1=\"$quoted\"
}

# The first of the variables that the settings have.
get_variable() {
  for variable; do
    printf '%s\n' "$settings" | sed -n "s/^$variable=//p" | tail -n 1 |
      sed "s/^'\(.*\)'\$/\1/; s/^\"\(.*\)\"\$/\1/; s/\\\\\([\\\"\$\`]\)/\1/g"
  done | sed '/^$/d; q'
}

# Writes a text to a file, all at once, if it holds anything else. What it says, a token perhaps, is not on the screen.
write_file() { # PATH MODE TEXT
  if [ -f "$1" ] && [ "$3" = "$(cat "$1" 2>/dev/null)" ]; then
    run chmod "$2" "$1"
    return
  fi
  changed=1
  if [ -n "$dry" ]; then
    echo "would: write $1 ($2)"
    return
  fi
  temporary=$(mktemp "$1.XXXXXX")
  chmod "$2" "$temporary"
  printf '%s\n' "$3" >"$temporary"
  mv -f "$temporary" "$1"
}

has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

# What the user and its group are called by chown. The ids of a tree are its own: this machine may have others, or none.
account_ids() {
  found=''
  [ -z "$root" ] || found=$(sed -n "s/^$account:[^:]*:\([0-9]*:[0-9]*\):.*/\1/p" "$root/etc/passwd" 2>/dev/null || true)
  echo "${found:-$account:$account}"
}

# One path on each line.
codebase_paths() {
  get_variable CODETETHER_CODEBASES A2A_CODEBASES | tr ',' '\n' | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; s/^[^/:]*://; /^$/d'
}

check_codebases() {
  codebase_paths | while read -r path; do
    case $path in
      *[!A-Za-z0-9._/@+-]* | [!/]*) wrong "$path: a codebase is an absolute path of letters, digits and . _ @ + -" ;;
      / | /etc | /usr | /bin | /boot | /dev | /home | /lib | /proc | /root | /run | /sys | /var)
        wrong "$path belongs to the system and is no codebase" ;;
    esac
    [ "$path" = "$(realpath -ms -- "$path")" ] || wrong "$path is another way to write $(realpath -ms -- "$path")"
    [ -d "$root$path" ] || fail "$root$path is no directory" 'make it, or take it out of --codebases' 2
  done
}

share() { # DIRECTORY
  run find -P "$1" -xdev -exec chgrp -h "${ids#*:}" {} +
  run find -P "$1" -xdev -type d -exec chmod g+rwxs,o-w {} +
  run find -P "$1" -xdev -type f -exec chmod g+rwX,o-w {} +
}

render_unit() {
  home=true
  paths=/var/lib/codetether-worker
  for path in $(codebase_paths); do paths="$paths $path"; done
  for path in $paths "$here"; do
    case $path in /home/* | /root/* | /run/user/*) home=read-only ;; esac
  done
  sed "s|@LAUNCHER@|$here/run-worker.sh|; s|@PROTECT_HOME@|$home|; s|@WRITABLE@|$paths|" "$here/codetether-worker.service"
}

start_service() {
  run systemctl daemon-reload
  run systemctl enable codetether-worker.service
  if [ -n "$changed" ]; then run systemctl restart codetether-worker.service; else run systemctl start codetether-worker.service; fi
}

install_worker() {
  [ -n "$(get_variable CODETETHER_SERVER A2A_SERVER_URL)" ] || wrong 'the worker does not know its server: --server'
  [ -n "$(get_variable CODETETHER_WORKER_COMMAND)" ] || wrong 'the worker does not know what to run: --command'
  check_codebases
  [ -z "$share" ] || [ -n "$(codebase_paths)" ] || wrong '--share needs --codebases'

  [ -d "$root/etc" ] || run mkdir -p "$root/etc"
  echo "u $account - \"CodeTether worker\" /var/lib/codetether-worker" |
    run systemd-sysusers --root="${root:-/}" -
  ids=$(account_ids)
  run mkdir -p "$root/var/lib" "$(dirname "$unit")"
  run install -d -m 0700 -o "${ids%:*}" -g "${ids#*:}" "$data"
  run install -d -m 0755 "$configuration"
  write_file "$configuration/env" 0600 "$(printf '%s\n' "$settings" | sed '/^$/d')"
  if [ -n "$share" ]; then
    for path in $(codebase_paths); do share "$root$path"; done
  fi
  if [ -z "$root$dry" ]; then
    runuser -u "$account" -- /bin/sh "$here/run-worker.sh" --help >/dev/null ||
      fail "the user $account cannot run $here/run-worker.sh" \
        'install where everybody may read, as with npm install --global codetether, with a Node.js 24 or newer'
  fi
  write_file "$unit" 0644 "$(render_unit)"
  if has_systemd; then start_service; else echo 'nothing is started: systemd does not run here'; fi
}

uninstall_worker() {
  if has_systemd && [ -f "$unit" ]; then run systemctl disable --now codetether-worker.service; fi
  run rm -f "$unit"
  if has_systemd; then run systemctl daemon-reload; fi
  if [ -n "$purge" ]; then
    run rm -rf "$configuration" "$data"
    echo "the user $account stays, for shared directories belong to its group; userdel $account removes it"
  else
    echo "settings and data stay in $configuration and $data; --purge removes them"
  fi
}

here=$(dirname -- "$(readlink -f -- "$0")")
case $here in *[!A-Za-z0-9._/@+-]*) fail "systemd cannot start a program in $here" 'install it below a path of letters, digits and . _ @ + -' ;; esac
account=codetether-worker
newline='
'
root='' dry='' share='' purge='' changed='' action=install given=''

# What the options say is put aside: --root says where the settings are that they change.
keep() { given="$given$1 $2$newline"; }
while [ $# -gt 0 ]; do
  option=$1 value=''
  case $option in
    --share | --uninstall | --purge | --dry-run | --help) shift ;;
    --*=*) value=${option#*=} option=${option%%=*} && shift ;;
    *) [ $# -ge 2 ] || wrong "$option is unknown or lacks its value" && value=$2 && shift 2 ;;
  esac
  case $value in *"$newline"*) wrong "$option has more than one line" ;; esac
  case $option in
    --server) keep CODETETHER_SERVER "$value" ;;
    --command) keep CODETETHER_WORKER_COMMAND "$value" ;;
    --token-file) CODETETHER_TOKEN=$(cat -- "$value") || exit 2 ;;
    --name) keep CODETETHER_WORKER_NAME "$value" ;;
    --codebases | --workspaces) keep CODETETHER_CODEBASES "$value" ;;
    --capabilities) keep CODETETHER_WORKER_CAPABILITIES "$value" ;;
    --models) keep CODETETHER_WORKER_MODELS "$value" ;;
    --pass-env) keep CODETETHER_WORKER_PASS_ENV "$value" ;;
    --auto-approve)
      case $value in all | safe | none) keep CODETETHER_AUTO_APPROVE "$value" ;; *) wrong '--auto-approve is all, safe or none' ;; esac ;;
    --share) share=1 ;;
    --uninstall) action=uninstall ;;
    --purge) purge=1 ;;
    --dry-run) dry=1 ;;
    --root)
      [ -d "$value" ] || wrong "$value is no directory"
      root=$(readlink -f -- "$value") ;;
    --help) usage && exit 0 ;;
    *) wrong "there is no option $option" ;;
  esac
done
[ "$root" != / ] || root=''
[ -z "$purge" ] || [ "$action" = uninstall ] || wrong '--purge goes with --uninstall'
[ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail 'only root may install a service' 'use sudo, or look with --dry-run'

configuration=$root/etc/codetether-worker
data=$root/var/lib/codetether-worker
unit=$root/etc/systemd/system/codetether-worker.service

if [ "$action" = uninstall ]; then
  uninstall_worker
  exit 0
fi
settings=$(cat "$configuration/env" 2>/dev/null || true)
[ -n "$settings" ] || set_variable CODETETHER_WORKER_DATA_DIR /var/lib/codetether-worker/worker
[ -z "${CODETETHER_TOKEN:-}" ] || set_variable CODETETHER_TOKEN "$CODETETHER_TOKEN"
while read -r name value; do
  [ -z "$name" ] || set_variable "$name" "$value"
done <<END
$given
END
install_worker
