//! Connections: the listener, the reading and writing half of each, and what keeps them from answering.

use super::{
    console::{self, Next},
    session::{Out, Session},
    wire,
    world::World,
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::{mpsc, watch},
};
use tokio_util::sync::CancellationToken;

/// The world and the switches outside it.
pub(super) struct Shared {
    world: Mutex<World>,
    /// True: connections are accepted, nothing is answered.
    pub stalled: watch::Sender<bool>,
    /// False: nobody listens.
    pub listening: watch::Sender<bool>,
    pub stop: CancellationToken,
}

impl Shared {
    pub(super) fn new(world: World) -> Arc<Self> {
        Arc::new_cyclic(|me| {
            let mut world = world;
            world.shared = me.clone();
            world.runtime = tokio::runtime::Handle::try_current().ok();
            Self {
                world: Mutex::new(world),
                stalled: watch::Sender::new(false),
                listening: watch::Sender::new(true),
                stop: CancellationToken::new(),
            }
        })
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        // A panic in one job leaves a world that is still worth asking.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the simulator is told to answer nothing.
    async fn answering(&self) {
        // The sender lives as long as this Shared does.
        let _ = self.stalled.subscribe().wait_for(|stalled| !stalled).await;
    }
}

/// Does what the clock says, until stopped.
pub(super) async fn keep_time(shared: Arc<Shared>) {
    let wake = shared.world().wake.clone();
    loop {
        let next = {
            let mut world = shared.world();
            // In portions, so that connections get their turn at the world.
            let mut portion = 256;
            while portion > 0
                && let Some(job) = world.clock.due(Instant::now())
            {
                job(&mut world);
                portion -= 1;
            }
            world.clock.next()
        };
        let sleep = async {
            match next {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = wake.notified() => {}
            () = sleep => {}
        }
    }
}

/// Accepts connections; closes and reopens its port as it is told.
pub(super) async fn listen(shared: Arc<Shared>, listener: TcpListener, address: SocketAddr) {
    let mut listener = Some(listener);
    let mut listening = shared.listening.subscribe();
    loop {
        let open = *listening.borrow_and_update();
        if !open {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        let accept = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None if open => {
                    // The port is not free yet.
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    Err(io::Error::from(io::ErrorKind::AddrInUse))
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => return,
            changed = listening.changed() => if changed.is_err() { return },
            accepted = accept => if let Ok((stream, _)) = accepted {
                tokio::spawn(serve(shared.clone(), stream, None));
            }
        }
    }
}

/// One connection, from its first byte to its last. `controls` is the channel of an outbound socket.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, controls: Option<String>) {
    // Small frames both ways: waiting to fill packets would only distort times.
    let _ = stream.set_nodelay(true);
    let (out, queue) = mpsc::unbounded_channel();
    let outbound = controls.is_some();
    let closed = shared.stop.child_token();
    let id = {
        let mut world = shared.world();
        world.last_session += 1;
        let id = world.last_session;
        world.sessions.insert(id, Session::new(out, controls.clone()));
        if let Some(uuid) = &controls {
            world.hook_opened(uuid, id);
        }
        id
    };
    let (reading, writing) = stream.into_split();
    tokio::spawn(write(shared.clone(), writing, queue, closed.clone()));
    tokio::select! {
        () = closed.cancelled() => {}
        _ = converse(&shared, id, BufReader::new(reading), !outbound) => {}
    }
    let mut world = shared.world();
    if let Some(session) = world.sessions.remove(&id) {
        session.tell(Out::Close);
    }
    if outbound {
        world.hook_closed(id, controls.as_deref().unwrap_or_default());
    }
}

async fn write(
    shared: Arc<Shared>,
    mut writing: tokio::net::tcp::OwnedWriteHalf,
    mut queue: mpsc::UnboundedReceiver<Out>,
    closed: CancellationToken,
) {
    let mut frames = Vec::new();
    loop {
        tokio::select! {
            () = closed.cancelled() => break,
            received = queue.recv_many(&mut frames, 64) => if received == 0 { break },
        }
        shared.answering().await;
        let mut bytes = Vec::new();
        let mut last = false;
        for frame in frames.drain(..) {
            match frame {
                Out::Bytes(frame) => bytes.extend_from_slice(&frame),
                Out::Close => {
                    last = true;
                    break;
                }
                Out::Abort => {
                    closed.cancel();
                    return;
                }
            }
        }
        if writing.write_all(&bytes).await.is_err() || last {
            break;
        }
    }
    let _ = writing.shutdown().await;
    closed.cancel();
}

async fn converse(
    shared: &Arc<Shared>,
    id: u64,
    mut reader: BufReader<OwnedReadHalf>,
    mut unknown: bool,
) -> io::Result<()> {
    let send = |bytes: Vec<u8>| {
        if let Some(session) = shared.world().sessions.get(&id) {
            session.send(bytes);
        }
    };
    if unknown {
        shared.answering().await;
        send(wire::AUTH_REQUEST.to_vec());
    }
    while let Some(command) = wire::read_command(&mut reader).await? {
        shared.answering().await;
        let (delay, lost) = {
            let mut world = shared.world();
            let real = world.faults.reply_delay;
            (real, world.faults.loses(&command.line))
        };
        let next = if unknown {
            console::introduce(&mut shared.world(), &command, &mut unknown)
        } else {
            console::obey(&mut shared.world(), id, &command)
        };
        let (reply, goodbye) = match next {
            Next::Reply(reply) => (Some(reply), None),
            Next::Last(reply, goodbye) => (Some(reply), Some(goodbye)),
            Next::Later(later) => (later.await.ok(), None),
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let world = &mut *shared.world();
        let Some(session) = world.sessions.get_mut(&id) else { return Ok(()) };
        if let Some(reply) = reply.filter(|_| !lost) {
            session.send(reply);
        }
        session.end();
        if let Some(goodbye) = goodbye {
            session.send(goodbye);
            session.tell(Out::Close);
            break;
        }
    }
    Ok(())
}
