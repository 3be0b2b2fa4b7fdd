//! The `socket` application: FreeSWITCH connects to the server it names and lets it control the channel.

use super::{
    apps::Outcome,
    channel::Wait,
    server,
    world::{TICK, World},
};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long one host is tried before the next.
const CONNECT: Duration = Duration::from_secs(2);

/// How long the channel takes to notice that its server said `connect`; whoever asks for events at once sees the park.
const NOTICED: Duration = Duration::from_millis(5);

impl World {
    /// `host:port[|host:port] async full`
    pub(super) fn app_socket(&mut self, uuid: &str, arg: &str, id: u64) -> Outcome {
        let hosts: Vec<String> =
            arg.split_whitespace().next().unwrap_or_default().split('|').map(str::to_owned).collect();
        let (Some(shared), Some(runtime)) = (self.shared.upgrade(), self.runtime.clone()) else {
            return Outcome::Done;
        };
        let boot = self.boot;
        let uuid = uuid.to_owned();
        runtime.spawn(async move {
            for host in hosts {
                let connected = tokio::time::timeout(CONNECT, TcpStream::connect(&host)).await;
                if let Ok(Ok(stream)) = connected {
                    let wanted = {
                        let world = shared.world();
                        world.boot == boot
                            && world.live(&uuid).is_some_and(|channel| {
                                channel.stack.iter().any(|r| r.id == id && r.wait == Wait::Connecting)
                            })
                    };
                    if wanted {
                        server::serve(shared, stream, Some(uuid)).await;
                    }
                    return;
                }
            }
            // Nobody there: the dialplan goes on.
            shared.world().finish_app(&uuid, id);
        });
        Outcome::Waits(Wait::Connecting)
    }

    pub(super) fn hook_opened(&mut self, uuid: &str, session: u64) {
        if let Some(channel) = self.live_mut(uuid) {
            channel.hook = Some(session);
            channel.set("socket_host", "127.0.0.1");
        }
    }

    /// The server said `connect`: only now will the call be parked, and take what it is sent.
    pub(super) fn hook_connected(&mut self, uuid: &str) {
        let Some(id) = self.settle_socket(uuid, &Wait::Connecting, Wait::Greeted) else { return };
        self.after_on(NOTICED, uuid, move |world, uuid| {
            if world.settle_socket(uuid, &Wait::Greeted, Wait::Socket).is_some() {
                world.tell_of("CHANNEL_PARK", uuid);
                world.take_messages(uuid);
                world.after_on(TICK, uuid, move |world, uuid| world.leave_closed_socket(uuid, id));
            }
        });
    }

    /// Moves the socket application from one state to the next; gives its id.
    fn settle_socket(&mut self, uuid: &str, from: &Wait, to: Wait) -> Option<u64> {
        let running = self.live_mut(uuid)?.stack.iter_mut().find(|running| running.wait == *from)?;
        running.wait = to;
        Some(running.id)
    }

    pub(super) fn hook_closed(&mut self, session: u64, uuid: &str) {
        let Some(channel) = self.live_mut(uuid) else { return };
        if channel.hook != Some(session) {
            return;
        }
        channel.hook = None;
        if self.settle_socket(uuid, &Wait::Connecting, Wait::Stranded).is_some() {
            self.tell_of("CHANNEL_PARK", uuid);
            return;
        }
        let Some(channel) = self.live(uuid) else { return };
        let socket = channel.stack.iter().find(|running| running.wait == Wait::Socket).map(|running| running.id);
        if let Some(id) = socket {
            self.after_on(TICK, uuid, move |world, uuid| world.leave_closed_socket(uuid, id));
        }
    }

    /// Returns from `socket` once its server is gone and nothing it asked for is left to do. What still plays is
    /// played to its end, for ever if it has none; and an unanswered call stays where it is.
    pub(super) fn leave_closed_socket(&mut self, uuid: &str, id: u64) {
        let Some(channel) = self.live(uuid) else { return };
        let idle = channel.hook.is_none()
            && channel.inbox.is_empty()
            && channel.is_answered()
            && channel.stack.last().is_some_and(|running| running.id == id);
        if idle {
            self.finish_app(uuid, id);
        }
    }
}
