//! The other end of the dialplan's `socket`: a hook server that does what a test tells it, and can die.

use super::PATIENCE;
use super::esl_probe::{Event, read_message};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};

/// Listens for calls. Dropping it, or `kill`, closes every connection as the kernel does for a killed process.
pub struct HookServer {
    calls: mpsc::UnboundedReceiver<HookCall>,
    listener: JoinHandle<()>,
    connections: std::sync::Arc<std::sync::Mutex<Vec<AbortHandle>>>,
}

/// A call that was handed to us.
pub struct HookCall {
    /// The channel's data at that moment.
    pub info: Event,
    commands: mpsc::UnboundedSender<String>,
}

impl HookServer {
    pub async fn bind(address: SocketAddr) -> Self {
        let listener = bind_soon(address).await;
        let connections = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let (tell, calls) = mpsc::unbounded_channel();
        let open = std::sync::Arc::clone(&connections);
        let listener = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = tokio::spawn(serve(stream, tell.clone()));
                open.lock().unwrap().push(connection.abort_handle());
            }
        });
        Self { calls, listener, connections }
    }

    /// The next call the switch hands over.
    pub async fn next(&mut self) -> Option<HookCall> {
        self.next_within(PATIENCE).await
    }

    pub async fn next_within(&mut self, within: Duration) -> Option<HookCall> {
        tokio::time::timeout(within, self.calls.recv()).await.ok().flatten()
    }

    /// Dies: the port refuses, the connections close.
    pub async fn kill(mut self) {
        self.close();
        let listener = std::mem::replace(&mut self.listener, tokio::spawn(async {}));
        let _ = listener.await;
    }

    fn close(&self) {
        self.listener.abort();
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
    }
}

impl Drop for HookServer {
    fn drop(&mut self) {
        self.close();
    }
}

impl HookCall {
    pub fn uuid(&self) -> &str {
        self.info.uuid()
    }

    pub fn variable(&self, name: &str) -> &str {
        self.info.get(&format!("variable_{name}"))
    }

    /// Has the channel run an application.
    pub fn execute(&self, application: &str, argument: &str) {
        let length = argument.len();
        let _ = self.commands.send(format!(
            "sendmsg\ncall-command: execute\nexecute-app-name: {application}\nevent-lock: true\n\
             content-type: text/plain\ncontent-length: {length}\n\n{argument}"
        ));
    }

    pub fn set(&self, name: &str, value: &str) {
        self.execute("set", &format!("{name}={value}"));
    }

    /// What a living service does with a waiting call: says it serves it, and plays a piece of music.
    pub fn serve(&self, music: &str, seconds: u32) {
        self.set("switchboard_tries", "");
        self.set("playback_timeout_sec", &seconds.to_string());
        self.execute("playback", music);
    }

    /// Plays one more piece behind those already queued.
    pub fn play(&self, music: &str) {
        self.execute("playback", music);
    }
}

/// A port that another test's socket just left may take a moment.
async fn bind_soon(address: SocketAddr) -> TcpListener {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => assert!(tokio::time::Instant::now() < deadline, "{address}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn serve(stream: TcpStream, tell: mpsc::UnboundedSender<HookCall>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    if write.write_all(b"connect\n\n").await.is_err() {
        return;
    }
    let Some(info) = read_message(&mut read).await else { return };
    let (commands, mut wanted) = mpsc::unbounded_channel::<String>();
    let _ = tell.send(HookCall { info, commands });
    let mut replies = [0_u8; 4096];
    loop {
        tokio::select! {
            Some(command) = wanted.recv() => {
                if write.write_all(command.as_bytes()).await.is_err() {
                    return;
                }
            }
            // What the switch answers is read and let go; its end is ours.
            read = read.read(&mut replies) => if !read.is_ok_and(|length| length > 0) {
                return;
            },
        }
    }
}
