//! A line that can be cut or go silent, between a client and the switch's Event Socket.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Works,
    /// Half-open: connections are taken and stay, not one byte goes through.
    Silent,
    /// Connections are closed, and new ones too.
    Cut,
}

/// Stands in front of one address.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free TCP port");
        let address = listener.local_addr().unwrap();
        let line = Arc::new(watch::Sender::new(Line::Works));
        let task = tokio::spawn(accept(listener, target, Arc::clone(&line)));
        Self { address, line, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection, and each new one as soon as it comes.
    pub fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }

    /// Says nothing any more, in either direction, and closes nothing.
    pub fn silence(&self) {
        self.line.send_replace(Line::Silent);
    }

    /// Works again. What was silent goes on where it stopped.
    pub fn mend(&self) {
        self.line.send_replace(Line::Works);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.line.send_replace(Line::Cut);
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: Arc<watch::Sender<Line>>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        if *line.borrow() == Line::Cut {
            continue;
        }
        let line = line.subscribe();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else { return };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let mut cut = line.clone();
            tokio::select! {
                () = pump(from_client, to_server, line.clone()) => {}
                () = pump(from_server, to_client, line) => {}
                _ = cut.wait_for(|line| *line == Line::Cut) => {}
            }
        });
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut line: watch::Receiver<Line>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if line.wait_for(|line| *line == Line::Works).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
