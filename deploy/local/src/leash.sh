# Runs a command that does not outlive its owner. Read by leash.mjs and given to `sh -c`, so that a command that runs
# as another user needs no right to read this file.
#
# $1      what to send when the owner is gone, in turn: "INT:20 QUIT:5" is SIGINT, up to 20 seconds, SIGQUIT, up to 5;
#         SIGKILL to the whole process group ends every list. A signal written "-TERM" goes to the group.
# $2...   the command, which takes this shell's place and keeps its pid
# fd 3    the leash: its other end is with the owner, and the kernel closes it however the owner ends
plan=$1
shift
owned=$$

# Started twice removed, so that the command finds no child that it did not start.
(
  (
    exec </dev/null >/dev/null 2>&1
    trap '' HUP INT QUIT TERM
    # A line instead of the end: the command has ended before its owner did.
    if read -r ended <&3; then exit 0; fi
    for step in $plan; do
      signal=${step%%:*}
      tenths=$((${step##*:} * 10))
      case $signal in
        -*) kill -s "${signal#-}" -- "-$owned" || break ;;
        *) kill -s "$signal" "$owned" || break ;;
      esac
      while [ "$tenths" -gt 0 ] && kill -s 0 "$owned"; do
        sleep 0.1
        tenths=$((tenths - 1))
      done
      kill -s 0 "$owned" || break
    done
    kill -s KILL "$owned"
    kill -s KILL -- "-$owned"
  ) &
)

exec "$@" 3<&-
