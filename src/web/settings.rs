//! How the WS is set up. The composition root fills this from the configuration.

use ipnet::IpNet;
use std::{path::PathBuf, time::Duration};

/// Open at the same time for one user or program: several browsers with several windows each.
pub const STREAMS_PER_USER: usize = 16;

/// How the WS is set up.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The page is reached over TLS: the cookie is `Secure` and its name begins with `__Host-`.
    pub secure_cookie: bool,
    /// Scheme, host and port the browser shows, where a proxy does not pass on `Host`.
    pub public_origin: Option<String>,
    pub metrics: MetricsAccess,
    pub stream: StreamSettings,
    /// Where the files of recordings are; none: they cannot be downloaded.
    pub recordings: Option<PathBuf>,
}

/// Who may read metrics, administrators apart.
#[derive(Clone, Default)]
pub struct MetricsAccess {
    pub token: Option<String>,
    pub networks: Vec<IpNet>,
}

impl std::fmt::Debug for MetricsAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = self.token.as_ref().map(|_| "(secret)");
        f.debug_struct("MetricsAccess").field("token", &token).field("networks", &self.networks).finish()
    }
}

/// How live streams behave.
#[derive(Clone, Copy, Debug)]
pub struct StreamSettings {
    /// How many changes are kept for streams that resume. A client whose buffer is full and who falls behind that
    /// is cut off.
    pub ring: usize,
    /// How many bytes the changes kept may have together, as they go out: a change of a large conference is large.
    /// What they were made from is kept beside them, and is about as large again.
    pub ring_bytes: usize,
    /// A comment goes out so often, and the session is looked at again.
    pub heartbeat: Duration,
    /// Messages made for one client that it has not taken yet.
    pub buffer: usize,
    /// So is one whose buffer stays full for so long.
    pub longest_stall: Duration,
    /// Open at the same time for one user or program. Each holds a connection, so this must stay far below
    /// [`super::Limits::connections`]: nobody may take the places of all others.
    pub per_user: usize,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            ring: 4096,
            ring_bytes: 8 * 1024 * 1024,
            heartbeat: Duration::from_secs(10),
            buffer: 64,
            longest_stall: Duration::from_secs(15),
            per_user: STREAMS_PER_USER,
        }
    }
}

impl WebSettings {
    /// The session cookie's name.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure_cookie { "__Host-switchboard_session" } else { "switchboard_session" }
    }
}
