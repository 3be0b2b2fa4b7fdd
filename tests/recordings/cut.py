#!/usr/bin/env python3
"""Cuts the excerpts in this folder out of the full recordings of a real FreeSWITCH 1.11.3.

    cut.py <folder of the recordings>

Of each event only the headers that are compared are kept (headers.txt keeps all but the variables), and only
events of the channels and rooms the excerpt is about: other experiments ran on the same switch at the same time. The
byte counts are those of what was kept. Replies and commands are left as they were.
"""
import lzma, re, sys, urllib.parse
from pathlib import Path

KEEP = """Event-Subclass Event-Name Channel-State Channel-Call-State Unique-ID Call-Direction Answer-State Hangup-Cause
Application Application-Data Action Conference-Name Member-ID Job-UUID Job-Command Job-Command-Arg Other-Leg-Unique-ID
Bridge-A-Unique-ID Bridge-B-Unique-ID DTMF-Digit variable_hangup_cause variable_originate_disposition
variable_hangup_cause_q850 variable_proto_specific_hangup_cause Original-Channel-Call-State Content-Length""".split()
NOISE = {"API", "RE_SCHEDULE", "HEARTBEAT", "CODEC", "CALL_UPDATE", "PRESENCE_IN", "MODULE_LOAD", "DEL_SCHEDULE",
         "ADD_SCHEDULE", "EXE_SCHEDULE", "MESSAGE_QUERY", "RELOADXML", "TRAP", "RECV_RTCP_MESSAGE"}
# name: (recording, from, to, connections, channels or None for all of the window)
CUTS = {
    "bridge-and-move": ("a-attendant-to-conference.txt", 0, 1.6095, ["ctl"], None),
    "room-commands": ("a-attendant-to-conference.txt", 3.57145, 37.6, ["ctl"], None),
    "originate-outcomes": ("b-originate-outcomes.txt", 4.760, 8.55, ["ctl"], None),
    "originate-nowhere": ("b-originate-outcomes.txt", 3.395202, 4.45, ["ctl"], None),
    "originate-edges": ("b2-originate-syntax-and-answer-headers.txt", 6.5, 9.75, ["ctl"], None),
    "pause-and-limits": ("d-admin-and-failures.txt", 8.9, 10.5, ["ctl"], None),
    "subscriptions": ("d-admin-and-failures.txt", 6.3, 7.7716, ["tmp3", "bad", "bad2", "flt"], []),
    "late-answer": ("i-misc-talking-earlymedia-races.txt", 76.73, 83.4001, ["ctl"], None),
    "early-media": ("i-misc-talking-earlymedia-races.txt", 17.51, 21.09, ["ctl"], None),
    "locked-without-net": ("d3-lock-pin-inbound-mandatory-endconf.txt", 0, 3.26, ["ctl"], None),
    "move-with-net": ("m1-move-with-net.txt.xz", 0.005, 2.7, ["ctl"], None),
    "locked-with-net": ("m1-move-with-net.txt.xz", 14.98, 17.5, ["ctl"], None),
    "ring-all": ("m10-last.txt.xz", 11.27, 13.33, ["ctl"], None),
    "refused-then-trail": ("m10-last.txt.xz", 17.96, 18.7, ["ctl"], None),
    "hold-and-resume": ("m3-hold.txt.xz", 0.002, 1.95, ["ctl"],
                        ["6d3e8b6f-1ae8-431d-86d8-afeaf862516f", "st-1-9727231"]),
    "confirm": ("m4-confirm.txt.xz", 0.002, 1.2, ["ctl"], ["keep-1-9727225", "cf-2-9727450", "cf1"]),
    "confirm-two": ("m4-confirm.txt.xz", 57.0889, 58.23, ["ctl"], ["ca-17-9784315", "cb-18-9784315"]),
    "cancel-pipelined": ("m8-cancel.txt.xz", 0.005, 0.05, ["ctl"], ["kx-1-51168"]),
    "hook": ("g-outbound-socket.txt", 0.002, 0.35, ["ctl", "ob1"], None),
}
# Only these keep the events of the state machine.
WITH_STATES = {"bridge-and-move", "originate-nowhere"}
BLOCK = re.compile(rb"=== \[([\d.]+) (\S+)\] (\S>\S) (\d+) bytes\n")


def blocks(path):
    raw = (lzma.open(path) if path.suffix == ".xz" else open(path, "rb")).read()
    at = 0
    while (head := BLOCK.search(raw, at)) is not None:
        size = int(head[4])
        yield float(head[1]), head[2].decode(), head[3].decode(), raw[head.end():head.end() + size]
        at = head.end() + size


def headers(data):
    text = data.decode(errors="replace").split("\n\n", 1)[1]
    head, _, body = text.partition("\n\n")
    return [line.split(": ", 1) for line in head.split("\n") if ": " in line], body


def reduce(data, only, states):
    """The event with the headers that are compared, or None if it is not part of the excerpt."""
    pairs, body = headers(data)
    found = dict(reversed(pairs))
    name = found.get("Event-Name")
    if name in NOISE or found.get("Action") in ("start-talking", "stop-talking"):
        return None
    if not states and name in ("CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "CHANNEL_ORIGINATE"):
        return None
    if only is not None:
        about = {found.get("Unique-ID"), found.get("Conference-Name")}
        job = urllib.parse.unquote(found.get("Job-Command-Arg", ""))
        if not about & set(only) and not any(uuid in job for uuid in only):
            return None
    kept = "".join(f"{k}: {v}\n" for k, v in pairs if k in KEEP) + "\n" + body
    return f"Content-Length: {len(kept.encode())}\nContent-Type: text/event-plain\n\n{kept}".encode()


def write(out, name, source, chosen):
    with open(out / f"{name}.txt", "wb") as file:
        file.write(f"# cut from {source}\n\n".encode())
        for at, connection, way, data in chosen:
            file.write(f"=== [{at:.6f} {connection}] {way} {len(data)} bytes\n".encode() + data + b"\n")


def main(source, out):
    for name, (file, start, end, connections, only) in CUTS.items():
        chosen = []
        for at, connection, way, data in blocks(source / file):
            if not start <= at <= end or connection not in connections:
                continue
            if b"text/event-plain" in data[:120] and way == "S>C":
                data = reduce(data, only, name in WITH_STATES)
                if data is None:
                    continue
            chosen.append((at, connection, way, data))
        write(out, name, file, chosen)
    # One whole event of each kind whose header names are compared.
    wanted = ["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_PARK", "CHANNEL_EXECUTE", "CHANNEL_BRIDGE",
              "CHANNEL_UNBRIDGE", "CHANNEL_CALLSTATE", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB",
              "HEARTBEAT", "CHANNEL_OUTGOING", "conference-create", "add-member", "del-member", "mute-member",
              "floor-change", "start-talking", "kick-member", "conference-destroy", "lock"]
    file, chosen = "a-attendant-to-conference.txt", {}
    for at, connection, way, data in blocks(source / file):
        if way == "S>C" and b"text/event-plain" in data[:120]:
            found = dict(headers(data)[0])
            kind = found.get("Action") or found.get("Event-Name")
            if kind in wanted:
                # Which variables a channel has depends on its endpoint; they are not compared.
                pairs, body = headers(data)
                kept = "".join(f"{k}: {v}\n" for k, v in pairs if not k.startswith("variable_")) + "\n" + body
                frame = f"Content-Length: {len(kept.encode())}\nContent-Type: text/event-plain\n\n{kept}".encode()
                chosen.setdefault(kind, (at, connection, way, frame))
    write(out, "headers", file, chosen.values())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
