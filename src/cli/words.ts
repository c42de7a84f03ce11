/** What the command line says about itself. */
export const helpText = `pathscope: test several network paths at once

  pathscope interfaces [--json]
  pathscope offer   [options] [--offer-out FILE] [--answer-in FILE]
  pathscope answer  [options] [--offer-in FILE] [--answer-out FILE]
  pathscope loopback [options] [--paths FILE|NAME]
  pathscope report FILE [--format html,csv,json,md] [--out DIR]

offer prints an offer and reads the answer from standard input; answer does the reverse. With files, the text is
written to one and the other is waited for. loopback runs both ends here, over emulated paths.

options
  --interfaces LIST     names of the interfaces to use, with commas (default: those that are up)
  --mode MODE           how packets are spread (default redundant):
                        redundant       every packet on every path, but for streams that it is too narrow for
                        weighted        each packet on one path, by live weights; bulk where there is room
                        lowest-latency  each packet on the path that is fastest now; on others what that has no room for
                        backup          all on the first path in the order that works and is not too narrow
                        single          all on the path that a stock WebRTC peer would use, the baseline
                        adaptive        as lowest-latency, with a copy on another path of what is at risk
  --order LIST          paths in the order for backup, with commas; those not named come after
  --pin LIST            only these paths carry what this side sends
  --exclude LIST        these paths carry nothing that this side sends
  --cap PATH=RATE       test streams get no more of this path, as in eth0=4mbit; may be repeated
                        (a path is eth0 for all from there, or eth0/wlan0 for those to the peer's wlan0)
  --use auto|all|disjoint   which live pairs carry (default auto: all for messages, disjoint for RTP streams)
  --duration 10s        end by itself this long after the connection opened (default: until Ctrl-C)
  --reconnect-for 5m    wait this long for the peer when every path is silent (5s to 24h, default 5m)
  --stats 5s            time between two digests
  --explain             digests say why each path has its part of the traffic, and why it last moved
  --stream STREAM            what this side sends; may be repeated (default messages:1)
                             messages[:RATE]  test messages a second, 0.1 to 200
                             voice            50 RTP packets of 160 bytes a second
                             video[:RATE]     30 frames a second (default 2mbit)
                             cbr:RATE[,SIZE]  packets of SIZE bytes (default 1200)
                             bulk             as fast as the paths allow
  --deadline KIND=TIME       how long packets of received streams of a kind (voice, video, cbr, bulk) wait for those
                             before them, as in voice=80ms, up to 5s; 0: handed on as they come; may be repeated
                             (default voice=150ms video=200ms cbr=200ms bulk=500ms)
  --report DIR          write report.json, report.csv, report.streams.csv, report.html there, and the recording
  --format LIST         formats of the report: json,csv,html,md (default json,csv,html)
  --title TEXT          name of the session
  --jsonl               one JSON event a line on standard output
  --stun URL            ask this STUN server for public addresses (stun:host:port, repeatable; none by default)
  --binding device|address   whether sockets are bound to their device (default) or to their address only
  --ports FIRST-LAST    UDP ports that sockets may have, such as 50000-50100 (default: any)
  --turn URL            relay by this TURN server as well: turn:USER:PASSWORD@HOST:PORT?transport=udp or tcp,
                        turns:… for TLS (repeatable; none by default). Others on this machine can read a command
                        line; "turn" in the file of --config keeps the password from them
  --config FILE         settings as JSON; options given here go before it. Its lists "pin", "exclude", "cap" and "order"
                        are in the words of these options, as in "cap": ["eth0=4mbit"]

Exit status: 0 done, 1 failed or peer gone, 2 wrong usage, 3 no pair connected, 4 the text is no usable offer or
answer, 5 the peer failed its proof, 130 interrupted (the report is still written).
`

export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  notConnected: 3,
  badText: 4,
  proofFailed: 5,
  interrupted: 130,
} as const

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]
