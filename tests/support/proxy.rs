//! A line that can be cut or go silent, between a client and the switch's Event Socket, and that can be told to do
//! something in the moment when a certain command comes by.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Works,
    /// Half-open: connections are taken and stay, not one byte goes through.
    Silent,
    /// Connections are closed, and new ones too.
    Cut,
}

/// What becomes of a command that is waited for.
enum Fate {
    /// It never reaches the switch; its connection says nothing any more.
    Lost,
    /// It reaches the switch; no answer comes back, nor anything else on its connection.
    Unanswered,
    /// It waits, and goes on when the other end of this is used or dropped.
    Waits(oneshot::Receiver<()>),
}

struct Trap {
    text: String,
    fate: Fate,
    /// Told what came, once the fate has been met.
    tell: oneshot::Sender<String>,
}

type Traps = Arc<Mutex<Vec<Trap>>>;

/// Stands in front of one address.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<watch::Sender<Line>>,
    traps: Traps,
    task: JoinHandle<()>,
}

/// A command that will be kept waiting.
pub struct HeldBack {
    came: oneshot::Receiver<String>,
    go: oneshot::Sender<()>,
}

/// A command that waits at the line.
pub struct Waiting {
    /// As it came in.
    pub text: String,
    go: oneshot::Sender<()>,
}

impl HeldBack {
    /// Waits until it comes.
    pub async fn comes(self) -> Waiting {
        let text = self.came.await.expect("the line lives as long as the test");
        Waiting { text, go: self.go }
    }
}

impl Waiting {
    /// Lets it through.
    pub fn go(self) {
        // A connection that closed meanwhile has nothing to let through.
        let _ = self.go.send(());
    }
}

impl Proxy {
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free TCP port");
        let address = listener.local_addr().unwrap();
        let line = Arc::new(watch::Sender::new(Line::Works));
        let traps = Traps::default();
        let task = tokio::spawn(accept(listener, target, Arc::clone(&line), Arc::clone(&traps)));
        Self { address, line, traps, task }
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

    /// The next command with this text never reaches the switch. Tells when it came.
    pub fn lose(&self, text: &str) -> oneshot::Receiver<String> {
        self.trap(text, Fate::Lost)
    }

    /// The next command with this text reaches the switch, and its answer gets lost. Tells when the switch answered.
    pub fn lose_answer_to(&self, text: &str) -> oneshot::Receiver<String> {
        self.trap(text, Fate::Unanswered)
    }

    /// The next command with this text waits until it is let go.
    pub fn hold_back(&self, text: &str) -> HeldBack {
        let (go, wait) = oneshot::channel();
        HeldBack { came: self.trap(text, Fate::Waits(wait)), go }
    }

    fn trap(&self, text: &str, fate: Fate) -> oneshot::Receiver<String> {
        let (tell, told) = oneshot::channel();
        self.traps.lock().unwrap().push(Trap { text: text.to_owned(), fate, tell });
        told
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.line.send_replace(Line::Cut);
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: Arc<watch::Sender<Line>>, traps: Traps) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        if *line.borrow() == Line::Cut {
            continue;
        }
        let (line, traps) = (line.subscribe(), Arc::clone(&traps));
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else { return };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let mut cut = line.clone();
            let answer = Arc::default();
            tokio::select! {
                () = forth(from_client, to_server, line.clone(), &traps, &answer) => {}
                () = back(from_server, to_client, line, &answer) => {}
                _ = cut.wait_for(|line| *line == Line::Cut) => {}
            }
        });
    }
}

/// Who is to be told when the switch has answered a command whose answer gets lost.
type LostAnswer = Mutex<Option<oneshot::Sender<String>>>;

/// From client to switch.
async fn forth(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    traps: &Traps,
    answer: &LostAnswer,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut lost = false;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let found = {
            let mut traps = traps.lock().unwrap();
            let at = traps.iter().position(|trap| text.contains(&trap.text));
            at.map(|at| traps.remove(at))
        };
        match found {
            // A test that does not look any more need not be told.
            Some(Trap { fate: Fate::Lost, tell, .. }) => {
                lost = true;
                let _ = tell.send(text);
            }
            Some(Trap { fate: Fate::Unanswered, tell, .. }) => *answer.lock().unwrap() = Some(tell),
            Some(Trap { fate: Fate::Waits(go), tell, .. }) => {
                let _ = (tell.send(text), go.await);
            }
            None => {}
        }
        if lost {
            continue;
        }
        if line.wait_for(|line| *line == Line::Works).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// From switch to client.
async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut line: watch::Receiver<Line>, answer: &LostAnswer) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let tell = answer.lock().unwrap().take();
        if let Some(tell) = tell {
            let _ = tell.send(String::from_utf8_lossy(&buffer[..length]).into_owned());
            return std::future::pending().await;
        }
        if line.wait_for(|line| *line == Line::Works).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
