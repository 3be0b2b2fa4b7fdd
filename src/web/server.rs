//! Our own accept loop under warp's filters: a header timeout, a cap on connections, and an end that comes.
//!
//! warp's own graceful shutdown waits for ever on an open stream. Here streams are told to end, and whatever is
//! still open at the deadline is cut.

use super::request::Connection;
use http::{HeaderValue, Request, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::Service as _};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;
use warp::{filters::BoxedFilter, reply::Response};

/// Cancelled when the service is to stop.
pub type ShutdownToken = tokio_util::sync::CancellationToken;

/// What one client, or many, may cost us.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open at the same time; whoever comes on top is told 503.
    pub connections: usize,
    /// From the first byte of a request, or the end of the one before, to the end of its headers.
    pub header_time: Duration,
    /// From the shutdown to the moment open connections are cut.
    pub drain: Duration,
}

/// Descriptors for everything but HTTP and waiting callers: the links, the store, those who are turned away.
const RESERVE: u64 = 128;
/// So many connections are accepted in any case: a page that nobody reaches helps no caller either.
const FEWEST: usize = 32;

impl Limits {
    /// With no more connections than leave a descriptor for each of so many waiting callers. Anybody can connect to
    /// the page; a caller who finds no descriptor is not received.
    #[must_use]
    pub fn within(self, descriptors: u64, callers: usize) -> Self {
        let taken = RESERVE.saturating_add(u64::try_from(callers).unwrap_or(u64::MAX));
        let left = usize::try_from(descriptors.saturating_sub(taken)).unwrap_or(usize::MAX).max(FEWEST);
        if left < self.connections {
            tracing::warn!(
                descriptors,
                connections = left,
                wanted = self.connections,
                "fewer HTTP connections are accepted, so that waiting callers find a descriptor; raise the limit of \
                 open files (LimitNOFILE)"
            );
        }
        Self { connections: self.connections.min(left), ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, header_time: Duration::from_secs(15), drain: Duration::from_secs(10) }
    }
}

/// How many of those who came on top are told so at the same time; the others just see the connection closed.
const MOST_TURNED_AWAY: usize = 64;
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\
                      Connection: close\r\n\r\n";

/// Serves until `shutdown` is cancelled and every connection has ended, or the drain deadline has passed.
pub async fn serve(listener: TcpListener, routes: BoxedFilter<(Response,)>, shutdown: ShutdownToken, limits: Limits) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let refusals = Arc::new(Semaphore::new(MOST_TURNED_AWAY));
    let connections = TaskTracker::new();
    let cut_all = ShutdownToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                if !is_of_one_connection(&error) {
                    // Out of file descriptors, most likely: asking again at once would only burn time.
                    sleep(Duration::from_millis(100)).await;
                }
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            if let Ok(refusal) = refusals.clone().try_acquire_owned() {
                connections.spawn(async move {
                    let _refusal = refusal;
                    let _ = timeout(Duration::from_secs(1), turn_away(socket)).await;
                });
            }
            continue;
        };
        // Live streams are many small writes.
        let _ = socket.set_nodelay(true);
        let connection = Connection { peer, closing: shutdown.clone(), cut: cut_all.child_token() };
        let routes = routes.clone();
        connections.spawn(async move {
            let _place = place;
            serve_connection(socket, routes, connection, limits.header_time).await;
        });
    }
    drop(listener);
    connections.close();
    if timeout(limits.drain, connections.wait()).await.is_err() {
        tracing::warn!(open = connections.len(), "connections are cut at the end of the drain time");
        cut_all.cancel();
        connections.wait().await;
    }
}

async fn serve_connection(
    socket: TcpStream,
    routes: BoxedFilter<(Response,)>,
    connection: Connection,
    header_time: Duration,
) {
    let filters = TowerToHyperService::new(warp::service(routes));
    let (closing, cut) = (connection.closing.clone(), connection.cut.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let (filters, connection) = (filters.clone(), connection.clone());
        let id = Uuid::new_v4().simple().to_string();
        // The path is not logged as it came: somebody may have typed a number into it. The route's name is.
        let span = tracing::info_span!(
            "request",
            id,
            method = %request.method(),
            route = tracing::field::Empty,
            client = tracing::field::Empty,
            user = tracing::field::Empty,
        );
        request.extensions_mut().insert(connection);
        let started = Instant::now();
        async move {
            let mut response = filters.call(request).await?;
            if let Ok(id) = HeaderValue::try_from(id) {
                response.headers_mut().insert("x-request-id", id);
            }
            log(response.status(), started);
            Ok::<_, std::convert::Infallible>(response)
        }
        .instrument(span)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_time).max_buf_size(64 * 1024);
    let serving = http.serve_connection(TokioIo::new(socket), service);
    tokio::pin!(serving);
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            () = cut.cancelled() => return,
            () = closing.cancelled(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended badly");
                }
                return;
            }
        }
    }
}

fn log(status: StatusCode, started: Instant) {
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), ms, "answered");
    } else {
        tracing::info!(status = status.as_u16(), ms, "answered");
    }
}

/// Says that we are full and waits for the other end, so that the words arrive before the connection goes.
async fn turn_away(mut socket: TcpStream) -> io::Result<()> {
    socket.write_all(FULL).await?;
    socket.shutdown().await?;
    let mut ignored = [0; 1024];
    while socket.read(&mut ignored).await? > 0 {}
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_that_waiting_callers_need_are_left_to_them() {
        let connections = |descriptors, callers| Limits::default().within(descriptors, callers).connections;
        assert_eq!(connections(65_536, 500), Limits::default().connections);
        assert_eq!(connections(u64::MAX, usize::MAX), FEWEST);
        assert_eq!(connections(1024, 500), 396);
        assert_eq!(connections(256, 500), FEWEST);
    }
}
