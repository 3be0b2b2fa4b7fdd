//! Where the shipped dialplan hands us callers who wait.
//!
//! The dialplan's `socket` application connects to us for each caller. We keep that connection open and play music in
//! bounded pieces, each asked for when the last one ended. If we die, the piece in progress ends, nobody asks for
//! another, and the caller goes on in the dialplan, which tries again and then takes its fallback.
//!
//! Whatever is said here is a hint: anybody admitted can claim to be any channel. The core believes it only once the
//! link to the switch confirms the channel.

mod caller;
mod guest;
mod handshake;

use crate::domain::{dial_in::Order, endpoint::Safe, ids::ChannelId, input::Input};
use ipnet::IpNet;
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::sleep,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{info, warn};

/// How callers are received.
#[derive(Clone, Debug)]
pub struct HookConfig {
    pub listen: SocketAddr,
    /// Only these may connect; none means this machine only.
    pub admit: Vec<IpNet>,
    /// What a waiting caller hears.
    pub music: Safe,
    /// Channel variables that may be shown besides `switchboard_info_…`, by name without `variable_`.
    pub variables: Vec<String>,
    /// Callers beyond this many are left to the dialplan.
    pub max_connections: usize,
    /// How long whoever connected may take to say who calls.
    pub handshake: Duration,
    /// One piece of music, in whole seconds, at least 2: so long after our death the dialplan goes on.
    pub piece: Duration,
}

impl HookConfig {
    /// What suits a switch on the same machine.
    pub fn new(listen: SocketAddr, music: Safe) -> Self {
        Self {
            listen,
            admit: Vec::new(),
            music,
            variables: Vec::new(),
            max_connections: 500,
            handshake: Duration::from_secs(5),
            piece: Duration::from_secs(5),
        }
    }

    fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if self.admit.is_empty() { address.is_loopback() } else { self.admit.iter().any(|net| net.contains(&address)) }
    }
}

/// What keeps and lets go of callers. When the last one is dropped, the hook closes and every caller goes on in the
/// dialplan.
#[derive(Clone)]
pub struct HookHandle {
    callers: Arc<Callers>,
    address: SocketAddr,
    _open: Arc<DropGuard>,
}

impl HookHandle {
    /// Lets go of the caller: no music is asked for any more, and the socket closes. Call it **before** any command
    /// that takes the channel elsewhere: a piece asked for in the moment of leaving would be played in the middle of
    /// what the channel does next.
    pub fn release(&self, channel: ChannelId) {
        for connection in self.callers.of(channel) {
            connection.release.cancel();
        }
    }

    /// Tells what to do with somebody who dialed in.
    pub fn order(&self, channel: ChannelId, order: &Order) {
        for connection in self.callers.of(channel) {
            // Whoever is gone, or was no guest, needs none.
            let _ = connection.orders.send(order.clone());
        }
    }

    /// Keeps the caller, with music. A caller is kept from arrival on, so this only tells whether one is there.
    pub fn hold(&self, channel: ChannelId) -> bool {
        self.callers.of(channel).iter().any(|connection| !connection.release.is_cancelled())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The hook's listener.
pub struct Hook;

impl Hook {
    /// Listens, and tells of callers through `sink` until the handle is dropped.
    pub async fn start(config: HookConfig, sink: mpsc::Sender<Input>) -> io::Result<HookHandle> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        info!(%address, "waiting callers are received");
        let callers = Arc::new(Callers::default());
        let closing = CancellationToken::new();
        let _open = Arc::new(closing.clone().drop_guard());
        tokio::spawn(accept(listener, Arc::new(config), Arc::clone(&callers), sink, closing));
        Ok(HookHandle { callers, address, _open })
    }
}

async fn accept(
    listener: TcpListener,
    config: Arc<HookConfig>,
    callers: Arc<Callers>,
    sink: mpsc::Sender<Input>,
    closing: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(config.max_connections));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => return,
        };
        let (stream, peer): (TcpStream, SocketAddr) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: it passes when callers leave.
                warn!(%error, "a waiting caller could not be received");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !config.admits(peer.ip()) {
            warn!(%peer, "somebody who is not admitted tried to hand us a caller");
            continue;
        }
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            warn!(%peer, most = config.max_connections, "too many waiting callers; this one is left to the dialplan");
            continue;
        };
        let (config, callers, sink) = (Arc::clone(&config), Arc::clone(&callers), sink.clone());
        let release = closing.child_token();
        tokio::spawn(async move {
            caller::serve(stream, &config, &callers, &sink, release).await;
            drop(place);
        });
    }
}

/// The open connections by the channel each claims to be. More than one may claim the same, and none of them can
/// push another out.
#[derive(Default)]
struct Callers(Mutex<Connections>);

type Connections = BTreeMap<ChannelId, Vec<(u64, Connection)>>;

/// How one is spoken to.
#[derive(Clone)]
struct Connection {
    release: CancellationToken,
    /// For somebody who dialed in.
    orders: mpsc::UnboundedSender<Order>,
}

impl Callers {
    fn all(&self) -> MutexGuard<'_, Connections> {
        // Nothing panics while holding it, and the map is whole between any two operations.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, channel: ChannelId) -> Vec<Connection> {
        let all = self.all();
        all.get(&channel).into_iter().flatten().map(|(_, connection)| connection.clone()).collect()
    }

    fn enter(&self, channel: ChannelId, connection: Connection) -> u64 {
        let mut all = self.all();
        let connections = all.entry(channel).or_default();
        let number = connections.last().map_or(0, |(last, _)| last + 1);
        connections.push((number, connection));
        number
    }

    /// True when it was the channel's last connection.
    fn leave(&self, channel: ChannelId, number: u64) -> bool {
        let mut all = self.all();
        let Some(connections) = all.get_mut(&channel) else { return true };
        connections.retain(|(other, _)| *other != number);
        let last = connections.is_empty();
        if last {
            all.remove(&channel);
        }
        last
    }
}
