// pion as the peer. Speaks the harness's lines (see ../../peer.ts).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v3"
)

var (
	messages int64
	output   sync.Mutex
)

func tell(line map[string]interface{}) {
	text, err := json.Marshal(line)
	must(err)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func use(channel *webrtc.DataChannel) {
	channel.OnOpen(func() { tell(map[string]interface{}{"kind": "open"}) })
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		atomic.AddInt64(&messages, 1)
		if message.IsString {
			must(channel.SendText(string(message.Data)))
		} else {
			must(channel.Send(message.Data))
		}
	})
}

func describe(peer *webrtc.PeerConnection, description webrtc.SessionDescription) {
	complete := webrtc.GatheringCompletePromise(peer)
	must(peer.SetLocalDescription(description))
	<-complete
	local := peer.LocalDescription()
	tell(map[string]interface{}{"kind": "description", "type": local.Type.String(), "sdp": local.SDP})
}

func count() {
	tell(map[string]interface{}{"kind": "counts", "messages": atomic.LoadInt64(&messages), "pairs": nil})
}

func keepCounting() {
	for range time.Tick(500 * time.Millisecond) {
		count()
	}
}

func main() {
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(err)
	peer.OnDataChannel(use)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		tell(map[string]interface{}{"kind": "state", "state": state.String()})
	})
	go keepCounting()
	if os.Args[1] == "offerer" {
		channel, err := peer.CreateDataChannel("stock", nil)
		must(err)
		use(channel)
		offer, err := peer.CreateOffer(nil)
		must(err)
		describe(peer, offer)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var given webrtc.SessionDescription
		must(json.Unmarshal(lines.Bytes(), &given))
		must(peer.SetRemoteDescription(given))
		if given.Type == webrtc.SDPTypeOffer {
			answer, err := peer.CreateAnswer(nil)
			must(err)
			describe(peer, answer)
		}
	}
	count()
}
