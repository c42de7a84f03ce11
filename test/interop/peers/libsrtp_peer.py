"""libsrtp as the other end of SRTP with AEAD_AES_128_GCM.

Takes questions as JSON lines and answers each with one: {"do": "begin", "way": "seal" | "open", "material", "direction"}
begins a session of libsrtp's and gives its number, {"do": "seal" | "open", "session", "packet"} gives the packet that comes
of it, or what libsrtp said when it refused. Bytes are in hex. "material" is both directions' keys and salts in the order
of RFC 5764 section 4.2; "direction" is 0 for the first and 1 for the second.
"""

import json
import sys

from pylibsrtp import Error, Policy, Session

KEY_BYTES = 16
SALT_BYTES = 12

sessions = []


def slice_at(material, start, size, direction):
    return material[start + size * direction : start + size * (direction + 1)]


def begin(way, material, direction):
    key = slice_at(material, 0, KEY_BYTES, direction)
    salt = slice_at(material, 2 * KEY_BYTES, SALT_BYTES, direction)
    outbound = way == "seal"
    policy = Policy(
        key=key + salt,
        ssrc_type=Policy.SSRC_ANY_OUTBOUND if outbound else Policy.SSRC_ANY_INBOUND,
        srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    )
    sessions.append(Session(policy))
    return {"session": len(sessions) - 1}


def answer(asked):
    if asked["do"] == "begin":
        return begin(asked["way"], bytes.fromhex(asked["material"]), asked["direction"])
    session = sessions[asked["session"]]
    packet = bytes.fromhex(asked["packet"])
    try:
        made = session.protect(packet) if asked["do"] == "seal" else session.unprotect(packet)
    except Error as error:
        return {"refused": str(error)}
    return {"packet": made.hex()}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
