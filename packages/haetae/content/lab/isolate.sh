#!/bin/sh
# Runs steps in a root that is thrown away. Started by `haetae lab run` as the first process of a user, mount, PID, network, IPC and host
# name namespace of its own, by an unprivileged account. Nothing of the machine is there but /usr, read only, and there is no network.
#   isolate.sh FOLDER SECONDS STEP…    FOLDER/in/STEP: the step's text; FOLDER/root: where the root is mounted
# On descriptor 3 it tells what it does, one line each; descriptor 4 gets what the steps print, after a line of its own for each.
set -eu
umask 022
where=$1 seconds=$2
shift 2
root=$where/root

mount -t tmpfs -o mode=755,size=64m,nr_inodes=20k,nosuid,nodev haetae-lab "$root"
cd "$root"
mkdir -p usr proc dev etc/pam.d etc/default etc/init.d etc/alternatives etc/ssl tmp var/tmp var/log root run lab home/analyst/.ssh home/analyst/.aws
chmod 1777 tmp var/tmp
chmod 700 root home/analyst home/analyst/.ssh

readonly_at() { mount --bind "$1" "$2" && mount -o remount,bind,ro,nosuid,nodev "$2"; }
readonly_at /usr usr
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then mkdir "$name" && readonly_at "/$name" "$name"
  fi
done
[ ! -d /etc/alternatives ] || readonly_at /etc/alternatives etc/alternatives
for name in etc/ld.so.cache etc/ssl/openssl.cnf etc/os-release; do
  [ ! -f "/$name" ] || { : > "$name"; readonly_at "/$name" "$name"; }
done
for name in null zero full random urandom; do
  : > "dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
mkdir -m 1777 dev/shm
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc

# A machine that belongs to nobody: accounts, settings and bait as such tests look for.
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'analyst:x:1000:1000:analyst:/home/analyst:/bin/sh' > etc/passwd
printf '%s\n' 'root:x:0:' 'analyst:x:1000:' > etc/group
printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 haetae-lab' > etc/hosts
printf '%s\n' haetae-lab > etc/hostname
printf '%s\n' 'haetae-lab \n \l' > etc/issue
printf '%s\n' 'PASS_MAX_DAYS 90' 'PASS_MIN_DAYS 1' 'PASS_WARN_AGE 7' > etc/login.defs
printf '%s\n' 'password requisite pam_pwquality.so retry=3 minlen=12' > etc/pam.d/common-password
printf '%s\n' 'LANG=C.UTF-8' > etc/default/locale
printf '%s\n' '#!/bin/sh' > etc/init.d/haetae-lab
: > etc/mtab
printf '%s\n' 'bait of a lab: no key' > home/analyst/.ssh/id_rsa
printf '%s\n' 'machine lab.example login analyst password bait-of-a-lab' > home/analyst/.netrc
printf '%s\n' '[default]' 'aws_access_key_id = bait-of-a-lab' > home/analyst/.aws/credentials
printf '%s\n' 'ls' 'whoami' > home/analyst/.bash_history
: > home/analyst/.bash_logout
: > home/analyst/.bashrc
for name in "$where"/in/*; do cp "$name" lab/; done
chmod 444 lab/*

mkdir .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
hostname haetae-lab 2> /dev/null || echo haetae-lab > /proc/sys/kernel/hostname || true

now() { date +%s%3N; }
left() { find /tmp /var/tmp /home /root /dev/shm -mindepth 1 2> /dev/null | sort | sed "s/^/$1 /" >&3; }
# An account without any right: no capability, none to be had, no further namespaces, and bounds on what it may use.
unprivileged='
  echo "pid $1 $$" >&3
  exec 3>&-
  echo 0 > /proc/sys/user/max_user_namespaces
  cd /home/analyst
  ulimit -c 0 -t "$2" -f 65536 -v 1048576 -p 256 2> /dev/null || ulimit -c 0
  exec setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all \
    env -i HOME=/home/analyst USER=analyst USERNAME=analyst LOGNAME=analyst LANG=C.UTF-8 SHELL=/bin/sh HISTFILE=/home/analyst/.bash_history \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin timeout -k 2 "$2" "$3" -c "$(cat "/lab/$1")"'

# play NAME SHELL: its exit status is that of the step, 124 where it was ended for its time.
play() {
  echo "begin $1 $(now)" >&3
  printf '\001haetae-lab %s\n' "$1" >&4
  status=0
  unshare --user --map-user=1000 --map-group=1000 --keep-caps /bin/sh -c "$unprivileged" step "$1" "$seconds" "$2" \
    < /dev/null >&4 2>&1 4>&- || status=$?
  echo "end $1 $(now) $status" >&3
  return "$status"
}

left before
unmet=
for step in "$@"; do
  name=${step%%:*} shell=${step#*:}
  case $name in
    check*) play "$name" "$shell" || unmet="$unmet ${name#check} " ;;
    get*)
      need=${name#get}
      case $unmet in
        *" $need "*)
          play "$name" "$shell" || true
          if [ ! -f "/lab/check$need" ] || play "check$need" "$shell"; then unmet=$(echo "$unmet" | sed "s/ $need / /"); fi
          ;;
      esac
      ;;
    run)
      case $unmet in
        *[0-9]*)
          echo "unmet $unmet" >&3
          break
          ;;
      esac
      play run "$shell" || true
      ;;
    *) play "$name" "$shell" || true ;;
  esac
done
left after
echo done >&3
