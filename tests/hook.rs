//! The hook against a pretended switch that hands it callers, and against strangers.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "test code, which measures real time")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use switchboard::{
    domain::{
        endpoint::Safe,
        ids::ChannelId,
        input::{HookEvent, Input},
    },
    switch::hook::{Hook, HookConfig, HookHandle},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(20);

fn config() -> HookConfig {
    let listen = "127.0.0.1:0".parse().unwrap();
    HookConfig {
        handshake: Duration::from_millis(500),
        piece: Duration::from_secs(2),
        variables: vec!["sip_h_X-Account".to_owned()],
        ..HookConfig::new(listen, Safe::new("local_stream://moh").unwrap())
    }
}

async fn start(config: HookConfig) -> (HookHandle, mpsc::Receiver<Input>) {
    let (sink, inputs) = mpsc::channel(16);
    (Hook::start(config, sink).await.unwrap(), inputs)
}

fn channel(n: u128) -> ChannelId {
    ChannelId(Uuid::from_u128(n))
}

async fn told(inputs: &mut mpsc::Receiver<Input>) -> HookEvent {
    match timeout(LONG, inputs.recv()).await.expect("nothing came").expect("the hook ended") {
        Input::Hook(event) => event,
        other => panic!("{other:?}"),
    }
}

/// A switch's end of one caller's connection.
struct Switch(BufReader<TcpStream>);

impl Switch {
    async fn connect(address: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// Hands over a caller, up to the moment the hook asks for music.
    async fn hand_over(address: SocketAddr, data: &str) -> Self {
        let mut switch = Self::connect(address).await;
        assert_eq!(switch.command().await.as_deref(), Some("connect"));
        switch.say(&format!("{data}Content-Type: command/reply\nReply-Text: +OK\n\n")).await;
        assert_eq!(switch.accepted().await.as_deref(), Some("myevents plain"));
        for (application, argument) in [
            ("answer", ""),
            ("unset", "switchboard_tries"),
            ("set", "playback_terminators=none"),
            ("set", "playback_timeout_sec=2"),
        ] {
            assert_eq!(switch.executed().await, Some((application.to_owned(), argument.to_owned())));
            switch.completed(application).await;
        }
        assert_eq!(switch.executed().await, Some(("playback".to_owned(), "local_stream://moh".to_owned())));
        switch
    }

    /// One command with its headers, or none at the end of the connection.
    async fn command(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            let read = timeout(LONG, self.0.read_line(&mut line)).await.expect("the hook says nothing").unwrap_or(0);
            match (read, line.trim_end()) {
                (0, _) => return None,
                (_, "") if text.is_empty() => {}
                (_, "") => return Some(text.trim_end().to_owned()),
                (_, line) => text = format!("{text}{line}\n"),
            }
        }
    }

    async fn accepted(&mut self) -> Option<String> {
        let command = self.command().await?;
        self.say("Content-Type: command/reply\nReply-Text: +OK\n\n").await;
        Some(command)
    }

    async fn executed(&mut self) -> Option<(String, String)> {
        let command = self.accepted().await?;
        assert!(command.starts_with("sendmsg\n"), "{command}");
        // Names of headers are the same in any case.
        let header = |name: &str| {
            let named = command.lines().filter_map(|line| line.split_once(": "));
            let mut values = named.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            values.next().unwrap_or_default().to_owned()
        };
        assert_eq!((header("call-command").as_str(), header("event-lock").as_str()), ("execute", "true"));
        Some((header("execute-app-name"), header("execute-app-arg")))
    }

    async fn completed(&mut self, application: &str) {
        let event = format!("Event-Name: CHANNEL_EXECUTE_COMPLETE\nApplication: {application}\n\n");
        self.say(&format!("Content-Length: {}\nContent-Type: text/event-plain\n\n{event}", event.len())).await;
    }

    async fn say(&mut self, text: &str) {
        // Whoever hung up hears nothing.
        let _ = self.0.get_mut().write_all(text.as_bytes()).await;
    }

    /// The hook closed its end.
    async fn closed(&mut self) -> bool {
        let mut rest = Vec::new();
        timeout(LONG, self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

fn caller(n: u128) -> String {
    format!(
        "Event-Name: CHANNEL_DATA\nUnique-ID: {}\nCaller-Caller-ID-Name: Ivan%20%22;%0a$%7Bx%7D\n\
         Caller-Caller-ID-Number: +4930123\nvariable_switchboard_queue: main\nvariable_secret: no\n\
         variable_sip_h_X-Account: 7\nvariable_switchboard_info_dialed: 5550100\n\
         variable_originate_disposition: USER_BUSY\nvariable_sip_invite_failure_status: 486\n",
        channel(n)
    )
}

#[tokio::test]
async fn a_caller_is_told_of_and_hears_music_until_let_go() {
    let (handle, mut inputs) = start(config()).await;
    let mut switch = Switch::hand_over(handle.address(), &caller(1)).await;
    let HookEvent::Arrived { channel: who, queue, caller_name, caller_number, variables, disposition, sip_status } =
        told(&mut inputs).await
    else {
        panic!("no arrival")
    };
    assert_eq!(who, channel(1));
    assert_eq!(queue.as_deref(), Some("main"));
    assert_eq!((caller_name.as_str(), caller_number.as_str()), ("Ivan \";${x}", "+4930123"));
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(variables, [("dialed", "5550100"), ("sip_h_X-Account", "7")], "and nothing that is not allowed");
    assert_eq!((disposition.as_deref(), sip_status), (Some("USER_BUSY"), Some(486)));
    assert!(handle.hold(channel(1)));

    // A piece that ran its time, as here, is followed by the next.
    tokio::time::sleep(Duration::from_secs(2)).await;
    switch.completed("playback").await;
    let asked = Instant::now();
    assert_eq!(switch.executed().await.unwrap().0, "playback");
    assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());

    handle.release(channel(1));
    assert!(switch.closed().await);
    assert!(!handle.hold(channel(1)));
    drop(handle);
    assert_eq!(timeout(LONG, inputs.recv()).await.unwrap(), None, "what we asked for is no news");
}

#[tokio::test]
async fn a_caller_taken_elsewhere_gets_no_further_music() {
    let (handle, mut inputs) = start(config()).await;
    let mut switch = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    switch.completed("playback").await;
    switch.completed("socket").await;
    assert_eq!(switch.executed().await, None, "it would be played in the middle of a call");
    assert_eq!(told(&mut inputs).await, HookEvent::Closed { channel: channel(1) });
}

#[tokio::test]
async fn music_that_cannot_be_played_is_tried_again_without_haste() {
    let (handle, mut inputs) = start(config()).await;
    let mut switch = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    switch.completed("playback").await;
    let failed = Instant::now();
    assert_eq!(switch.executed().await.unwrap().0, "playback");
    assert!(failed.elapsed() > Duration::from_millis(900), "{:?}", failed.elapsed());
}

#[tokio::test]
async fn whoever_hangs_up_is_told_of() {
    let (handle, mut inputs) = start(config()).await;
    let switch = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    drop(switch);
    assert_eq!(told(&mut inputs).await, HookEvent::Closed { channel: channel(1) });
    assert!(!handle.hold(channel(1)));
}

#[tokio::test]
async fn a_call_is_let_go_only_once_it_is_answered() {
    let (handle, mut inputs) = start(config()).await;
    let mut switch = Switch::connect(handle.address()).await;
    assert_eq!(switch.command().await.as_deref(), Some("connect"));
    switch.say(&format!("{}Content-Type: command/reply\nReply-Text: +OK\n\n", caller(1))).await;
    told(&mut inputs).await;
    handle.release(channel(1));
    switch.accepted().await;
    while switch.executed().await.unwrap().0 != "playback" {}
    assert!(
        timeout(Duration::from_millis(200), switch.0.read_u8()).await.is_err(),
        "closed while unanswered, the caller would be stuck"
    );
    switch.completed("answer").await;
    assert!(switch.closed().await);
}

#[tokio::test]
async fn strangers_and_nonsense_tell_nothing() {
    let (handle, mut inputs) = start(config()).await;
    for nonsense in [
        "",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\0\0\0\0\n\n\n\n",
        "Content-Length: 99999999999999999999\n\n",
        "Content-Type: command/reply\nReply-Text: +OK\n\n",
        "Unique-ID: not-a-uuid\nContent-Type: command/reply\nReply-Text: +OK\n\n",
        "Unique-ID: %00%0a\nContent-Type: command/reply\nReply-Text: -ERR\n\n",
    ] {
        let mut stranger = Switch::connect(handle.address()).await;
        stranger.say(nonsense).await;
        assert!(stranger.closed().await, "{nonsense:?}");
    }
    // The one after them is received as ever.
    let _switch = Switch::hand_over(handle.address(), &caller(7)).await;
    assert!(matches!(told(&mut inputs).await, HookEvent::Arrived { channel: who, .. } if who == channel(7)));
}

#[tokio::test]
async fn a_forged_claim_pushes_no_real_caller_out() {
    let (handle, mut inputs) = start(config()).await;
    let mut real = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    let forged = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    drop(forged);
    // The time that a piece runs.
    tokio::time::sleep(Duration::from_secs(2)).await;
    real.completed("playback").await;
    assert_eq!(real.executed().await.unwrap().0, "playback");
    assert!(inputs.is_empty(), "the real one is still there");
}

#[tokio::test]
async fn only_so_many_and_only_whom_we_admit() {
    let (handle, mut inputs) = start(HookConfig { max_connections: 1, ..config() }).await;
    let _first = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    let mut second = Switch::connect(handle.address()).await;
    assert_eq!(second.command().await, None, "left to the dialplan");

    let admit = vec!["192.0.2.0/24".parse().unwrap()];
    let (handle, _inputs) = start(HookConfig { admit, ..config() }).await;
    let mut stranger = Switch::connect(handle.address()).await;
    assert_eq!(stranger.command().await, None);
}

#[tokio::test]
async fn whoever_does_not_say_who_calls_is_gone_when_the_place_is_given_back() {
    let (handle, mut inputs) = start(HookConfig { max_connections: 1, ..config() }).await;
    let mut silent = Switch::connect(handle.address()).await;
    assert_eq!(silent.command().await.as_deref(), Some("connect"));
    assert!(silent.closed().await);
    // Our end is not only shut, but gone: what is said to it comes back as an error.
    let deadline = Instant::now() + LONG;
    while silent.0.get_mut().write_all(b"late\n").await.is_ok() {
        assert!(Instant::now() < deadline, "the socket is still open");
        tokio::task::yield_now().await;
    }
    let _next = Switch::hand_over(handle.address(), &caller(1)).await;
    assert!(matches!(told(&mut inputs).await, HookEvent::Arrived { .. }));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (handle, _inputs) = start(HookConfig { handshake: LONG * 2, ..config() }).await;
    let mut endless = Switch::connect(handle.address()).await;
    assert_eq!(endless.command().await.as_deref(), Some("connect"));
    let line = format!("variable_x: {}\n", "x".repeat(1000));
    let most = 16 * 1024 * 1024;
    let mut said = 0;
    while said < most && endless.0.get_mut().write_all(line.as_bytes()).await.is_ok() {
        said += line.len();
    }
    assert!(said < most, "everything was read");
}

#[tokio::test]
async fn the_place_of_a_caller_who_left_is_kept_until_the_other_end_closed() {
    let (handle, mut inputs) = start(HookConfig { max_connections: 1, handshake: LONG, ..config() }).await;
    let mut switch = Switch::hand_over(handle.address(), &caller(1)).await;
    told(&mut inputs).await;
    switch.completed("playback").await;
    switch.completed("socket").await;
    assert_eq!(told(&mut inputs).await, HookEvent::Closed { channel: channel(1) });
    let mut second = Switch::connect(handle.address()).await;
    assert_eq!(second.command().await, None, "left to the dialplan");
    drop(switch);
    let deadline = Instant::now() + LONG;
    while Switch::connect(handle.address()).await.command().await.is_none() {
        assert!(Instant::now() < deadline, "the place was not given back");
    }
}

#[tokio::test]
async fn when_we_stop_every_caller_goes_on_in_the_dialplan() {
    let (handle, mut inputs) = start(config()).await;
    let address = handle.address();
    let mut switch = Switch::hand_over(address, &caller(1)).await;
    told(&mut inputs).await;
    drop(handle);
    assert!(switch.closed().await);
    assert!(TcpStream::connect(address).await.is_err(), "it refuses, so that the dialplan takes the next hook");
}
