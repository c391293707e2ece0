#!/bin/sh
# Carries out a plan of Haetae on this Linux host, or takes it back. The same bytes in every bundle: what varies is data, in plan.tsv.
#   sh haetae-respond.sh                 shows what would be done, and does nothing
#   sh haetae-respond.sh --apply [N …]   does the actions, or those with these numbers; each only after its guard
#   sh haetae-respond.sh --undo [N …]    takes them back, the last first
# Exit status: 0 done · 1 an action was refused or failed · 2 wrong usage
set -u
LC_ALL=C
export LC_ALL
PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "$0")" && pwd) || exit 2
plan=$here/plan.tsv
state=$here/state
tab=$(printf '\t')
say() { printf '%s\n' "$*"; }
[ -r "$plan" ] || { say "there is no $plan"; exit 2; }
mode=show
case ${1-} in
  '') ;;
  --apply) mode=apply; shift ;;
  --undo) mode=undo; shift ;;
  *) say "usage: sh $0 [--apply|--undo] [N …]"; exit 2 ;;
esac
wanted=" $* "
[ "$mode" = show ] || [ "$(id -u)" = 0 ] || { say "this needs root"; exit 2; }
hz=$(getconf CLK_TCK)

# Fields behind the name, which may hold anything: state is 1, ppid 2, flags 7, start in ticks 20.
field() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f "$2"; }
# ms since 1970; the kernel tells the boot to the second.
started() {
  ticks=$(field "$1" 20); [ -n "$ticks" ] || return 1
  boot=$(sed -n 's/^btime //p' /proc/stat)
  echo $(( boot * 1000 + ticks * 1000 / hz ))
}
same_process() { # pid start within image
  at=$(started "$1") || { why="process $1 is gone"; return 1; }
  off=$(( at - $2 )); [ "$off" -ge 0 ] || off=$(( -off ))
  [ "$off" -le $(( $3 + 1000 )) ] || { why="process $1 is another one: it started at another time"; return 1; }
  exe=$(readlink "/proc/$1/exe") || { why="process $1 has no image"; return 1; }
  [ "${exe% (deleted)}" = "$4" ] || { why="process $1 is another one: $exe"; return 1; }
}
# By what the kernel says of it: init, its own threads, what may not be killed when memory runs out.
unprotected() {
  [ "$1" -gt 1 ] || { why="process $1 is init"; return 1; }
  [ $(( $(field "$1" 7) & 0x00200000 )) -eq 0 ] || { why="process $1 is the kernel's"; return 1; }
  [ "$(cat "/proc/$1/oom_score_adj")" != -1000 ] || { why="process $1 is protected (oom_score_adj -1000)"; return 1; }
  up=$$
  while [ "$up" -gt 1 ]; do
    [ "$up" != "$1" ] || { why="process $1 runs this script"; return 1; }
    up=$(field "$up" 2)
  done
}
# The process and what descends from it; a child that is older than its parent is none.
tree() {
  echo "$1"
  of=$(field "$1" 20)
  for dir in /proc/[0-9]*; do
    [ "$(field "${dir#/proc/}" 2)" = "$1" ] || continue
    [ "$(field "${dir#/proc/}" 20)" -ge "$of" ] && tree "${dir#/proc/}"
  done
}
gone() { [ ! -e "/proc/$1" ] || case $(field "$1" 1) in Z|X) true ;; *) false ;; esac; }

guard() {
  case $1 in
    process) same_process "$2" "$3" "$4" "$5" && unprotected "$2" ;;
    file)
      [ -f "$2" ] && [ ! -L "$2" ] || { why="$2 is no plain file"; return 1; }
      [ "$(readlink -f "$2")" = "$2" ] || { why="$2 lies behind a link"; return 1; }
      [ "$(stat -c %h "$2")" = 1 ] || { why="$2 has more than one name"; return 1; }
      [ -z "${3-}" ] || [ "$(sha256sum < "$2" | cut -d ' ' -f 1)" = "$3" ] || { why="$2 is another file than the one that was found"; return 1; } ;;
    account)
      id -u "$2" >/dev/null 2>&1 && grep -q "^$2:" /etc/passwd || { why="$2 is no local account"; return 1; }
      [ "$(id -u "$2")" != 0 ] || { why="$2 is root"; return 1; }
      [ -z "$(getent shadow "$2" | cut -d : -f 8)" ] || { why="$2 has a date of its own on which it ends"; return 1; } ;;
    address)
      case $(ip -o route get "$2" 2>/dev/null) in *" via "*) ;; *) why="$2 lies in a network of this host"; return 1 ;; esac
      ! grep -q "^nameserver $2\$" /etc/resolv.conf || { why="$2 is this host's resolver"; return 1; } ;;
    nft) command -v nft >/dev/null || { why="nft is not installed"; return 1; } ;;
  esac
}
perform() { # number, kind, fields
  n=$1; shift
  case $1 in
    signal)
      pids=$2; [ "$7" = one ] || pids=$(tree "$2")
      # Looked at once more: a shell has no handle to hold, so that this is the nearest it can come.
      same_process "$2" "$3" "$4" "$5" || return 1
      for pid in $pids; do
        [ "$pid" = "$2" ] || unprotected "$pid" || return 1
        kill -s "$6" "$pid" 2>/dev/null || gone "$pid" || { why="no signal to $pid"; return 1; }
      done ;;
    release-after) # the way back is there before the first rule; rules of nft do not survive a restart by themselves
      if command -v systemd-run >/dev/null && [ -d /run/systemd/system ]; then
        systemd-run --quiet --collect --on-active="${2}min" --unit="haetae-release-$n-$$" "$(command -v nft)" -f "$here/$3"
      else
        setsid nohup sh -c 'sleep "$1"; exec nft -f "$2"' release "$(( $2 * 60 ))" "$here/$3" </dev/null >/dev/null 2>&1 &
      fi ;;
    nft) nft -f "$here/$2" || { why="nft refused $2"; return 1; } ;;
    quarantine)
      mkdir -p -m 700 "$state/$n" && stat -c '%u:%g %a %y' "$2" > "$state/$n/meta" &&
        cp -p --no-dereference "$2" "$state/$n/file" && cmp -s "$2" "$state/$n/file" && chmod 000 "$state/$n/file" && rm -f -- "$2" ;;
    restore)
      [ ! -e "$2" ] || { why="$2 is there again"; return 1; }
      [ -f "$state/$n/file" ] || { why="nothing was taken from $2"; return 1; }
      read -r owner bits _ < "$state/$n/meta" && cp -p "$state/$n/file" "$2" && chown "$owner" "$2" && chmod "$bits" "$2" ;;
    hosts)
      line="0.0.0.0 $2 # haetae"
      if [ "$3" = add ]; then grep -qxF "$line" /etc/hosts || say "$line" >> /etc/hosts
      else grep -vxF "$line" /etc/hosts > "$state/hosts.$$"; cat "$state/hosts.$$" > /etc/hosts; rm -f "$state/hosts.$$"; fi ;;
    script) sh "$here/$2" || { why="$2 failed"; return 1; } ;;
    run) shift; "$@" || { why="$1 failed"; return 1; } ;;
    collect)
      out=$state/triage-$n; mkdir -p -m 700 "$out"
      ps -eo pid,ppid,user,lstart,args > "$out/processes.txt" 2>&1
      ss -tunap > "$out/sockets.txt" 2>&1
      systemctl list-timers --all --no-pager > "$out/timers.txt" 2>&1
      systemctl list-unit-files --no-pager > "$out/units.txt" 2>&1
      cp -r /etc/cron* /var/spool/cron "$out" 2>/dev/null
      journalctl -o export --since '-7 days' > "$out/journal.export" 2>/dev/null
      shift; for file in "$@"; do [ ! -f "$file" ] || [ -L "$file" ] || cp -p --parents -- "$file" "$out"; done
      tar -C "$state" -cf "$out.tar" "triage-$n" && rm -rf "$out" && say "  $out.tar" ;;
    *) why="no such step: $1"; return 1 ;;
  esac
}
verify() {
  case $1 in
    gone) i=0; while [ $i -lt 20 ]; do ! gone "$2" || return 0; sleep 0.25; i=$((i + 1)); done; why="process $2 lives"; return 1 ;;
    stopped) [ "$(field "$2" 1)" = T ] || { why="process $2 goes on"; return 1; } ;;
    absent) [ ! -e "$2" ] || { why="$2 is there"; return 1; } ;;
    run) shift; "$@" >/dev/null 2>&1 || { why="$* says no"; return 1; } ;;
  esac
}
each() { # letter, number, function: the lines of one action
  grep "^$1$tab$2$tab" "$plan" > "$work" || return 0
  while IFS= read -r line <&3; do
    old=$IFS; IFS=$tab; set -f
    # shellcheck disable=SC2086
    set -- $line
    set +f; IFS=$old
    letter=$1; number=$2; shift 2
    case $letter in
      G) guard "$@" || return 1 ;;
      S|U) perform "$number" "$@" || return 1 ;;
      V) verify "$@" || return 1 ;;
    esac
  done 3< "$work"
}
failed=0
work=$(mktemp) || exit 2
trap 'rm -f "$work" "$work.all"' EXIT
[ "$mode" = show ] || mkdir -p -m 700 "$state"
grep "^A$tab" "$plan" > "$work.all"
[ "$mode" != undo ] || { sort -t "$tab" -k 2 -rn "$work.all" > "$work"; cp "$work" "$work.all"; }
while IFS="$tab" read -r _ number action about <&4; do
  case $wanted in '  '|*" $number "*) ;; *) continue ;; esac
  why=
  say "$number. $action: $about"
  case $mode in
    show) grep -E "^[GSVU]$tab$number$tab" "$plan" | sed "s/$tab/ /g; s/^G [0-9]* /   guard   /; s/^S [0-9]* /   does    /; s/^V [0-9]* /   checks  /; s/^U [0-9]* /   undo    /" ;;
    apply)
      if [ -e "$state/done-$number" ]; then say '   was done before'; continue; fi
      if each G "$number" && each S "$number"; then
        : > "$state/done-$number"
        if each V "$number"; then say '   done and verified'; else say "   done, but: $why"; failed=1; fi
      else say "   refused: $why"; failed=1; fi ;;
    undo)
      if [ ! -e "$state/done-$number" ]; then say '   was not done'; continue; fi
      if ! grep -q "^U$tab$number$tab" "$plan"; then say '   there is no way back'; continue; fi
      if each U "$number"; then rm -f "$state/done-$number"; say '   taken back'; else say "   failed: $why"; failed=1; fi ;;
  esac
done 4< "$work.all"
exit $failed
