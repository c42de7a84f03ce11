"""aiortc as the peer. Speaks the harness's lines (see ../peer.ts)."""

import asyncio
import json
import sys

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

messages = 0


def tell(**line):
    print(json.dumps(line), flush=True)


def use(channel):
    if channel.readyState == "open":
        tell(kind="open")
    channel.on("open", lambda: tell(kind="open"))

    @channel.on("message")
    def echo(data):
        global messages
        messages += 1
        channel.send(data)


async def describe(peer, description):
    # Gathers before it returns.
    await peer.setLocalDescription(description)
    local = peer.localDescription
    tell(kind="description", type=local.type, sdp=local.sdp)


def count():
    tell(kind="counts", messages=messages, pairs=None)


async def keep_counting():
    while True:
        await asyncio.sleep(0.5)
        count()


async def main(role):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.on("datachannel", use)
    peer.on("connectionstatechange", lambda: tell(kind="state", state=peer.connectionState))
    counting = asyncio.ensure_future(keep_counting())
    if role == "offerer":
        use(peer.createDataChannel("stock"))
        await describe(peer, await peer.createOffer())
    loop = asyncio.get_event_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            break
        given = json.loads(line)
        await peer.setRemoteDescription(RTCSessionDescription(given["sdp"], given["type"]))
        if given["type"] == "offer":
            await describe(peer, await peer.createAnswer())
    counting.cancel()
    count()


asyncio.run(main(sys.argv[1]))
